// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";

/// A token with more than a bond can hold.
contract VastToken is ERC20 {
    constructor() ERC20("Vast", "VAST") {
        _mint(msg.sender, type(uint256).max);
    }
}

contract RegistryRefusalsTest is RegistryFixture {
    uint256 private constant KEY = 0x7777;

    function test_RevertWhen_TheClassStandsForAll() external {
        bytes memory consent = _consent(registry);
        token.approve(address(registry), BOND);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.ClassReserved.selector, EVERY_CLASS));
        registry.register(vm.addr(KEY), EVERY_CLASS, 1, BOND, consent);
        registry.register(vm.addr(KEY), EVERY_CLASS - 1, 1, BOND, consent);
        assertEq(registry.ticketCount(EVERY_CLASS), NODES + 1, "one more of all");
        assertEq(registry.ticketAt(EVERY_CLASS, NODES), vm.addr(KEY), "the last");
        assertEq(registry.ticketCount(CLASS) + registry.ticketCount(OTHER_CLASS), NODES, "the others' classes");
    }

    function test_RevertWhen_AnAskDoesNotFit() external {
        uint128 most = type(uint80).max;
        vm.startPrank(owners[0]);
        registry.setAsk(nodes[0], most);
        assertEq(registry.nodeOf(nodes[0]).ask, most, "the most");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.AmountTooLarge.selector, most + 1));
        registry.setAsk(nodes[0], most + 1);
        vm.stopPrank();
        bytes memory consent = _consent(registry);
        token.approve(address(registry), BOND);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.AmountTooLarge.selector, most + 1));
        registry.register(vm.addr(KEY), CLASS, most + 1, BOND, consent);
    }

    function test_RevertWhen_ABondDoesNotFit() external {
        VastToken vast = new VastToken();
        NodeRegistry other = new NodeRegistry(vast, MINIMUM, UNBOND, address(this), guardian);
        vast.approve(address(other), type(uint256).max);
        bytes memory consent = _consent(other);
        uint256 most = type(uint88).max;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.AmountTooLarge.selector, most + 1));
        other.register(vm.addr(KEY), CLASS, 1, most + 1, consent);
        other.register(vm.addr(KEY), CLASS, 1, most, consent);
        assertEq(other.nodeOf(vm.addr(KEY)).bond, most, "the most");
        // No wei more, and nothing wraps.
        vm.expectRevert();
        other.addBond(vm.addr(KEY), 1);
        assertEq(other.nodeOf(vm.addr(KEY)).ask, 1, "its neighbours untouched");
    }

    /// A market that locks with more than 88 bits finds its true amount refused, not a part of it.
    function test_Case32_RevertWhen_AnAmountIsWiderThanABond() external {
        uint128 wide = (uint128(1) << 88) + 1;
        vm.startPrank(MARKET);
        registry.lockBond(nodes[0], 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NotEnoughFreeBond.selector, nodes[0], BOND - 1 ether, wide)
        );
        registry.lockBond(nodes[0], wide);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotEnoughLockedBond.selector, nodes[0], 1 ether, wide));
        registry.unlockBond(nodes[0], wide);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotEnoughLockedBond.selector, nodes[0], 1 ether, wide));
        registry.slash(nodes[0], wide);
        vm.stopPrank();
    }

    function test_MarketAndEscrowAreNamedOnceByTheOwner() external {
        NodeRegistry other = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        vm.expectRevert(INodeRegistry.ZeroAddress.selector);
        other.setMarket(address(0), ESCROW);
        vm.expectRevert(INodeRegistry.ZeroAddress.selector);
        other.setMarket(MARKET, address(0));
        vm.prank(owners[0]);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owners[0]));
        other.setMarket(MARKET, ESCROW);
        other.setMarket(MARKET, ESCROW);
        assertEq(other.market(), MARKET, "market");
        assertEq(other.escrow(), ESCROW, "escrow");
    }

    function _consent(NodeRegistry target) private view returns (bytes memory) {
        return _signature(KEY, target.registrationDigest(address(this), vm.addr(KEY)));
    }
}

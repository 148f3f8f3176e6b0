// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {Node} from "../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

contract RegistryTest is MarketFixture {
    uint256 private constant ALICE_KEY = 0xA11CE;
    uint256 private constant KEY = 0x7777;
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    address private alice;
    address private node;

    function setUp() public override {
        super.setUp();
        alice = vm.addr(ALICE_KEY);
        node = vm.addr(KEY);
        token.transfer(alice, 1_000 ether);
        vm.prank(alice);
        token.approve(address(registry), 500 ether);
    }

    function test_RegistersWithBondAndTicket() external {
        bytes memory signature = _consent(alice);
        vm.expectEmit(address(registry));
        emit INodeRegistry.NodeRegistered(node, alice, CLASS, uint32(NODES), 5, 200 ether);
        vm.prank(alice);
        registry.register(node, CLASS, 5, 200 ether, signature);
        Node memory record = registry.nodeOf(node);
        assertEq(record.owner, alice, "owner");
        assertEq(record.bond, 200 ether, "bond");
        assertEq(record.ask, 5, "ask");
        assertTrue(registry.isLive(node), "live");
        assertEq(registry.ownerOf(node), alice, "ownerOf");
        assertEq(registry.freeBond(node), 200 ether, "free");
        assertEq(registry.ticketCount(CLASS), NODES + 1, "tickets");
        assertEq(registry.ticketAt(CLASS, NODES), node, "ticket");
        assertEq(registry.liveOwners(CLASS), NODES + 1, "owners");
    }

    function test_Case49_RevertWhen_TheKeyDidNotConsentToThisOwner() external {
        bytes memory signature = _consent(alice);
        token.approve(address(registry), 200 ether);
        vm.expectPartialRevert(INodeRegistry.SignatureInvalid.selector);
        registry.register(node, CLASS, 5, 200 ether, signature);
        vm.chainId(5);
        vm.prank(alice);
        vm.expectPartialRevert(INodeRegistry.SignatureInvalid.selector);
        registry.register(node, CLASS, 5, 200 ether, signature);
        vm.chainId(31337);
        NodeRegistry other = new NodeRegistry(token, 100 ether, 600, address(this), guardian);
        vm.prank(alice);
        vm.expectPartialRevert(INodeRegistry.SignatureInvalid.selector);
        other.register(node, CLASS, 5, 200 ether, signature);
    }

    function test_Case49_RevertWhen_TheKeyIsTaken() external {
        bytes memory signature = _consent(alice);
        vm.startPrank(alice);
        registry.register(node, CLASS, 5, 200 ether, signature);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeTaken.selector, node, alice));
        registry.register(node, CLASS, 5, 200 ether, signature);
        vm.stopPrank();
    }

    function test_RevertWhen_TheBondIsTooSmallOrEntriesPaused() external {
        bytes memory signature = _consent(alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTooSmall.selector, 100 ether - 1, 100 ether));
        registry.register(node, CLASS, 5, 100 ether - 1, signature);
        vm.prank(guardian);
        registry.pause();
        vm.prank(alice);
        vm.expectPartialRevert(IGuarded.EntriesPaused.selector);
        registry.register(node, CLASS, 5, 200 ether, signature);
    }

    function test_Case57_RegistersWithAPermitThatSomebodyCarriedFirst() external {
        bytes memory signature = _consent(alice);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT, alice, address(registry), 700 ether, token.nonces(alice), block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash)));
        token.permit(alice, address(registry), 700 ether, block.timestamp, v, r, s);
        vm.prank(alice);
        registry.registerWithPermit(node, CLASS, 5, 700 ether, signature, block.timestamp, v, r, s);
        assertEq(registry.nodeOf(node).bond, 700 ether, "registered");
    }

    function test_TheOwnerSetsAskAndActivity() external {
        vm.startPrank(_owner(0));
        registry.setAsk(_node(0), 77);
        registry.setActive(_node(0), false);
        vm.stopPrank();
        assertEq(registry.nodeOf(_node(0)).ask, 77, "ask");
        assertTrue(!registry.isLive(_node(0)), "draining");
        assertEq(registry.liveOwners(CLASS), NODES - 1, "counted out");
        bytes memory failure =
            abi.encodeWithSelector(INodeRegistry.NotNodeOwner.selector, _node(0), address(this), _owner(0));
        vm.expectRevert(failure);
        registry.setAsk(_node(0), 1);
        vm.expectRevert(failure);
        registry.setActive(_node(0), true);
        vm.expectRevert(failure);
        registry.requestUnbond(_node(0));
        vm.expectRevert(failure);
        registry.cancelUnbond(_node(0));
        vm.expectRevert(failure);
        registry.withdrawBond(_node(0), address(this));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, node));
        registry.setAsk(node, 1);
    }

    function test_AnyoneMayAddBond() external {
        token.approve(address(registry), 10 ether);
        registry.addBond(_node(0), 10 ether);
        assertEq(registry.nodeOf(_node(0)).bond, BOND + 10 ether, "added");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, node));
        registry.addBond(node, 1);
    }

    function test_BondLeavesAfterTheDelayToWhomTheOwnerNames() external {
        vm.startPrank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotUnbonding.selector, _node(0)));
        registry.withdrawBond(_node(0), address(0xB0B));
        registry.requestUnbond(_node(0));
        uint256 unbondAt = block.timestamp + 600;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.UnbondingUntil.selector, _node(0), unbondAt));
        registry.requestUnbond(_node(0));
        vm.warp(unbondAt - 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.UnbondingUntil.selector, _node(0), unbondAt));
        registry.withdrawBond(_node(0), address(0xB0B));
        vm.warp(unbondAt);
        registry.withdrawBond(_node(0), address(0xB0B));
        assertEq(token.balanceOf(address(0xB0B)), BOND, "whole bond");
        // It may come back with a new bond, under its old ticket.
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTooSmall.selector, 0, 100 ether));
        registry.cancelUnbond(_node(0));
        vm.stopPrank();
        token.approve(address(registry), 100 ether);
        registry.addBond(_node(0), 100 ether);
        vm.prank(_owner(0));
        registry.cancelUnbond(_node(0));
        assertTrue(registry.isLive(_node(0)), "back");
        assertEq(registry.nodeOf(_node(0)).ticket, 0, "old ticket");
    }

    function test_Case31_LockedBondNeverLeaves() external {
        _submit();
        _award();
        uint256 locked = registry.nodeOf(_node(0)).lockedBond;
        assertTrue(locked > 0, "an award locks");
        uint256 inEscrow = token.balanceOf(address(escrow));
        vm.startPrank(_owner(0));
        registry.requestUnbond(_node(0));
        vm.warp(block.timestamp + 600);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StillLocked.selector, _node(0), locked));
        registry.withdrawBond(_node(0), _owner(0));
        vm.stopPrank();
        market.expire(order);
        uint256 left = registry.nodeOf(_node(0)).bond;
        assertTrue(left < BOND, "the penalty");
        assertEq(token.balanceOf(address(escrow)) - inEscrow, BOND - left, "and nothing else");
        vm.prank(_owner(0));
        registry.withdrawBond(_node(0), _owner(0));
        assertEq(token.balanceOf(_owner(0)), left, "less the penalty");
    }

    function test_Case32_ASlashIsAtMostWhatIsLocked() external {
        vm.startPrank(address(market));
        registry.lockBond(_node(0), 10 ether);
        vm.expectRevert();
        registry.slash(_node(0), 10 ether + 1);
        registry.slash(_node(0), 4 ether);
        vm.expectRevert();
        registry.slash(_node(0), 6 ether + 1);
        vm.expectRevert();
        registry.unlockBond(_node(0), 6 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NotEnoughFreeBond.selector, _node(0), BOND - 10 ether, BOND)
        );
        registry.lockBond(_node(0), uint128(BOND));
        vm.stopPrank();
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 4 ether, "slashed once");
        assertEq(token.balanceOf(address(escrow)), DEPOSITED + 4 ether, "into the escrow");
    }

    function test_ANodeBelowTheMinimumIsTurnedOff() external {
        vm.startPrank(address(market));
        registry.lockBond(_node(0), 901 ether);
        registry.slash(_node(0), 901 ether);
        vm.stopPrank();
        assertTrue(!registry.isLive(_node(0)), "off");
        assertEq(registry.liveOwners(CLASS), NODES - 1, "counted out");
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTooSmall.selector, 99 ether, 100 ether));
        registry.setActive(_node(0), true);
        token.approve(address(registry), 1 ether);
        registry.addBond(_node(0), 1 ether);
        vm.prank(_owner(0));
        registry.setActive(_node(0), true);
        assertTrue(registry.isLive(_node(0)), "on again");
    }

    function test_RevertWhen_NotTheMarket() external {
        bytes memory failure = abi.encodeWithSelector(INodeRegistry.NotMarket.selector, address(this));
        vm.expectRevert(failure);
        registry.lockBond(_node(0), 1);
        vm.expectRevert(failure);
        registry.unlockBond(_node(0), 1);
        vm.expectRevert(failure);
        registry.slash(_node(0), 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.MarketAlreadySet.selector, address(market)));
        registry.setMarket(alice, alice);
    }

    function test_ParametersHaveBounds() external {
        vm.expectPartialRevert(INodeRegistry.ParameterOutOfBounds.selector);
        registry.setParameters(0, 600);
        vm.expectPartialRevert(INodeRegistry.ParameterOutOfBounds.selector);
        registry.setParameters(1_000_000 ether + 1, 600);
        vm.expectPartialRevert(INodeRegistry.ParameterOutOfBounds.selector);
        registry.setParameters(1, 30 days + 1);
        vm.chainId(1);
        vm.expectPartialRevert(INodeRegistry.ParameterOutOfBounds.selector);
        registry.setParameters(1, 7 days - 1);
        registry.setParameters(1 ether, 7 days);
        assertEq(registry.minimumBond(), 1 ether, "set");
        vm.prank(alice);
        vm.expectRevert();
        registry.setParameters(1 ether, 8 days);
    }

    /// Random activity of random nodes of three owners: the counts stay what a recount gives.
    function testFuzz_LiveOwnersIsARecount(uint256 random) external {
        _registerFor(_owner(0), NODE_KEY + 10, CLASS);
        _registerFor(_owner(0), NODE_KEY + 11, CLASS);
        _registerFor(_owner(1), NODE_KEY + 12, CLASS);
        for (uint256 step; step < 30; ++step) {
            uint256 r = uint256(keccak256(abi.encode(random, step)));
            address target = registry.ticketAt(CLASS, r % registry.ticketCount(CLASS));
            vm.startPrank(registry.ownerOf(target));
            uint256 what = (r >> 128) % 4;
            if (what == 0) {
                registry.setActive(target, false);
            } else if (what == 1) {
                registry.setActive(target, true);
            } else if (what == 2) {
                try registry.requestUnbond(target) {} catch {}
            } else {
                try registry.cancelUnbond(target) {} catch {}
            }
            vm.stopPrank();
        }
        uint256 owners;
        for (uint256 i; i < NODES; ++i) {
            uint256 live;
            for (uint256 t; t < registry.ticketCount(CLASS); ++t) {
                address ticket = registry.ticketAt(CLASS, t);
                if (registry.isLive(ticket) && registry.ownerOf(ticket) == _owner(i)) ++live;
            }
            assertEq(registry.liveNodesOf(_owner(i), CLASS), live, "live nodes");
            if (live > 0) ++owners;
        }
        assertEq(registry.liveOwners(CLASS), owners, "live owners");
    }

    function _consent(address owner) private view returns (bytes memory) {
        return _signDigest(KEY, registry.registrationDigest(owner, node));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Allocation, IOGPU, Venue} from "../../src/interfaces/IOGPU.sol";
import {OGPU} from "../../src/OGPU.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

/// ERC-20, permit and the allocation.
contract OGPUTest is TokenFixture {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant KEY = 0xA11CE;

    function test_Case1_MintsTheWholeSupplyOnceIntoTheAllocation() external view {
        assertEq(token.totalSupply(), 21_000_000 ether, "supply");
        assertEq(token.balanceOf(address(vesting)), 3_150_000 ether, "15% team");
        assertEq(token.balanceOf(address(airdrop)), 3_150_000 ether, "15% community");
        assertEq(token.balanceOf(address(emission)), 10_500_000 ether, "50% providers");
        assertEq(
            token.balanceOf(address(this)) + token.balanceOf(address(pair)), 4_200_000 ether, "10% ecosystem, 10% reserve"
        );
        assertEq(token.decimals(), 18, "decimals");
        assertEq(keccak256(bytes(token.symbol())), keccak256("oGPU"), "symbol");
        assertEq(keccak256(bytes(token.name())), keccak256("OpenGPU"), "name");
    }

    /// No mint under any usual name, not even for the owner: the code has no such function.
    function test_Case1_NothingCanMintMore() external {
        string[4] memory names = ["mint(address,uint256)", "mint(uint256)", "issue(uint256)", "increaseSupply(uint256)"];
        for (uint256 i; i < names.length; ++i) {
            (bool done,) = address(token).call(abi.encodeWithSignature(names[i], address(this), 1));
            assertTrue(!done, names[i]);
        }
        assertEq(token.totalSupply(), 21_000_000 ether, "supply");
    }

    function test_Case52_RevertWhen_DeployedOutOfBounds() external {
        Allocation memory to = Allocation(alice, alice, alice, alice, alice);
        Venue memory venue = Venue(address(factory), pairCodeHash, address(weth), bob);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.OutOfBounds.selector, bytes32("tax"), 501, 0, 500));
        new OGPU(to, venue, 501, address(this));
        venue.taxRouter = address(0);
        vm.expectRevert(IOGPU.ZeroAddress.selector);
        new OGPU(to, venue, 500, address(this));
        venue.taxRouter = bob;
        to.team = address(0);
        vm.expectRevert(IOGPU.ZeroAddress.selector);
        new OGPU(to, venue, 500, address(this));
    }

    function testFuzz_Case2_BetweenWalletsItIsExact(uint256 amount, uint256 part) external {
        amount = bound(amount, 0, 420_000 ether);
        part = bound(part, 0, amount);
        token.transfer(alice, amount);
        vm.prank(alice);
        assertTrue(token.transfer(bob, part), "true");
        assertEq(token.balanceOf(alice), amount - part, "sender");
        assertEq(token.balanceOf(bob), part, "receiver");
        assertEq(token.balanceOf(address(taxRouter)), 0, "no tax");
        vm.prank(alice);
        token.transfer(alice, amount - part);
        assertEq(token.balanceOf(alice), amount - part, "to oneself");
        vm.prank(bob);
        token.transfer(alice, 0);
        assertEq(token.balanceOf(alice), amount - part, "nothing");
    }

    function test_RevertWhen_TheTransferIsImpossible() external {
        token.transfer(alice, 5);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 5, 6));
        token.transfer(bob, 6);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 5, 6));
        token.transfer(alice, 6);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        token.transfer(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        token.transferFrom(address(0), bob, 0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        token.approve(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, alice, 0, 1));
        token.transferFrom(address(this), bob, 1);
        vm.stopPrank();
    }

    function test_Case14_AChangedAllowanceIsTheNewOneAndIsUsedUp() external {
        token.approve(alice, 10);
        token.approve(alice, 3);
        vm.startPrank(alice);
        token.transferFrom(address(this), bob, 2);
        assertEq(token.allowance(address(this), alice), 1, "used up");
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, alice, 1, 2));
        token.transferFrom(address(this), bob, 2);
        vm.stopPrank();
        token.approve(alice, type(uint256).max);
        vm.prank(alice);
        token.transferFrom(address(this), bob, 2);
        assertEq(token.allowance(address(this), alice), type(uint256).max, "without limit stays");
    }

    function test_Case58_RevertWhen_ThePermitIsMalleable() external {
        address owner = vm.addr(KEY);
        (uint8 v, bytes32 r, bytes32 s) = _permit(1, block.timestamp);
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        vm.expectRevert();
        token.permit(owner, address(this), 1, block.timestamp, v == 27 ? 28 : 27, r, bytes32(n - uint256(s)));
        vm.expectRevert();
        token.permit(address(0), address(this), 1, block.timestamp, 29, r, s);
        vm.expectRevert();
        token.permit(address(0), address(this), 1, block.timestamp, 27, bytes32(0), bytes32(0));
        token.permit(owner, address(this), 1, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, address(this)), 1, "the right one works");
    }

    function test_Case56_APermitIsUsedOnceInTimeHere() external {
        address owner = vm.addr(KEY);
        (uint8 v, bytes32 r, bytes32 s) = _permit(7, block.timestamp);
        vm.expectPartialRevert(IOGPU.PermitInvalid.selector);
        token.permit(owner, address(this), 8, block.timestamp, v, r, s);
        uint256 chain = block.chainid;
        vm.chainId(99);
        vm.expectPartialRevert(IOGPU.PermitInvalid.selector);
        token.permit(owner, address(this), 7, block.timestamp, v, r, s);
        vm.chainId(chain);
        bytes32 domain = token.DOMAIN_SEPARATOR();
        _deployToken(500);
        assertTrue(domain != token.DOMAIN_SEPARATOR(), "another contract");
        vm.expectPartialRevert(IOGPU.PermitInvalid.selector);
        token.permit(owner, address(this), 7, block.timestamp, v, r, s);
        (v, r, s) = _permit(7, block.timestamp);
        token.permit(owner, address(this), 7, block.timestamp, v, r, s);
        assertEq(token.nonces(owner), 1, "nonce");
        vm.expectPartialRevert(IOGPU.PermitInvalid.selector);
        token.permit(owner, address(this), 7, block.timestamp, v, r, s);
        (v, r, s) = _permit(7, block.timestamp - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOGPU.PermitExpired.selector, block.timestamp - 1, block.timestamp)
        );
        token.permit(owner, address(this), 7, block.timestamp - 1, v, r, s);
    }

    function test_Case6_PermitAndTransferFromToThePairIsTaxed() external {
        address owner = vm.addr(KEY);
        token.transfer(owner, 1_000 ether);
        (uint8 v, bytes32 r, bytes32 s) = _permit(1_000 ether, block.timestamp);
        token.permit(owner, address(this), 1_000 ether, block.timestamp, v, r, s);
        token.transferFrom(owner, address(pair), 1_000 ether);
        assertEq(token.balanceOf(address(taxRouter)), 50 ether, "5%");
    }

    function _permit(uint256 amount, uint256 deadline) private view returns (uint8, bytes32, bytes32) {
        address owner = vm.addr(KEY);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT, owner, address(this), amount, token.nonces(owner), deadline));
        return vm.sign(KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash)));
    }
}

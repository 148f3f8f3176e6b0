// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool} from "../../../src/staking/IStakingPool.sol";
import {RegistryFixture} from "../../NodeRegistry/support/RegistryFixture.sol";

/// Staking and registry as they are deployed, without a stand-in.
contract RealRegistryTest is RegistryFixture {
    address private alice;
    address private node;

    function setUp() public override {
        super.setUp();
        (alice, node) = (owners[0], nodes[0]);
        for (uint256 i; i < 2; ++i) {
            token.transfer(owners[i], 10 ether);
            vm.startPrank(owners[i]);
            token.approve(address(pool), 10 ether);
            pool.stake(10 ether);
            vm.stopPrank();
        }
        vm.warp((FIRST_DAY + 1) * 1 days);
        _open(CLASS);
    }

    function test_Case23_ALevelIsTheAttestedOne() external {
        _name(alice, node);
        assertEq(_weight(), 0, "not activated");
        _attestLevel(node, 3);
        assertEq(_activate(), 15 ether, "level 3");
        assertEq(pool.accountOf(alice).levelUntil, FIRST_DAY + 7, "seven days");
        _end(CLASS);
        _open(CLASS);
        uint256 next = _activate();
        _attestLevel(node, 5);
        assertEq(_weight(), next, "the raise counts from the next activation");
        vm.warp((FIRST_DAY + 3) * 1 days);
        assertEq(_activate(), uint256(10 ether) * 10_054 * 2 / 10_000, "level 5");
    }

    function test_Case23_ASlashLowersTodaysWeightInTheSameTransaction() external {
        _attestLevel(node, 4);
        _name(alice, node);
        assertEq(_activate(), 17.5 ether, "level 4");
        vm.startPrank(MARKET);
        registry.lockBond(node, 1 ether);
        vm.expectEmit(address(pool));
        emit IStakingPool.WeightChanged(alice, FIRST_DAY + 1, 15 ether);
        registry.slash(node, 1 ether);
        vm.stopPrank();
        (, uint256 total,) = pool.dayOf(FIRST_DAY + 1);
        assertEq(total, 15 ether, "the day's");
        _slash(node, 900 ether);
        assertEq(_weight(), 10 ether, "off for want of bond");
    }

    function test_Case23_LeavingLowersTodaysWeightAndComingBackDoesNotRaiseIt() external {
        _attestLevel(node, 4);
        _name(alice, node);
        _activate();
        vm.startPrank(alice);
        registry.requestUnbond(node);
        assertEq(pool.accountOf(alice).weight, 10 ether, "at once");
        registry.cancelUnbond(node);
        pool.nameNode(node);
        vm.stopPrank();
        assertEq(_weight(), 10 ether, "lost for today");
        vm.warp((FIRST_DAY + 2) * 1 days);
        assertEq(_activate(), uint256(10 ether) * 10_027 / 10_000, "and until a later round");
    }

    function test_Case23_AMissedRoundLowersTodaysWeightOnceSomebodySaysSo() external {
        _attestLevel(node, 4);
        _name(alice, node);
        _end(CLASS);
        _open(CLASS);
        vm.warp(block.timestamp + 36 hours);
        uint256 weight = _activate();
        vm.prank(address(0xBEEF));
        registry.refresh(node);
        assertEq(_weight(), weight * 15_000 / 17_500, "one level less");
        vm.prank(alice);
        pool.nameNode(node);
        assertEq(pool.accountOf(alice).level, 3, "naming it again changes nothing");
    }

    function test_Case23_NamingSeesMissedRoundsNobodyWroteDown() external {
        _attestLevel(node, 4);
        _end(CLASS);
        _open(CLASS);
        _end(CLASS);
        _name(alice, node);
        assertEq(pool.accountOf(alice).level, 3, "as of now");
    }

    function test_Case23_AnAttestationAgesOutWithoutAnyCall() external {
        _attestLevel(node, 5);
        _name(alice, node);
        vm.warp((FIRST_DAY + 7) * 1 days);
        assertEq(_activate(), uint256(20 ether) * 10_164 / 10_000, "its last day");
        vm.warp((FIRST_DAY + 8) * 1 days);
        assertEq(_activate(), uint256(10 ether) * 10_191 / 10_000, "aged out");
        assertEq(registry.powerOf(node), 0, "on both sides");
    }

    function test_Case23_AnAccountNamesItsOwnNodeAlone() external {
        _attestLevel(nodes[1], 5);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NotNodeOwner.selector, nodes[1], alice, owners[1]));
        pool.nameNode(nodes[1]);
        _name(owners[1], nodes[1]);
        assertEq(pool.holderOf(nodes[1]), owners[1], "its owner");
    }

    function test_Case33_APauseOfThePoolStopsNoSlashAndNoExit() external {
        _attestLevel(node, 4);
        _name(alice, node);
        _activate();
        vm.startPrank(guardian);
        pool.pause();
        registry.pause();
        vm.stopPrank();
        _slash(node, 1 ether);
        assertEq(_weight(), 15 ether, "heard");
        vm.startPrank(alice);
        registry.requestUnbond(node);
        vm.warp(block.timestamp + UNBOND);
        registry.withdrawBond(node, alice);
        vm.stopPrank();
        assertEq(token.balanceOf(alice), BOND - 1 ether, "out");
    }

    function _name(address account, address named) private {
        vm.prank(account);
        pool.nameNode(named);
    }

    function _activate() private returns (uint256) {
        vm.prank(alice);
        return pool.activate();
    }

    function _weight() private view returns (uint256) {
        return pool.accountOf(alice).weight;
    }
}

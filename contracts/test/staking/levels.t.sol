// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {INodeLevels} from "../../src/staking/INodeLevels.sol";
import {IStakingPool} from "../../src/staking/IStakingPool.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

contract LevelsTest is StakingFixture {
    function setUp() public override {
        super.setUp();
        _stake(alice, 10 ether);
        _stake(bob, 10 ether);
        _at(1, 0);
    }

    function test_EachLevelHasItsFactor() external {
        uint72[6] memory weights = [10 ether, 11 ether, 12.5 ether, 15 ether, 17.5 ether, 20 ether];
        for (uint8 i; i < 6; ++i) {
            uint256 snapshot = vm.snapshotState();
            _named(alice, _node(0), i, 9);
            assertEq(_activate(alice), weights[i], "level");
            vm.revertToState(snapshot);
        }
    }

    function test_Case23_ALossLowersTodaysWeightInTheSameTransaction() external {
        _named(alice, _node(0), 4, 9);
        assertEq(_activate(alice), 17.5 ether, "level 4");
        vm.expectEmit(address(pool));
        emit IStakingPool.WeightChanged(alice, FIRST_DAY + 1, 11 ether);
        registry.set(pool, _node(0), alice, 1, uint32(FIRST_DAY + 9));
        assertEq(_dayWeight(1), 11 ether, "slashed to level 1");
        registry.set(pool, _node(0), alice, 0, 0);
        assertEq(_state(alice).weight, 10 ether, "left");
        assertEq(_dayWeight(1), 10 ether, "the day's");
    }

    function test_Case23_ARaiseCountsFromTheNextActivation() external {
        _named(alice, _node(0), 1, 9);
        _activate(alice);
        registry.set(pool, _node(0), alice, 5, uint32(FIRST_DAY + 9));
        assertEq(_dayWeight(1), 11 ether, "not today");
        _boost(alice);
        assertEq(_dayWeight(1), 12.1 ether, "nor by a boost");
        _unstake(alice, 5 ether);
        assertEq(_dayWeight(1), 6.05 ether, "nor by unstaking");
        registry.set(pool, _node(0), alice, 3, uint32(FIRST_DAY + 9));
        assertEq(_dayWeight(1), 6.05 ether, "a fall that stays above the day's level changes nothing");
        _at(2, 0);
        assertEq(_activate(alice), uint256(5 ether) * 10_027 * 15 / 100_000, "tomorrow");
    }

    function test_Case23_ALevelLostAndRegainedOnTheSameDayStaysLost() external {
        _named(alice, _node(0), 4, 9);
        _activate(alice);
        registry.set(pool, _node(0), alice, 0, 0);
        registry.set(pool, _node(0), alice, 4, uint32(FIRST_DAY + 9));
        assertEq(_dayWeight(1), 10 ether, "today");
    }

    function test_Case23_ANodeHandedOnTheSameDayLiftsOneAccountOnly() external {
        _named(alice, _node(0), 5, 9);
        assertEq(_activate(alice), 20 ether, "alice's");
        registry.hand(_node(0), bob);
        vm.prank(bob);
        pool.nameNode(_node(0));
        assertEq(_state(alice).weight, 10 ether, "alice lost it at once");
        assertEq(_state(alice).node, address(0), "and names none");
        assertEq(_state(alice).level, 0, "level");
        assertEq(_activate(bob), 20 ether, "bob's");
        assertEq(_dayWeight(1), 30 ether, "one node, one lift");
        assertEq(pool.holderOf(_node(0)), bob, "holder");
        registry.set(pool, _node(0), bob, 0, 0);
        assertEq(_dayWeight(1), 20 ether, "a push reaches the holder");
    }

    function test_Case23_AChangeOfNodesNeverLiftsTwice() external {
        _named(alice, _node(0), 3, 9);
        _activate(alice);
        _named(alice, _node(1), 5, 9);
        assertEq(pool.holderOf(_node(0)), address(0), "given up");
        assertEq(_state(alice).weight, 15 ether, "the better one from the next activation");
        _named(alice, _node(2), 1, 9);
        assertEq(_state(alice).weight, 11 ether, "the worse one at once");
        vm.prank(alice);
        pool.nameNode(address(0));
        assertEq(_state(alice).weight, 10 ether, "none");
        assertEq(pool.holderOf(_node(2)), address(0), "free");
    }

    function test_Case23_ALevelRunsOutWithoutAnyCall() external {
        _named(alice, _node(0), 5, 2);
        _at(2, 0);
        assertEq(_activate(alice), uint256(20 ether) * 10_027 / 10_000, "its last day");
        _at(3, 0);
        assertEq(pool.weightOf(alice), uint256(10 ether) * 10_054 / 10_000, "foreseen");
        assertEq(_activate(alice), uint256(10 ether) * 10_054 / 10_000, "aged out");
    }

    function test_Case23_AnEndedDayIsNotTouchedByALoss() external {
        _named(alice, _node(0), 5, 9);
        _activate(alice);
        _at(2, 0);
        registry.set(pool, _node(0), alice, 0, 0);
        assertEq(_dayWeight(1), 20 ether, "over is over");
    }

    function test_Case23_RevertWhen_TheNodeIsNotTheCallers() external {
        registry.set(pool, _node(0), alice, 5, uint32(FIRST_DAY + 9));
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NotNodeOwner.selector, _node(0), bob, alice));
        pool.nameNode(_node(0));
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NotNodeOwner.selector, _node(7), bob, address(0)));
        pool.nameNode(_node(7));
    }

    function test_RevertWhen_SomebodyElsePushesOrTheLevelIsUnknown() external {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NotRegistry.selector, alice));
        pool.pushLevel(_node(0), 5, type(uint32).max);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.LevelUnknown.selector, 6, 5));
        registry.set(pool, _node(0), alice, 6, uint32(FIRST_DAY + 9));
    }

    function test_APushForANodeNobodyNamedDoesNothing() external {
        registry.set(pool, _node(3), alice, 5, uint32(FIRST_DAY + 9));
        assertEq(_state(alice).level, 0, "not named");
    }

    function test_AnEndlessLevelFitsItsWord() external {
        registry.set(pool, _node(0), alice, 5, type(uint32).max);
        vm.prank(alice);
        pool.nameNode(_node(0));
        assertEq(_state(alice).levelUntil, (1 << 20) - 1, "clamped");
        assertEq(_state(alice).streak, 0, "its neighbours untouched");
        assertEq(_activate(alice), 20 ether, "counts");
    }

    function test_TheRegistryIsSetOnceByTheOwner() external {
        StakingPool other = new StakingPool(token, address(this), guardian);
        vm.prank(alice);
        vm.expectRevert(IStakingPool.RegistryNotSet.selector);
        other.nameNode(_node(0));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alice));
        other.setRegistry(registry);
        vm.expectRevert(IStakingPool.ZeroAddress.selector);
        other.setRegistry(INodeLevels(address(0)));
        other.setRegistry(registry);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.RegistryAlreadySet.selector, address(registry)));
        other.setRegistry(registry);
    }
}

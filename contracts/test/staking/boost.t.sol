// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool, Skip} from "../../src/staking/IStakingPool.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

contract BoostTest is StakingFixture {
    function setUp() public override {
        super.setUp();
        _stake(alice, 10 ether);
        _stake(bob, 10 ether);
    }

    function test_ABoostRaisesTodaysWeightBeforeOrAfterActivation() external {
        _at(1, 0);
        _boost(alice);
        assertEq(_activate(alice), 11 ether, "before");
        _activate(bob);
        vm.expectEmit(address(pool));
        emit IStakingPool.WeightChanged(bob, FIRST_DAY + 1, 11 ether);
        vm.expectEmit(address(pool));
        emit IStakingPool.Boosted(bob, 0);
        _boost(bob);
        assertEq(_state(bob).weight, 11 ether, "after");
        assertEq(_dayWeight(1), 22 ether, "the day's");
        _at(2, 0);
        assertEq(_activate(alice), uint256(10 ether) * 10_027 / 10_000, "tomorrow without");
    }

    function test_TheStreakGrowsBetweenOneAndTwoDaysToItsCap() external {
        _at(1, 3_600);
        assertEq(_boost(alice), 0, "first");
        for (uint256 i = 1; i <= 12; ++i) {
            vm.warp(block.timestamp + 24 hours + i);
            assertEq(_boost(alice), i < 10 ? i : 10, "step");
        }
        assertEq(_activate(alice), uint256(10 ether) * (10_000 + 10_000 * 12 / uint256(365)) / 10_000 * 13 / 10, "1.30");
        vm.warp(block.timestamp + 48 hours);
        assertEq(_boost(alice), 10, "48 hours is still in time");
        vm.warp(block.timestamp + 48 hours + 1);
        assertEq(_boost(alice), 0, "anew");
    }

    function test_Case20_RevertWhen_ASecondBoostComesWithinADay() external {
        _at(1, 43_200);
        _boost(alice);
        uint256 from = block.timestamp + 24 hours;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.BoostTooSoon.selector, alice, from));
        pool.boost();
        _at(2, 43_199);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.BoostTooSoon.selector, alice, from));
        pool.boost();
        bytes memory signature = _signBoost(0, FIRST_DAY + 2);
        vm.expectEmit(address(pool));
        emit IStakingPool.BoostSkipped(alice, FIRST_DAY + 2, Skip.Used);
        assertEq(pool.boostBatch(FIRST_DAY + 2, _one(alice), _one(signature)), 0, "nor relayed");
        _at(2, 43_200);
        assertEq(_boost(alice), 1, "after 86,400 seconds");
    }

    function test_Case20_MidnightAndRelayersGiveNoSecondBoost() external {
        _at(1, 86_399);
        bytes memory today = _signBoost(0, FIRST_DAY + 1);
        assertEq(pool.boostBatch(FIRST_DAY + 1, _one(alice), _one(today)), 1, "relayed");
        assertEq(pool.boostBatch(FIRST_DAY + 1, _one(alice), _one(today)), 0, "not twice");
        _at(2, 0);
        bytes memory tomorrow = _signBoost(0, FIRST_DAY + 2);
        assertEq(pool.boostBatch(FIRST_DAY + 2, _one(alice), _one(tomorrow)), 0, "a second later");
        assertEq(pool.boostBatch(FIRST_DAY + 1, _one(alice), _one(today)), 0, "late");
        assertEq(_activate(alice), uint256(10 ether) * 10_027 / 10_000, "yesterday's boost is over");
    }

    function testFuzz_Case20_BoostsAreADayApartAndStreaksFollowTheGap(uint256 first, uint256 gap) external {
        _at(1, bound(first, 0, 86_399));
        _boost(alice);
        gap = bound(gap, 0, 4 days);
        vm.warp(block.timestamp + gap);
        if (gap < 1 days) {
            vm.prank(alice);
            vm.expectPartialRevert(IStakingPool.BoostTooSoon.selector);
            pool.boost();
        } else {
            assertEq(_boost(alice), gap <= 2 days ? 1 : 0, "streak");
        }
    }

    function test_ABatchOfBoostsSkipsWhatDoesNotHold() external {
        _at(1, 0);
        uint256 day = FIRST_DAY + 1;
        address[] memory accounts = new address[](3);
        bytes[] memory signatures = new bytes[](3);
        (accounts[0], accounts[1], accounts[2]) = (_account(2), alice, bob);
        (signatures[0], signatures[1], signatures[2]) =
        (_signBoost(2, day), _signActivation(0, day), _signBoost(1, day));
        vm.expectEmit(address(pool));
        emit IStakingPool.BoostSkipped(_account(2), day, Skip.NoStake);
        vm.expectEmit(address(pool));
        emit IStakingPool.BoostSkipped(alice, day, Skip.BadSignature);
        vm.expectEmit(address(pool));
        emit IStakingPool.Boosted(bob, 0);
        assertEq(pool.boostBatch(day, accounts, signatures), 1, "one holds");
        assertEq(_activate(bob), 11 ether, "boosted");
        assertEq(keccak256(_sig(pool.boostDigest(alice, day))), keccak256(_signBoost(0, day)), "the published digest");
    }

    function test_ABoostOfAWeiRoundsDownToNoChange() external {
        _unstake(alice, 10 ether - 1);
        _at(1, 0);
        _activate(alice);
        vm.recordLogs();
        _boost(alice);
        assertEq(vm.getRecordedLogs().length, 1, "boosted, and no change of weight is told");
        assertEq(_dayWeight(1), 1, "one wei");
    }

    function test_RevertWhen_NothingOfTheAccountCounts() external {
        vm.prank(_account(2));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NothingCounts.selector, _account(2), FIRST_DAY));
        pool.boost();
    }

    function _sig(bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(0), digest);
        return abi.encodePacked(r, s, v);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {AccountView, IStakingPool} from "../../src/staking/IStakingPool.sol";
import {Weight} from "../../src/staking/rules/Weight.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

contract LargeToken is ERC20 {
    constructor(uint256 supply) ERC20("Large", "L") {
        _mint(msg.sender, supply);
    }
}

/// Keeps 5% of what is sent.
contract TaxingToken is ERC20 {
    constructor() ERC20("Taxing", "T") {
        _mint(msg.sender, 1_000 ether);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) return super._update(from, to, value);
        super._update(from, to, value * 95 / 100);
        super._update(from, address(0xdead), value - value * 95 / 100);
    }
}

contract StakeTest is StakingFixture {
    uint256 private constant YEAR = 365 days;

    function test_AStakeCountsFromTomorrowWithAgeZero() external {
        _at(0, 5_000);
        _stake(alice, 10 ether);
        AccountView memory v = _state(alice);
        assertEq(v.counted, 0, "nothing counts today");
        assertEq(v.added, 10 ether, "added");
        assertEq(pool.weightOf(alice), 0, "no weight today");
        _at(1, 80_000);
        v = _state(alice);
        assertEq(v.counted, 10 ether, "counts");
        assertEq(v.added, 0, "joined");
        assertEq(v.start, (FIRST_DAY + 1) * 1 days, "age 0 at the start of the day");
        assertEq(_activate(alice), 10 ether, "1.00 at once");
    }

    function test_DurationGrowsToTwiceInAYearAndNoFurther() external {
        _stake(alice, 10 ether);
        _at(1 + 73, 0);
        assertEq(pool.weightOf(alice), 12 ether, "a fifth of a year");
        _at(1 + 365, 0);
        assertEq(pool.weightOf(alice), 20 ether, "a year");
        _at(1 + 3_650, 0);
        assertEq(pool.weightOf(alice), 20 ether, "ten years");
    }

    function test_Case22_AnAdditionJoinsByTheMeanAgeOfItsAmounts() external {
        _stake(alice, 30 ether);
        _at(1 + 100, 50);
        _stake(alice, 10 ether);
        assertEq(pool.weightOf(alice), 30 ether * (10_000 + 1_000_000 / uint256(365)) / 10_000, "today as before");
        _at(1 + 101, 0);
        AccountView memory v = _state(alice);
        assertEq(v.counted, 40 ether, "joined");
        assertEq(block.timestamp - v.start, 101 days * 30 / 40, "mean by amount");
    }

    function test_Case22_OneOldTokenAndNineNewInheritNoAge() external {
        _stake(alice, 1 ether);
        _at(1 + 20 * 365, 0);
        _stake(alice, 9 ether);
        _at(2 + 20 * 365, 0);
        assertEq(block.timestamp - _state(alice).start, YEAR / 10, "the age was capped before the mean");
        assertEq(pool.weightOf(alice), 11 ether, "1 x 2.00 + 9 x 1.00");
    }

    function test_Case22_TheMeanRoundsToTheYoungerSide() external {
        _stake(alice, 1);
        _at(2, 0);
        _stake(alice, 6);
        _at(3, 0);
        // 2 days x 1 / 7 = 24685.7 seconds.
        assertEq(block.timestamp - _state(alice).start, 24_685, "rounded down");
    }

    /// Law 9: whatever is added whenever, amount x age is at most what the parts have by themselves.
    function testFuzz_Case22_AmountTimesAgeNeverGrowsByAdding(uint256 seed) external {
        uint256 parts;
        uint256 day;
        for (uint256 i; i < 6; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            AccountView memory before = _state(alice);
            uint256 amount = bound(r, 1, r >> 255 == 0 ? 100 : 100 ether);
            _stake(alice, amount);
            uint256 days_ = bound(r >> 128, 1, 500);
            day += days_;
            _at(day, 0);
            // Each part alone, aged and capped.
            uint256 age = before.counted == 0 ? 0 : (FIRST_DAY + day - days_ + 1) * 1 days - before.start;
            parts = before.counted * (age < YEAR ? age : YEAR);
            AccountView memory v = _state(alice);
            uint256 ageAtJoin = (FIRST_DAY + day - days_ + 1) * 1 days - v.start;
            assertLe(v.counted * ageAtJoin, parts, "no age from nothing");
            assertLe(parts, v.counted * ageAtJoin + v.counted, "at most a second lost");
        }
    }

    function test_StakeWithPermitInOneCallAndAfterSomebodyCarriedIt() external {
        bytes32 permit = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        vm.prank(alice);
        token.approve(address(pool), 0);
        for (uint256 n; n < 2; ++n) {
            bytes32 digest = keccak256(
                abi.encodePacked(
                    "\x19\x01",
                    token.DOMAIN_SEPARATOR(),
                    keccak256(abi.encode(permit, alice, address(pool), 4 ether, n, block.timestamp))
                )
            );
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(0), digest);
            if (n == 1) token.permit(alice, address(pool), 4 ether, block.timestamp, v, r, s);
            vm.prank(alice);
            assertEq(pool.stakeWithPermit(4 ether, block.timestamp, v, r, s), 4 ether, "staked");
        }
        assertEq(pool.stakeOf(alice), 8 ether, "both");
    }

    function test_WhatArrivesIsCreditedNotWhatWasAsked() external {
        TaxingToken taxing = new TaxingToken();
        StakingPool other = new StakingPool(taxing, address(this), guardian);
        taxing.approve(address(other), 100);
        assertEq(other.stake(100), 95, "credited");
        assertEq(other.stakeOf(address(this)), taxing.balanceOf(address(other)), "held");
    }

    function test_RevertWhen_NothingIsStaked() external {
        vm.prank(alice);
        vm.expectRevert(IStakingPool.ZeroAmount.selector);
        pool.stake(0);
    }

    function test_RevertWhen_TheSupplyDoesNotFitTheWords() external {
        LargeToken large = new LargeToken(21_000_000 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.SupplyTooLarge.selector, 21_000_000 ether + 1, 21_000_000 ether)
        );
        new StakingPool(large, address(this), guardian);
    }

    function test_TodaysAdditionLeavesFirst() external {
        _stake(alice, 10 ether);
        _at(1, 0);
        assertEq(_activate(alice), 10 ether, "weight");
        _stake(alice, 5 ether);
        _unstake(alice, 5 ether);
        assertEq(_dayWeight(1), 10 ether, "today's weight is untouched");
        _stake(alice, 5 ether);
        _unstake(alice, 7 ether);
        assertEq(_dayWeight(1), 8 ether, "what went beyond the addition");
        assertEq(_state(alice).weight, 8 ether, "of the account too");
        assertEq(pool.stakeOf(alice), 8 ether, "rest");
        assertEq(token.balanceOf(alice), EACH - 8 ether, "paid out");
    }

    function test_EndedDaysKeepTheirRewardWhenTheStakeLeaves() external {
        _stake(alice, 10 ether);
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        _at(2, 0);
        _unstake(alice, 10 ether);
        assertEq(_dayWeight(1), 10 ether, "no retroactive weight");
        assertEq(_claim(alice), 1 ether, "reward");
    }

    function test_UnstakingKeepsTheAgeOfTheRest() external {
        _stake(alice, 10 ether);
        _at(1 + 365, 0);
        _unstake(alice, 4 ether);
        assertEq(pool.weightOf(alice), 12 ether, "6 x 2.00");
    }

    function test_RevertWhen_TakingOutWhatIsNotThere() external {
        _stake(alice, 10 ether);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.InsufficientStake.selector, alice, 10 ether, 10 ether + 1));
        pool.unstake(10 ether + 1, alice);
        vm.expectRevert(IStakingPool.ZeroAmount.selector);
        pool.unstake(0, alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.ReceiverNotAllowed.selector, address(0)));
        pool.unstake(1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.ReceiverNotAllowed.selector, address(pool)));
        pool.unstake(1, address(pool));
        vm.stopPrank();
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.InsufficientStake.selector, bob, 0, 1));
        pool.unstake(1, bob);
    }

    function test_Case12_StakeLeavesToAnyAddressTheOwnerNames() external {
        _stake(alice, 10 ether);
        vm.prank(alice);
        pool.unstake(10 ether, address(0xB0B));
        assertEq(token.balanceOf(address(0xB0B)), 10 ether, "paid");
    }

    function test_Case33_WhilePausedOnlyStakingStops() external {
        _stake(alice, 10 ether);
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        _at(2, 0);
        vm.prank(guardian);
        pool.pause();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours));
        pool.stake(1);
        _activate(alice);
        _boost(alice);
        _fund(1 ether);
        assertEq(_claim(alice), 1 ether, "claimed");
        _unstake(alice, 10 ether);
        assertEq(token.balanceOf(alice), EACH, "out");
    }

    function test_Case30_GiftsAndSmallFirstStakesTakeNothingFromOthers() external {
        _stake(bob, 1);
        token.transfer(address(pool), 100_000 ether);
        _stake(alice, 1 ether);
        _at(1, 0);
        assertEq(pool.weightOf(bob), 1, "no share of a gift");
        assertEq(pool.weightOf(alice), 1 ether, "not rounded away");
        _unstake(alice, 1 ether);
        assertEq(token.balanceOf(alice), EACH, "whole");
    }

    function test_TheTableOfLevelsAndBoosts() external pure {
        uint16[6] memory levels = [10_000, 11_000, 12_500, 15_000, 17_500, 20_000];
        for (uint256 i; i < 6; ++i) {
            assertEq(Weight.levelBps(i), levels[i], "level");
        }
        for (uint256 i; i < 14; ++i) {
            assertEq(Weight.boostBps(i), i < 10 ? 11_000 + 200 * i : 13_000, "boost");
        }
    }

    function testFuzz_DurationNeverFallsAndEndsAtTwo(uint256 age) external pure {
        age = bound(age, 0, 10 * YEAR);
        uint256 bps = Weight.durationBps(age);
        assertLe(10_000, bps, "at least once");
        assertLe(bps, 20_000, "at most twice");
        assertLe(bps, Weight.durationBps(age + 1), "never falls");
        if (age < YEAR) assertLe(bps * YEAR, 10_000 * (YEAR + age), "rounded down");
    }

    /// Law 9.
    function testFuzz_AWeightLiesBetweenTheAmountAndItsFivefold(uint256 amount, uint256 age, uint8 level) external {
        amount = bound(amount, 1, EACH);
        _stake(alice, amount);
        age = bound(age, 1, 800);
        _at(age, 0);
        _named(alice, _node(0), uint8(bound(level, 0, 5)), 10_000);
        _boost(alice);
        uint256 weight = _activate(alice);
        assertLe(amount, weight, "at least the amount");
        assertLe(weight * 10, amount * 52, "at most 5.2 times");
        assertEq(weight, _dayWeight(age), "the day's");
    }
}

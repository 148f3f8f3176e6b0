// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {IProviderEmission} from "../../src/interfaces/IProviderEmission.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

contract ProviderEmissionTest is TokenFixture {
    uint256 private constant YEARS_10 = 3_650 days;
    uint256 private constant SHARE = 10_500_000 ether;
    bytes4 private constant NOT_OWNER = bytes4(keccak256("OwnableUnauthorizedAccount(address)"));
    address private market = address(0x3A);
    address private registry = address(0x3B);
    uint256 private began;

    function setUp() public override {
        super.setUp();
        emission.setRecorders(market, registry);
        began = emission.start();
    }

    function test_RevertWhen_ARecorderIsMissing() external {
        _deployToken(500);
        vm.expectRevert(IProviderEmission.ZeroAddress.selector);
        emission.setRecorders(address(0), registry);
        vm.expectRevert(IProviderEmission.ZeroAddress.selector);
        emission.setRecorders(market, address(0));
        emission.setRecorders(market, registry);
        assertEq(emission.market(), market, "set after all");
    }

    function test_TheRecordersAloneRecordAndAreSetOnce() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.RecordersAlreadySet.selector, market));
        emission.setRecorders(alice, bob);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NotRecorder.selector, alice));
        emission.recordJob(alice, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NotRecorder.selector, alice));
        emission.recordDuty(alice, 1);
        vm.stopPrank();
        _job(alice, 5, 7);
        vm.prank(registry);
        emission.recordDuty(alice, 3);
        IProviderEmission.Work memory work = emission.workOf(0, alice);
        assertEq(work.jobUnits, 5, "job units");
        assertEq(work.dutyUnits, 3, "duty units");
        assertEq(work.paidToOthers, 7, "paid");
    }

    function testFuzz_EachPartIsSharedByItsOwnUnits(uint64 a, uint64 b, uint64 c, uint64 d) external {
        (a, b, c, d) = (a / 4 + 1, b / 4 + 1, c / 4 + 1, d / 4 + 1);
        _job(alice, a, 1e27);
        _job(bob, b, 1e27);
        _duty(alice, c);
        _duty(bob, d);
        _next();
        _settle(0, alice);
        _settle(0, bob);
        uint256 budget = SHARE * EPOCH / YEARS_10;
        uint256 duty = budget * 2_500 / 10_000;
        uint256 jobs = budget - duty;
        assertEq(
            emission.claimable(alice),
            jobs * a / (uint256(a) + b) + duty * c / (uint256(c) + d),
            "by units, each kind for itself"
        );
        uint256 given = emission.claimable(alice) + emission.claimable(bob);
        assertEq(emission.committed(), given, "rounding went back");
        assertLe(budget, given + 2, "and was rounding alone");
    }

    /// A flood of own jobs moves nothing from the duties of others to itself.
    function test_MoreJobsTakeNothingFromDuties() external {
        _duty(alice, 10);
        _duty(bob, 10);
        _job(bob, type(uint64).max, 0);
        _next();
        _settle(0, alice);
        _settle(0, bob);
        assertEq(emission.claimable(alice), emission.claimable(bob), "the same");
    }

    /// A provider buys from itself: the price comes back, fees and members' pay do not. Whatever the numbers, the emission
    /// is less than what went to others, also where a part of that comes back through own seats in the committee.
    function testFuzz_Case44_BuyingFromOneselfLoses(uint256 price, uint256 base, uint256 ring) external {
        price = bound(price, 0, 1_000_000 ether);
        base = bound(base, 1 ether, 100_000 ether);
        ring = bound(ring, 0, 4_999);
        uint256 fee = price * 200 / 10_000;
        uint256 members = 3 * base;
        _job(alice, 1_000_000, uint96(fee + members));
        _next();
        _settle(0, alice);
        uint256 cost = fee + members - members * ring / 10_000;
        assertLe(emission.claimable(alice) + 1, cost, "poorer than before");
    }

    function test_WithoutOutsidePaymentsNothingIsEarnedForJobs() external {
        _job(alice, 1_000, 0);
        _next();
        _settle(0, alice);
        assertEq(emission.claimable(alice), 0, "nothing");
        assertEq(emission.committed(), 0, "all of it stays for later epochs");
    }

    function test_WhatNobodyEarnedGoesToLaterEpochs() external {
        _next();
        _next();
        _job(alice, 1, 1e27);
        _next();
        _settle(2, alice);
        uint256 left = YEARS_10 - 2 * EPOCH;
        uint256 budget = SHARE * EPOCH / left;
        assertEq(emission.claimable(alice), budget - budget * 2_500 / 10_000, "the rest is spread over the rest of time");
    }

    function test_SettledOnceWhoeverCalls() external {
        _job(alice, 1, 1e27);
        address[] memory owners = new address[](1);
        owners[0] = alice;
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.EpochRunning.selector, 0, began + EPOCH));
        emission.settle(0, owners);
        _next();
        vm.prank(bob);
        emission.settle(0, owners);
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NothingRecorded.selector, 0, alice));
        emission.settle(0, owners);
        owners[0] = bob;
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NothingRecorded.selector, 0, bob));
        emission.settle(0, owners);
    }

    /// The next epoch's first record fixes the budget of the one before; closing late gives the same.
    function test_BudgetsAreFixedInTheirOrder() external {
        _job(alice, 1, 1e27);
        _next();
        _job(alice, 1, 1e27);
        _next();
        _next();
        uint256[] memory epochs = new uint256[](2);
        (epochs[0], epochs[1]) = (1, 0);
        vm.prank(alice);
        emission.claim(epochs, alice);
        uint256 first = emission.epochOf(0).jobBudget;
        uint256 second = emission.epochOf(1).jobBudget;
        uint256 expected = SHARE * EPOCH / YEARS_10;
        assertEq(first, expected - expected * 2_500 / 10_000, "as planned");
        assertLe(first, second, "the unused duties of the first are spread");
        assertEq(token.balanceOf(alice), first + second, "paid");
    }

    function test_Case12_AtTheWalletLimitItIsClaimedToAnotherAddress() external {
        token.transfer(alice, 420_000 ether);
        _job(alice, 1, 1e27);
        _next();
        uint256[] memory epochs = new uint256[](1);
        vm.startPrank(alice);
        vm.expectPartialRevert(IOGPU.AboveWalletLimit.selector);
        emission.claim(epochs, alice);
        uint256 amount = emission.claim(epochs, bob);
        assertEq(token.balanceOf(bob), amount, "arrived");
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NothingToClaim.selector, alice));
        emission.claim(new uint256[](0), bob);
        vm.stopPrank();
    }

    function test_Case16_AllIsGivenAtTheEndAndNeverAheadOfTheLine() external {
        uint256 epoch;
        for (uint256 i; i < 60; ++i) {
            vm.warp(began + i * 61 days);
            if (block.timestamp >= began + YEARS_10) break;
            epoch = emission.currentEpoch();
            _job(alice, 1, 1e27);
            _duty(bob, 1);
            vm.warp(began + (epoch + 1) * EPOCH);
            _settle(epoch, alice);
            assertLe(emission.committed(), SHARE * (block.timestamp - began) / YEARS_10, "not ahead");
        }
        vm.warp(began + YEARS_10 - 1);
        epoch = emission.currentEpoch();
        _job(alice, 1, 1e27);
        _duty(bob, 1);
        vm.warp(began + YEARS_10 + EPOCH);
        _settle(epoch, alice);
        assertEq(emission.committed(), SHARE, "exact at the end");
    }

    function test_AfterTheTenYearsNothingIsRecordedAndTheRestIsSweptALaterYear() external {
        _job(alice, 1, 1e27);
        vm.warp(began + YEARS_10);
        _job(alice, 9, 9);
        _duty(alice, 9);
        assertEq(emission.workOf(emission.currentEpoch(), alice).jobUnits, 0, "not recorded");
        vm.expectRevert(
            abi.encodeWithSelector(IProviderEmission.EmissionRunning.selector, began + YEARS_10 + 365 days)
        );
        emission.sweep();
        vm.warp(began + YEARS_10 + 365 days);
        uint256 swept = emission.sweep();
        assertEq(token.balanceOf(treasury), swept, "swept");
        _settle(0, alice);
        assertEq(token.balanceOf(address(emission)), emission.claimable(alice), "claims stay");
        assertEq(emission.sweep(), 0, "nothing more");
    }

    function test_Case52_RevertWhen_AParameterIsOutOfBounds() external {
        vm.expectRevert(
            abi.encodeWithSelector(IProviderEmission.OutOfBounds.selector, bytes32("capBps"), 999, 1_000, 9_000)
        );
        emission.setParameters(999, 2_500);
        vm.expectPartialRevert(IProviderEmission.OutOfBounds.selector);
        emission.setParameters(9_001, 2_500);
        vm.expectPartialRevert(IProviderEmission.OutOfBounds.selector);
        emission.setParameters(5_000, 999);
        vm.expectPartialRevert(IProviderEmission.OutOfBounds.selector);
        emission.setParameters(5_000, 5_001);
        emission.setParameters(9_000, 1_000);
        vm.expectRevert(IProviderEmission.ZeroAddress.selector);
        emission.setTreasury(address(0));
        vm.startPrank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        emission.setParameters(5_000, 2_500);
        vm.expectPartialRevert(NOT_OWNER);
        emission.setTreasury(alice);
        vm.stopPrank();
    }

    function test_RevertWhen_DeployedWrong() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderEmission.NotFunded.selector, 0, SHARE));
        new ProviderEmission(token, EPOCH, treasury, address(this));
        vm.expectPartialRevert(IProviderEmission.OutOfBounds.selector);
        new ProviderEmission(token, 31 days, treasury, address(this));
        vm.chainId(1);
        vm.expectPartialRevert(IProviderEmission.OutOfBounds.selector);
        new ProviderEmission(token, 1 days - 1, treasury, address(this));
    }

    function _job(address owner, uint64 units, uint96 paid) private {
        vm.prank(market);
        emission.recordJob(owner, units, paid);
    }

    function _duty(address owner, uint64 units) private {
        vm.prank(market);
        emission.recordDuty(owner, units);
    }

    function _settle(uint256 epoch, address owner) private {
        address[] memory owners = new address[](1);
        owners[0] = owner;
        emission.settle(epoch, owners);
    }

    function _next() private {
        vm.warp(began + (emission.currentEpoch() + 1) * EPOCH);
    }
}

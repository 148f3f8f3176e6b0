// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool} from "../../src/staking/IStakingPool.sol";
import {Burning, FlashStaker, Forcing, Refusing, Returning, Staker} from "./support/Receivers.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

contract PotsTest is StakingFixture {
    function setUp() public override {
        super.setUp();
        _stake(alice, 30 ether);
        _stake(bob, 10 ether);
    }

    function test_EthOfADayIsSharedOnTheNext() external {
        _fund(1 ether);
        (bool sent,) = address(pool).call{value: 3 ether}("");
        assertTrue(sent, "a plain transfer counts too");
        _at(1, 0);
        _activate(alice);
        _fund(5 ether);
        _activate(bob);
        assertEq(_dayPot(1), 4 ether, "yesterday's");
        (uint256 carry, uint256 arrived, uint256 lastDay) = pool.books();
        assertEq(carry, 0, "carry");
        assertEq(arrived, 5 ether, "today's");
        assertEq(lastDay, FIRST_DAY + 1, "opened");
        assertEq(pool.claimableOf(alice), 0, "not before the day is over");
        _at(2, 0);
        assertEq(pool.claimableOf(alice), 3 ether, "three quarters");
        vm.expectEmit(address(pool));
        emit IStakingPool.Claimed(alice, alice, 3 ether, FIRST_DAY + 1, 3 ether);
        assertEq(_claim(alice), 3 ether, "paid");
        assertEq(alice.balance, 3 ether, "received");
        assertEq(_claim(bob), 1 ether, "a quarter");
        _activate(bob);
        assertEq(_dayPot(2), 5 ether, "the next pot");
    }

    function test_Case18_StakingPayingInAndLeavingInOneTransactionEarnsNothing() external {
        FlashStaker flash = new FlashStaker();
        token.transfer(address(flash), 400_000 ether);
        assertEq(flash.run{value: 1 ether}(pool, 400_000 ether), 0, "earned");
        _at(1, 0);
        assertEq(pool.claimableOf(address(flash)), 0, "nor later");
        _activate(alice);
        _at(2, 0);
        assertEq(_claim(alice), 1 ether, "it is for those who stay");
    }

    function test_Case18_EthThatArrivesBeforeTheDaysFirstActivationWaitsAllTheSame() external {
        _fund(1 ether);
        _at(1, 0);
        _fund(5 ether);
        _activate(alice);
        assertEq(_dayPot(1), 1 ether, "yesterday's alone");
        _at(2, 0);
        _activate(bob);
        assertEq(_dayPot(2), 5 ether, "and once, on the day after");
    }

    function test_Case18_LeavingOnTheDayGivesTheShareToThoseWhoStay() external {
        _fund(4 ether);
        _at(1, 0);
        _activate(alice);
        _activate(bob);
        _at(1, 86_399);
        _unstake(alice, 30 ether);
        _at(2, 0);
        assertEq(pool.claimableOf(alice), 0, "left");
        assertEq(_claim(bob), 4 ether, "stayed");
    }

    function test_Case24_EthWithoutWeightWaitsForTheNextOpenedDay() external {
        _fund(1 ether);
        _at(3, 0);
        _fund(2 ether);
        (uint256 carry, uint256 arrived,) = pool.books();
        assertEq(carry, 1 ether, "carried");
        assertEq(arrived, 2 ether, "arrived");
        _at(9, 0);
        _activate(bob);
        assertEq(_dayPot(9), 3 ether, "all of it");
    }

    function test_Case24_APotThatFoundNoWeightComesBackOnce() external {
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        _unstake(alice, 30 ether);
        assertEq(_dayWeight(1), 0, "nobody is left");
        _fund(2 ether);
        _at(4, 0);
        _activate(bob);
        assertEq(_dayPot(4), 3 ether, "back, with what came since");
        assertEq(_dayPot(1), 0, "and gone there");
        _at(5, 0);
        _activate(bob);
        assertEq(_dayPot(5), 0, "not a second time");
        assertEq(_claim(bob), 3 ether, "paid once");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NothingToClaim.selector, alice));
        pool.claim(alice);
    }

    function test_APotIsFixedOnceEvenIfEverybodyLeftAndOthersCome() external {
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        _unstake(alice, 30 ether);
        _activate(bob);
        assertEq(_dayPot(1), 1 ether, "the same pot");
        _at(2, 0);
        assertEq(_claim(bob), 1 ether, "whole");
    }

    function test_Case25_OneWeiStakesAndPotsNeverOverpayNorBlockTheLast() external {
        for (uint256 i = 2; i < ACCOUNTS; ++i) {
            _stake(_account(i), 1);
        }
        _unstake(alice, 30 ether);
        _unstake(bob, 10 ether);
        _fund(11);
        _at(1, 0);
        for (uint256 i = 2; i < ACCOUNTS; ++i) {
            _activate(_account(i));
        }
        _at(2, 0);
        uint256 paid;
        for (uint256 i = 2; i < ACCOUNTS; ++i) {
            paid += _claim(_account(i));
        }
        assertEq(paid, 6, "one each of 11/6");
        assertEq(address(pool).balance, 5, "fewer wei than stakers stay");
    }

    function testFuzz_Case25_RewardsAddUpToThePotLessAWeiEach(uint256 seed, uint96 pot) external {
        uint256 amount = bound(pot, 1, 900_000 ether);
        for (uint256 i; i < ACCOUNTS; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            _stake(_account(i), bound(r, 1, r & 1 == 0 ? 10 : 900 ether));
        }
        _fund(amount);
        _at(bound(seed, 1, 700), 0);
        for (uint256 i; i < ACCOUNTS; ++i) {
            _activate(_account(i));
        }
        vm.warp(block.timestamp + 1 days);
        uint256 paid;
        for (uint256 i; i < ACCOUNTS; ++i) {
            uint256 owed = pool.claimableOf(_account(i));
            if (owed != 0) paid += _claim(_account(i));
        }
        assertLe(paid, amount, "at most the pot");
        assertLe(amount, paid + ACCOUNTS - 1, "remainders below a wei an account");
        assertEq(address(pool).balance, amount - paid, "held");
    }

    function test_Case26_ForcedEthIsInNoBook() external {
        new Forcing{value: 7 ether}(payable(address(pool)));
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        assertEq(_dayPot(1), 1 ether, "counted only");
        assertEq(address(pool).balance, 8 ether, "held");
        _at(2, 0);
        assertEq(_claim(alice), 1 ether, "as without");
    }

    function test_Case27_AReceiverThatRefusesOrBurnsHarmsItselfAlone() external {
        Staker refusing = new Refusing(pool);
        Staker burning = new Burning(pool);
        _join(refusing);
        _join(burning);
        _fund(60 ether);
        _at(1, 0);
        refusing.activate();
        burning.activate();
        _activate(bob);
        _at(2, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NotPaid.selector, address(refusing), 20 ether));
        refusing.claim(address(refusing));
        vm.expectRevert();
        burning.claim{gas: 500_000}(address(burning));
        assertEq(_claim(bob), 20 ether, "others are paid");
        refusing.claim(address(0xCAFE));
        assertEq(address(0xCAFE).balance, 20 ether, "and it can name another receiver");
        burning.activate();
        burning.unstake(10 ether, bob);
        assertEq(pool.claimableOf(address(burning)), 20 ether, "nothing is lost");
    }

    function test_Case28_WhoComesBackInFindsNothing() external {
        Returning returning = new Returning(pool);
        _join(returning);
        _fund(20 ether);
        _at(1, 0);
        returning.activate();
        _activate(bob);
        _at(2, 0);
        returning.activate();
        returning.claim(address(returning));
        assertEq(returning.entered(), 1, "entered once");
        assertEq(returning.succeeded(), 0, "second claim and second activation fail");
        assertEq(address(returning).balance, 10 ether, "its own and no more");
        assertEq(_dayWeight(2), 0, "its exit on the way took its weight along");
        assertEq(_claim(bob), 10 ether, "others are whole");
    }

    function test_RevertWhen_ThereIsNothingToClaimOrNowhereToPay() external {
        _fund(1 ether);
        _at(1, 0);
        _activate(alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NothingToClaim.selector, alice));
        pool.claim(alice);
        _at(2, 0);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.ReceiverNotAllowed.selector, address(0)));
        pool.claim(address(0));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.ReceiverNotAllowed.selector, address(pool)));
        pool.claim(address(pool));
        pool.claim(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NothingToClaim.selector, alice));
        pool.claim(alice);
        vm.stopPrank();
    }

    function test_RevertWhen_MoreEthArrivesThanTheBooksHold() external {
        cheat.deal(address(this), type(uint128).max);
        _fund(type(uint96).max);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.TooMuchEth.selector, 1 << 96, type(uint96).max));
        pool.fund{value: 1}();
    }

    function _join(Staker staker) private {
        token.transfer(address(staker), 10 ether);
        staker.stake(10 ether);
    }
}

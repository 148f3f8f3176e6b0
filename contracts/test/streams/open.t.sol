// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {ChannelState, ChannelView, IStreamPayments} from "../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../src/streams/StreamPayments.sol";
import {LossyToken} from "./support/Doubles.sol";
import {StreamFixture} from "./support/StreamFixture.sol";

contract OpenTest is StreamFixture {
    function test_OpensWithWhatTheCustomerNamed() external {
        vm.expectEmit(address(streams));
        emit IStreamPayments.ChannelOpened(1, alice, provider, delegate, 10 ether, 200, DELAY);
        uint256 channel = _openWithDelegate(10 ether);
        assertEq(channel, 1, "the first");
        assertEq(streams.lastChannel(), 1, "counted");
        ChannelView memory v = _state(1);
        _is(1, ChannelState.Open, "open");
        assertEq(v.customer, alice, "customer");
        assertEq(v.provider, provider, "provider");
        assertEq(v.delegate, delegate, "delegate");
        assertEq(v.deposit, 10 ether, "deposit");
        assertEq(v.redeemed, 0, "nothing yet");
        assertEq(v.feeBps, 200, "fee");
        assertEq(v.closeSeconds, DELAY, "delay");
        assertEq(v.closeAt, 0, "not closing");
        assertEq(token.balanceOf(address(streams)), 10 ether, "held");
    }

    function test_EveryChannelHasAnIdOfItsOwnForEver() external {
        uint256 first = _open(1 ether);
        vm.prank(provider);
        streams.close(first);
        uint256 second = _open(1 ether);
        assertEq(second, first + 1, "not again");
        _is(first, ChannelState.Closed, "the first stays closed");
        _is(second + 1, ChannelState.None, "none yet");
        _is(0, ChannelState.None, "there is no channel 0");
    }

    function test_Case34_TheDepositIsWhatArrived() external {
        LossyToken lossy = new LossyToken(address(this), 1 ether);
        StreamPayments other =
            new StreamPayments(IERC20(address(lossy)), treasury, 200, DELAY, address(this), guardian);
        lossy.approve(address(other), type(uint256).max);
        uint256 channel = other.open(provider, address(0), 10 ether);
        assertEq(other.channelOf(channel).deposit, 9 ether, "opened with");
        assertEq(other.topUp(channel, 5 ether), 4 ether, "added");
        assertEq(other.channelOf(channel).deposit, 13 ether, "in all");
        assertEq(lossy.balanceOf(address(other)), 13 ether, "held");
        vm.expectRevert(IStreamPayments.ZeroAmount.selector);
        other.open(provider, address(0), 1 ether);
    }

    function test_RevertWhen_ThereIsNothingOrNobodyToPay() external {
        vm.startPrank(alice);
        vm.expectRevert(IStreamPayments.ZeroAddress.selector);
        streams.open(address(0), delegate, 1 ether);
        vm.expectRevert(IStreamPayments.ZeroAmount.selector);
        streams.open(provider, delegate, 0);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        streams.open(provider, delegate, EACH + 1);
        vm.stopPrank();
    }

    function test_Case57_APermitThatSomebodyElseCarriedStillOpens() external {
        vm.prank(alice);
        token.approve(address(streams), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(_customerKey(0), 7 ether, block.timestamp);
        token.permit(alice, address(streams), 7 ether, block.timestamp, v, r, s);
        vm.prank(alice);
        uint256 channel = streams.openWithPermit(provider, delegate, 7 ether, block.timestamp, v, r, s);
        assertEq(_state(channel).deposit, 7 ether, "opened");
        (v, r, s) = _permit(_customerKey(0), 2 ether, block.timestamp);
        vm.prank(alice);
        streams.topUpWithPermit(channel, 2 ether, block.timestamp, v, r, s);
        assertEq(_state(channel).deposit, 9 ether, "topped up by a fresh one");
        (v, r, s) = _permit(_customerKey(0), 3 ether, block.timestamp);
        token.permit(alice, address(streams), 3 ether, block.timestamp, v, r, s);
        vm.prank(alice);
        streams.topUpWithPermit(channel, 3 ether, block.timestamp, v, r, s);
        assertEq(_state(channel).deposit, 12 ether, "and by one carried before");
    }

    function test_RevertWhen_APermitIsNotTheCallers() external {
        vm.prank(alice);
        token.approve(address(streams), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(_customerKey(1), 7 ether, block.timestamp);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        vm.prank(alice);
        streams.openWithPermit(provider, delegate, 7 ether, block.timestamp, v, r, s);
    }

    function test_AnybodyMayTopUp() external {
        uint256 channel = _open(1 ether);
        address bob = vm.addr(_customerKey(1));
        vm.expectEmit(address(streams));
        emit IStreamPayments.ChannelToppedUp(channel, bob, 2 ether, 3 ether);
        vm.prank(bob);
        streams.topUp(channel, 2 ether);
        assertEq(_state(channel).customer, alice, "still alice's");
        vm.prank(provider);
        streams.close(channel);
        assertEq(streams.balanceOf(alice), 3 ether, "the rest too");
    }

    function test_RevertWhen_ToppingUpWhatDoesNotLive() external {
        uint256 channel = _open(1 ether);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.UnknownChannel.selector, 2, 1));
        streams.topUp(2, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.UnknownChannel.selector, 0, 1));
        streams.topUp(0, 1 ether);
        streams.close(channel);
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.ChannelIsClosing.selector, channel, block.timestamp + DELAY)
        );
        streams.topUp(channel, 1 ether);
        vm.warp(block.timestamp + DELAY);
        streams.finish(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosed.selector, channel));
        streams.topUp(channel, 1 ether);
        vm.stopPrank();
    }

    function test_Case33_OnlyOpeningIsPaused() external {
        uint256 channel = _open(10 ether);
        uint256 other = _open(10 ether);
        vm.prank(guardian);
        streams.pause();
        vm.expectRevert(abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours));
        vm.prank(alice);
        streams.open(provider, address(0), 1 ether);
        vm.prank(alice);
        streams.topUp(channel, 1 ether);
        _redeem(channel, 11 ether);
        vm.prank(provider);
        streams.close(other);
        vm.prank(alice);
        streams.close(channel);
        vm.warp(block.timestamp + DELAY);
        streams.finish(channel);
        streams.sweepFees(_one(provider));
        vm.prank(alice);
        streams.withdraw(10 ether, alice);
        vm.prank(provider);
        streams.withdraw(10.78 ether, provider);
        assertEq(token.balanceOf(address(streams)), 0, "all out");
    }

    function test_RevertWhen_TheSupplyDoesNotFitAWord() external {
        LossyToken large = new LossyToken(address(this), 0);
        large.mint(uint256(1) << 88);
        uint256 supply = large.totalSupply();
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.SupplyTooLarge.selector, supply, type(uint88).max)
        );
        new StreamPayments(IERC20(address(large)), treasury, 200, DELAY, address(this), guardian);
    }
}

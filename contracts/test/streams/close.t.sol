// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ChannelState, IStreamPayments} from "../../src/streams/IStreamPayments.sol";
import {StreamFixture} from "./support/StreamFixture.sol";

contract CloseTest is StreamFixture {
    function test_TheCustomerClosesWithADelayAndAnybodyEnds() external {
        uint256 channel = _open(10 ether);
        uint256 closeAt = block.timestamp + DELAY;
        vm.expectEmit(address(streams));
        emit IStreamPayments.ChannelClosing(channel, closeAt);
        vm.prank(alice);
        streams.close(channel);
        _is(channel, ChannelState.Closing, "closing");
        assertEq(_state(channel).closeAt, closeAt, "then");
        assertEq(streams.balanceOf(alice), 0, "not yet");
        vm.warp(closeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.CloseTooSoon.selector, channel, closeAt));
        streams.finish(channel);
        _redeem(channel, 4 ether);
        vm.warp(closeAt);
        vm.expectEmit(address(streams));
        emit IStreamPayments.ChannelClosed(channel, alice, 6 ether);
        vm.prank(address(0xCA4));
        streams.finish(channel);
        assertEq(streams.balanceOf(alice), 6 ether, "the rest");
        assertEq(streams.balanceOf(provider), 3.92 ether, "what was earned");
        _is(channel, ChannelState.Closed, "closed");
    }

    function test_TheProviderClosesAtOnceAlsoWhileTheCustomerDoes() external {
        uint256 first = _open(10 ether);
        uint256 second = _open(5 ether);
        _redeem(first, 1 ether);
        vm.prank(provider);
        streams.close(first);
        assertEq(streams.balanceOf(alice), 9 ether, "the rest");
        vm.prank(alice);
        streams.close(second);
        vm.prank(provider);
        streams.close(second);
        assertEq(streams.balanceOf(alice), 14 ether, "both");
        _is(second, ChannelState.Closed, "closed");
    }

    function test_ClosesBySignatureOfAParty() external {
        uint256 channel = _open(10 ether);
        assertEq(
            streams.closeDigest(channel),
            _digest(keccak256(abi.encode(keccak256("Close(uint256 channel)"), channel)), address(streams)),
            "told"
        );
        streams.closeWithSig(channel, alice, _signClose(_customerKey(0), channel));
        _is(channel, ChannelState.Closing, "the customer's word starts the delay");
        streams.closeWithSig(channel, provider, _signClose(_providerKey(0), channel));
        _is(channel, ChannelState.Closed, "the provider's ends it");
        assertEq(streams.balanceOf(alice), 10 ether, "all back");
    }

    function test_RevertWhen_SomebodyElseCloses() external {
        uint256 channel = _openWithDelegate(10 ether);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.NotAParty.selector, channel, address(this)));
        streams.close(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.NotAParty.selector, channel, delegate));
        vm.prank(delegate);
        streams.close(channel);
        bytes memory signature = _signClose(_customerKey(1), channel);
        bytes32 digest = streams.closeDigest(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.SignatureInvalid.selector, alice, digest));
        streams.closeWithSig(channel, alice, signature);
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.NotAParty.selector, channel, vm.addr(_customerKey(1)))
        );
        streams.closeWithSig(channel, vm.addr(_customerKey(1)), signature);
        // A signature for another channel closes nothing here.
        uint256 other = _open(1 ether);
        signature = _signClose(_providerKey(0), other);
        digest = streams.closeDigest(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.SignatureInvalid.selector, provider, digest));
        streams.closeWithSig(channel, provider, signature);
    }

    function test_RevertWhen_ItClosesOrEndsAgain() external {
        uint256 channel = _open(10 ether);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.CloseTooSoon.selector, channel, 0));
        streams.finish(channel);
        vm.startPrank(alice);
        streams.close(channel);
        // Also not to put the end off, nor later.
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosing.selector, channel, block.timestamp));
        streams.close(channel);
        streams.finish(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosed.selector, channel));
        streams.finish(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosed.selector, channel));
        streams.close(channel);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosed.selector, channel));
        vm.prank(provider);
        streams.close(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.UnknownChannel.selector, 7, 1));
        streams.finish(7);
        assertEq(streams.balanceOf(alice), 10 ether, "once");
    }

    function test_WhoPaysHimselfEndsAtOnce() external {
        vm.startPrank(alice);
        uint256 channel = streams.open(alice, address(0), 3 ether);
        streams.redeem(channel, 1 ether, _sign(_customerKey(0), channel, 1 ether));
        streams.close(channel);
        vm.stopPrank();
        assertEq(streams.balanceOf(alice), 2.98 ether, "less the fee");
    }

    function test_RunningChannelsKeepFeeAndDelay() external {
        uint256 before = _open(10 ether);
        streams.setParameters(500, 30 days);
        uint256 later = _open(10 ether);
        _redeem(before, 1 ether);
        assertEq(streams.feesOf(provider), 0.02 ether, "2%");
        _redeem(later, 1 ether);
        assertEq(streams.feesOf(provider), 0.07 ether, "5%");
        vm.startPrank(alice);
        streams.close(before);
        streams.close(later);
        vm.stopPrank();
        assertEq(_state(before).closeAt, block.timestamp + DELAY, "an hour");
        assertEq(_state(later).closeAt, block.timestamp + 30 days, "30 days");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../src/OGPU.sol";
import {ChannelState, ChannelView} from "../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../src/streams/StreamPayments.sol";
import {Test} from "../support/Test.sol";
import {newToken} from "../support/Tokens.sol";
import {StreamHandler} from "./StreamHandler.sol";

/// The laws of LAWS.md, all of them after every move.
contract StreamLawsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    OGPU private token;
    StreamPayments private streams;
    StreamHandler private handler;
    address private guardian = address(0x6A4D);
    address private treasury = address(0x7EA);

    function setUp() external {
        vm.warp(1_800_000_000);
        token = newToken(address(this));
        streams = new StreamPayments(token, treasury, 200, 1 hours, address(this), guardian);
        token.exempt(address(streams), true);
        handler = new StreamHandler(token, streams, address(this), guardian);
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            token.transfer(handler.person(i), 50_000 ether);
            vm.prank(handler.person(i));
            token.approve(address(streams), type(uint256).max);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[17] memory moves = [
            StreamHandler.pass.selector,
            StreamHandler.open.selector,
            StreamHandler.open.selector,
            StreamHandler.topUp.selector,
            // Vouchers are what there is most of.
            StreamHandler.sign.selector,
            StreamHandler.sign.selector,
            StreamHandler.sign.selector,
            StreamHandler.redeem.selector,
            StreamHandler.redeem.selector,
            StreamHandler.redeemMany.selector,
            StreamHandler.close.selector,
            StreamHandler.finish.selector,
            StreamHandler.withdraw.selector,
            StreamHandler.withdrawSigned.selector,
            StreamHandler.sweep.selector,
            StreamHandler.give.selector,
            StreamHandler.govern.selector
        ];
        targets = new Selectors[](1);
        targets[0] = Selectors(address(handler), new bytes4[](moves.length + 1));
        for (uint256 i; i < moves.length; ++i) {
            targets[0].selectors[i] = moves[i];
        }
        targets[0].selectors[moves.length] = StreamHandler.pause.selector;
    }

    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_TheLawsOfStreams() external view {
        _laws();
    }

    /// Law 11, where each run of the campaign has come to.
    function afterInvariant() external {
        _everybodyLeaves();
    }

    /// The same laws after lives of other mixtures than the campaign's; the books say at every move what must happen. One life
    /// is 80 moves, so a few of them are enough while developing.
    /// forge-config: default.fuzz.runs = 32
    /// forge-config: ci.fuzz.runs = 2000
    /// forge-config: deep.fuzz.runs = 50000
    function testFuzz_LongLivesKeepTheLaws(uint256 seed) external {
        for (uint256 n; n < 80; ++n) {
            _move(uint256(keccak256(abi.encode(seed, n))));
            if (n % 40 == 39) _laws();
        }
        _everybodyLeaves();
    }

    /// A campaign that reaches nothing would prove nothing.
    function test_TheHandlerReachesEveryMoveAndEveryRefusal() external {
        for (uint256 n; n < 2_000; ++n) {
            _move(uint256(keccak256(abi.encode("reach", n))));
        }
        string[11] memory moves = [
            "open",
            "topUp",
            "redeem",
            "redeemMany",
            "close",
            "finish",
            "withdraw",
            "withdrawSigned",
            "sweep",
            "govern",
            "pause"
        ];
        for (uint256 i; i < moves.length; ++i) {
            assertLe(i == 10 ? 1 : 10, handler.done(moves[i]), moves[i]);
            assertLe(3, handler.refused(moves[i]), moves[i]);
        }
        _laws();
    }

    function _move(uint256 r) private {
        uint256 kind = r % 32;
        uint256 a = r >> 8 & 0xffff;
        uint256 b = r >> 24;
        if (kind < 4) handler.pass(b);
        else if (kind < 8) handler.open(a, a >> 4, b);
        else if (kind < 10) handler.topUp(a, a >> 4, b);
        else if (kind < 15) handler.sign(a, b, a >> 8);
        else if (kind < 19) handler.redeem(a, b);
        else if (kind < 21) handler.redeemMany(a, b);
        else if (kind < 23) handler.close(a, b);
        else if (kind < 25) handler.finish(a);
        else if (kind < 27) handler.withdraw(a, b, a & 64 == 0);
        else if (kind == 27) handler.withdrawSigned(a, b, a & 64 == 0);
        else if (kind < 30) handler.sweep(a);
        else if (kind == 30) handler.govern(a, b);
        else a & 3 == 0 ? handler.pause() : handler.give(b);
    }

    function _laws() private view {
        assertEq(bytes(handler.broken()).length, 0, handler.broken());
        assertEq(streams.lastChannel(), handler.channels(), "law 7: ids count the openings");
        uint256 inChannels;
        for (uint256 id = 1; id <= handler.channels(); ++id) {
            inChannels += _channel(id);
        }
        uint256 out;
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            address person = handler.person(i);
            assertEq(streams.balanceOf(person), handler.balances(i), "laws 10, 12: the balance");
            assertEq(streams.feesOf(person), handler.waiting(i), "laws 10, 12: the fees");
            out += streams.balanceOf(person) + streams.feesOf(person);
        }
        assertEq(token.balanceOf(address(streams)), inChannels + out + handler.gifts(), "law 1: oGPU is conserved");
        assertEq(token.balanceOf(treasury), handler.swept(), "law 10: fees went to the treasury");
    }

    /// Laws 2 to 9 of one channel. Returns what is still in it.
    function _channel(uint256 id) private view returns (uint256) {
        StreamHandler.Book memory book = handler.bookOf(id);
        ChannelView memory v = streams.channelOf(id);
        assertLe(book.redeemed, book.deposit, "law 2: at most the deposit");
        assertLe(book.redeemed, book.signed, "law 4: only signed money");
        assertEq(book.fees, book.redeemed * book.feeBps / 10_000, "law 5: the fee");
        assertLe(book.fees * 20, book.redeemed, "law 5: at most 5%");
        if (book.ended) {
            assertEq(uint256(v.state), uint256(ChannelState.Closed), "law 7: closed for ever");
            assertEq(v.deposit + v.redeemed, 0, "law 6: nothing stays");
            assertEq(book.redeemed + book.rest, book.deposit, "law 6: all came out once");
            return 0;
        }
        ChannelState state = book.closeAt == 0 ? ChannelState.Open : ChannelState.Closing;
        assertEq(uint256(v.state), uint256(state), "law 9: the state");
        assertEq(v.closeAt, book.closeAt, "law 9: set once");
        assertEq(v.deposit, book.deposit, "law 2: the deposit");
        assertEq(v.redeemed, book.redeemed, "law 3: redeemed");
        assertEq(v.customer, handler.person(book.customer), "law 8: customer");
        assertEq(v.provider, handler.person(book.provider), "law 8: provider");
        assertTrue((v.delegate != address(0)) == book.hasDelegate, "law 8: delegate");
        assertEq(v.feeBps, book.feeBps, "law 8: fee");
        assertEq(v.closeSeconds, book.closeSeconds, "law 8: delay");
        return v.deposit - v.redeemed;
    }

    /// Law 11: entries are paused, every channel is closed by its customer and ended by a stranger, everybody takes all.
    function _everybodyLeaves() private {
        uint256 snapshot = vm.snapshotState();
        if (block.timestamp >= streams.nextPauseAt()) {
            vm.prank(guardian);
            streams.pause();
        }
        for (uint256 id = 1; id <= handler.channels(); ++id) {
            StreamHandler.Book memory book = handler.bookOf(id);
            if (book.ended || book.closeAt != 0) continue;
            vm.prank(handler.person(book.customer));
            streams.close(id);
        }
        vm.warp(block.timestamp + 30 days);
        for (uint256 id = 1; id <= handler.channels(); ++id) {
            if (streams.channelOf(id).state != ChannelState.Closed) streams.finish(id);
        }
        address[] memory all = new address[](handler.PEOPLE());
        uint256 fees;
        for (uint256 i; i < all.length; ++i) {
            all[i] = handler.person(i);
            fees += streams.feesOf(all[i]);
            uint256 balance = streams.balanceOf(all[i]);
            if (balance == 0) continue;
            vm.prank(all[i]);
            streams.withdraw(balance, all[i]);
        }
        if (fees != 0) streams.sweepFees(all);
        assertEq(token.balanceOf(address(streams)), handler.gifts(), "law 11: gifts alone stay");
        vm.revertToState(snapshot);
    }
}

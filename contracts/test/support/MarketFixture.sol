// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AttemptMessage,
    Bid,
    Job,
    Opening,
    Order,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Seat,
    State
} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketWorld} from "./MarketWorld.sol";

/// The steps of the default job, each from where the one before ended, and the way into every state.
abstract contract MarketFixture is MarketWorld {
    /// What a seat does in a test.
    struct Word {
        uint8 outcome;
        bytes32 output;
        uint32 secondsUsed;
        uint16 agrees;
        bool seals;
        bool reveals;
    }

    function _bid(uint256 i, uint128 price) internal view returns (Bid memory) {
        return Bid({
            order: id,
            attempt: market.jobOf(id).attempt + 1,
            node: _node(i),
            price: price,
            rate: price / order.softSeconds,
            validUntil: uint64(block.timestamp + 1 days)
        });
    }

    function _submit() internal {
        id = market.orderId(order);
        market.submit(order, _signOrder());
    }

    function _award(Bid memory nodeBid) internal {
        market.award(order, nodeBid, _signBid(keyOf[nodeBid.node], nodeBid), _signBid(AUCTIONEER_KEY, nodeBid));
    }

    function _award() internal {
        _award(_bid(0, 6 ether));
    }

    function _placeBid(Bid memory nodeBid) internal {
        market.bid(order, nodeBid, _signBid(keyOf[nodeBid.node], nodeBid));
    }

    function _attempt() internal view returns (AttemptMessage memory) {
        Job memory job = market.jobOf(id);
        return AttemptMessage(id, job.attempt, job.node);
    }

    function _start() internal {
        AttemptMessage memory message = _attempt();
        market.start(message, _sign(keyOf[message.node], keccak256(abi.encode(Messages.START, message))));
    }

    function _handBack() internal {
        AttemptMessage memory message = _attempt();
        market.handBack(message, _sign(keyOf[message.node], keccak256(abi.encode(Messages.HAND_BACK, message))));
    }

    function _commitment() internal view returns (bytes32) {
        AttemptMessage memory message = _attempt();
        return keccak256(abi.encode(id, message.attempt, message.node, opening));
    }

    function _submitResult(ResultMessage memory result) internal {
        market.submitResult(result, _sign(keyOf[result.node], keccak256(abi.encode(Messages.RESULT, result))));
    }

    function _result() internal {
        AttemptMessage memory message = _attempt();
        _submitResult(ResultMessage(id, message.attempt, message.node, _commitment()));
    }

    function _replace(Bid memory nodeBid, uint256 approverKey) internal {
        market.replace(
            order, nodeBid, _signBid(keyOf[nodeBid.node], nodeBid), vm.addr(approverKey), _signBid(approverKey, nodeBid)
        );
    }

    function _draw() internal {
        vm.roll(block.number + 2);
        market.draw(order);
    }

    /// The seats of the present round's list: the appeal's once it is drawn.
    function _members() internal view returns (Seat[] memory) {
        return market.jobOf(id).roundFrom == 16 ? market.appealSeatsOf(id) : market.seatsOf(id);
    }

    function _salt(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", i));
    }

    function _revealOf(uint256 seat, Word memory word) internal view returns (RevealMessage memory) {
        return RevealMessage({
            order: id,
            attempt: market.jobOf(id).attempt,
            member: _members()[seat].member,
            outcome: word.outcome,
            outputHash: word.output,
            secondsUsed: word.secondsUsed,
            salt: _salt(seat),
            agrees: word.agrees
        });
    }

    function _sealOf(uint256 seat, Word memory word) internal view returns (SealMessage memory) {
        RevealMessage memory r = _revealOf(seat, word);
        bytes32 sealed_ =
            keccak256(abi.encode(r.order, r.attempt, r.member, r.outcome, r.outputHash, r.secondsUsed, r.salt));
        return SealMessage(id, r.attempt, r.member, sealed_);
    }

    function _seal(SealMessage memory message, uint256 key) internal {
        SealMessage[] memory seals = new SealMessage[](1);
        bytes[] memory signatures = new bytes[](1);
        seals[0] = message;
        signatures[0] = _sign(key, keccak256(abi.encode(Messages.SEAL, message)));
        market.seal(seals, signatures);
    }

    function _sealSeat(uint256 seat, Word memory word) internal {
        SealMessage memory message = _sealOf(seat, word);
        _seal(message, keyOf[message.member]);
    }

    function _sealAll(Word[] memory words) internal {
        for (uint256 i; i < words.length; ++i) {
            if (words[i].seals) _sealSeat(i, words[i]);
        }
    }

    function _reveal(Opening memory shown, RevealMessage memory message, uint256 key) internal {
        RevealMessage[] memory reveals = new RevealMessage[](1);
        bytes[] memory signatures = new bytes[](1);
        reveals[0] = message;
        signatures[0] = _sign(key, keccak256(abi.encode(Messages.REVEAL, message)));
        market.reveal(order, shown, reveals, signatures);
    }

    function _revealSeat(Opening memory shown, uint256 seat, Word memory word) internal {
        RevealMessage memory message = _revealOf(seat, word);
        _reveal(shown, message, keyOf[message.member]);
    }

    function _open() internal {
        market.reveal(order, opening, new RevealMessage[](0), new bytes[](0));
    }

    function _noOpening() internal pure returns (Opening memory none) {}

    /// Seals, waits for sealBy where a seat is silent, opens, reveals, and settles where the last reveal did not.
    function _committee(Word[] memory words) internal {
        _sealAll(words);
        Job memory job = market.jobOf(id);
        if (job.sealedSeats < job.seats) vm.warp(job.sealBy + 1);
        _open();
        for (uint256 i; i < words.length; ++i) {
            if (words[i].seals && words[i].reveals) _revealSeat(opening, i, words[i]);
        }
        _finish();
    }

    /// Lets time alone end the job: what waits for a draw, a reveal or an appeal is settled without.
    function _finish() internal {
        Job memory job = market.jobOf(id);
        for (; job.state < State.Settled; job = market.jobOf(id)) {
            vm.warp(job.deadline + 1);
            market.settle(order);
        }
    }

    /// Seals, opens and reveals the present round, all seats speaking; what follows is left to the test.
    function _round(Word[] memory words) internal {
        _sealAll(words);
        if (market.jobOf(id).nodeOutcome == 0) _open();
        for (uint256 i; i < words.length; ++i) {
            _revealSeat(opening, i, words[i]);
        }
    }

    function _same(Word memory word, uint256 seats) internal pure returns (Word[] memory words) {
        words = new Word[](seats);
        for (uint256 i; i < seats; ++i) {
            words[i] = _says(word.outcome, word.output);
        }
    }

    /// Node 0's owner appeals, with a balance that just covers it.
    function _appeal() internal {
        token.approve(address(escrow), type(uint256).max);
        escrow.depositFor(_owner(0), market.appealLockOf(id));
        vm.prank(_owner(0));
        market.appeal(order, opening);
    }

    /// Node 0 gets a record of one big job, so that the default job may stay unchecked.
    function _giveRecord() internal {
        Order memory next = order;
        (order.maxPrice, order.nonce, order.validation) = (60 ether, 1 << 200, 1);
        _submit();
        _award(_bid(0, 60 ether));
        _start();
        _result();
        _draw();
        _committee(_allGood());
        order = next;
        order.submitBy = uint64(block.timestamp + 1 hours);
        id = market.orderId(order);
    }

    /// From Running: gives the result in a block whose successor's hash leaves it unchecked.
    function _drawUntilUnchecked() internal {
        uint256 number = block.number;
        for (uint256 i; i < 200; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.roll(number + i);
            _result();
            _draw();
            if (_state() == State.Unchecked) return;
            vm.revertToState(snapshot);
        }
        revert("never unchecked");
    }

    function _says(uint8 outcome, bytes32 output) internal pure returns (Word memory) {
        return Word(outcome, output, 40, 0, true, true);
    }

    function _words(Word memory a, Word memory b, Word memory c) internal pure returns (Word[] memory words) {
        words = new Word[](3);
        (words[0], words[1], words[2]) = (a, b, c);
    }

    function _allGood() internal pure returns (Word[] memory) {
        // Three of their own: memory structs are references, and tests change single ones.
        return _words(_says(Messages.SUCCESS, GOOD), _says(Messages.SUCCESS, GOOD), _says(Messages.SUCCESS, GOOD));
    }

    /// The default job in `state`. Window, HandedBack, Cancelled and Expired take their own shortest path.
    function _to(State state) internal {
        if (state == State.None) return;
        if (state == State.Unchecked) {
            _giveRecord();
            order.validation = Messages.BY_RECORD;
        }
        _submit();
        if (state == State.Open) return;
        if (state == State.Cancelled) return _cancel();
        if (state == State.Expired) {
            vm.warp(market.jobOf(id).deadline + 1);
            return market.expire(order);
        }
        if (state == State.Window) {
            vm.warp(market.jobOf(id).auctionBy);
            return _placeBid(_bid(0, 6 ether));
        }
        _award();
        if (state == State.Awarded) return;
        if (state == State.HandedBack) return _handBack();
        _start();
        if (state == State.Running) return;
        vm.warp(block.timestamp + 50);
        if (state == State.Unchecked) return _drawUntilUnchecked();
        _result();
        if (state == State.Resulted) return;
        _draw();
        if (state == State.Checking) return;
        Word memory good = _says(Messages.SUCCESS, GOOD);
        Word memory bad = _says(Messages.SUCCESS, BAD);
        if (state == State.Enlarging) return _round(_words(good, bad, _says(Messages.FAILURE, 0)));
        if (state != State.Settled) {
            _round(_words(bad, bad, bad));
            if (state == State.Appealed) _appeal();
            return;
        }
        _committee(_allGood());
    }

    function _cancel() internal {
        vm.prank(customer);
        market.cancel(order, "");
    }

    function _state() internal view returns (State) {
        return market.jobOf(id).state;
    }

    function assertState(State expected) internal view {
        assertEq(uint256(_state()), uint256(expected), "state");
    }

    /// sum of balances + locks = owed <= held, with every account named.
    function assertSolvent() internal view {
        uint256 sum = escrow.balanceOf(customer) + escrow.lockedOf(customer) + escrow.balanceOf(treasury);
        for (uint256 i; i < NODES; ++i) {
            sum += escrow.balanceOf(_owner(i)) + escrow.lockedOf(_owner(i));
        }
        assertEq(sum, escrow.owed(), "sum of accounts is what the escrow owes");
        assertLe(escrow.owed(), token.balanceOf(address(escrow)), "the escrow holds what it owes");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Whatever the rounds say, every payment fits into what was locked for it, and nothing is made or lost.
contract PotsTest is MarketFixture {
    uint256 private constant ALL = 36;

    function setUp() public override {
        super.setUp();
        for (uint256 i = NODES; i < ALL; ++i) {
            _register(i, CLASS);
        }
    }

    function testFuzz_EveryRowFitsIntoWhatWasLocked(uint256 random) external {
        order.members = uint8(3 + 2 * (random % 4));
        order.comparison = uint8(random >> 4 & 1);
        opening.outcome = uint8(random >> 8 & 3) == 0 ? Messages.FAILURE : Messages.SUCCESS;
        _to(State.Checking);
        uint256 held = token.balanceOf(address(escrow)) + token.balanceOf(address(registry));
        _speak(uint256(keccak256(abi.encode(random, 1))), random >> 16 & 7 == 0);
        if (_state() == State.Enlarging) {
            _draw();
            _speak(uint256(keccak256(abi.encode(random, 2))), false);
        }
        if (_state() == State.Judged && random >> 20 & 3 != 0) {
            held += _appealBy();
            _draw();
            _speak(uint256(keccak256(abi.encode(random, 3))), false);
        }
        _finish();
        _check(held);
    }

    /// The present round: one finding for most seats, others for a few.
    function _speak(uint256 random, bool hides) private {
        Job memory job = market.jobOf(id);
        bool inAppeal = job.roundFrom == 16;
        uint256 from = inAppeal ? 0 : job.roundFrom;
        uint256 to = inAppeal ? job.appealSeats : job.seats;
        for (uint256 i = from; i < to; ++i) {
            if (_word(random, i).seals) _sealSeat(i, _word(random, i));
        }
        job = market.jobOf(id);
        if (job.sealedSeats < to - from) vm.warp(job.sealBy + 1);
        if (hides) vm.warp(job.openBy + 1);
        else if (job.nodeOutcome == 0) _open();
        for (uint256 i = from; i < to && _state() == State.Checking; ++i) {
            Word memory word = _word(random, i);
            if (word.seals && word.reveals) _revealSeat(hides ? _noOpening() : opening, i, word);
        }
        if (_state() != State.Checking) return;
        vm.warp(market.jobOf(id).deadline + 1);
        market.settle(order);
    }

    function _word(uint256 random, uint256 seat) private pure returns (Word memory word) {
        uint256 own = uint256(keccak256(abi.encode(random, seat)));
        uint256 r = own % 4 == 0 ? own : random;
        word.outcome = uint8(1 + (r >> 8) % 7);
        if (word.outcome > 5) word.outcome = Messages.SUCCESS;
        word.output = r >> 16 & 1 == 0 ? GOOD : BAD;
        word.secondsUsed = uint32(own >> 32) % 300;
        word.agrees = uint16(own >> 64);
        word.seals = own >> 80 & 15 != 0;
        word.reveals = own >> 84 & 15 != 0;
    }

    function _appealBy() private returns (uint256 brought) {
        brought = market.appealLockOf(id);
        bool malicious = market.jobOf(id).settlement == Settlement.Malicious;
        address appellant = malicious ? customer : _owner(0);
        escrow.depositFor(appellant, brought);
        vm.prank(appellant);
        market.appeal(order, opening);
    }

    function _check(uint256 held) private view {
        assertState(State.Settled);
        assertEq(escrow.lockedOf(customer), 0, "the customer's locks");
        assertEq(escrow.lockedOf(_owner(0)), 0, "the owner's lock");
        uint256 accounts = escrow.balanceOf(customer) + escrow.balanceOf(treasury);
        for (uint256 i; i < ALL; ++i) {
            accounts += escrow.balanceOf(_owner(i));
            assertEq(registry.nodeOf(_node(i)).lockedBond, 0, "bonds");
        }
        assertEq(accounts, escrow.owed(), "accounts");
        assertEq(token.balanceOf(address(escrow)), escrow.owed(), "held");
        assertEq(token.balanceOf(address(escrow)) + token.balanceOf(address(registry)), held, "nothing made or lost");
        Seat[] memory seats = market.seatsOf(id);
        for (uint256 i; i < seats.length; ++i) {
            assertLe(BOND - 0.6 ether, registry.nodeOf(seats[i].member).bond, "at most a fine a round");
        }
    }
}

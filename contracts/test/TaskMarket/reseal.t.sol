// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SealMessage, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// A seat speaks once: what is sealed again after its reveal changes nothing, also where the revealed output is 0.
contract ResealTest is MarketFixture {
    function test_Case43_AMemberThatSealsAgainAfterTheOpeningCopiesNothing() external {
        _to(State.Checking);
        Word memory lazy = _says(Messages.SUCCESS, bytes32(0));
        Word memory good = _says(Messages.SUCCESS, GOOD);
        _sealAll(_words(lazy, good, good));
        address member = _members()[0].member;
        _revealSeat(opening, 0, lazy);
        _seal(SealMessage(id, 1, member, GOOD), keyOf[member]);
        assertEq(market.jobOf(id).sealedSeats, 3, "three sealed");
        assertTrue(_members()[0].outputHash == 0, "its own word stands");
        _revealSeat(opening, 1, good);
        _revealSeat(opening, 2, good);
        assertState(State.Settled);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Correct), "correct");
        assertEq(escrow.balanceOf(registry.ownerOf(member)), 0, "unpaid");
    }

    function test_Case43_MembersThatSealAgainCannotTurnAVerdict() external {
        _to(State.Running);
        vm.warp(block.timestamp + 50);
        opening.outputHash = BAD;
        _result();
        _draw();
        Word memory lazy = _says(Messages.SUCCESS, bytes32(0));
        _sealAll(_words(lazy, lazy, _says(Messages.SUCCESS, GOOD)));
        for (uint256 i; i < 2; ++i) {
            address member = _members()[i].member;
            _revealSeat(opening, i, lazy);
            _seal(SealMessage(id, 1, member, BAD), keyOf[member]);
        }
        _revealSeat(opening, 2, _says(Messages.SUCCESS, GOOD));
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Wrong), "not what they copied");
    }

    function test_Case43_ASealCarriedAgainHoldsNoRoundOpen() external {
        _to(State.Running);
        vm.warp(block.timestamp + 50);
        (opening.outcome, opening.outputHash) = (Messages.FAILURE, 0);
        _result();
        _draw();
        Word memory fails = _says(Messages.FAILURE, 0);
        _sealAll(_words(fails, fails, fails));
        SealMessage memory old = _sealOf(0, fails);
        _revealSeat(opening, 0, fails);
        _seal(old, keyOf[old.member]);
        _revealSeat(opening, 1, fails);
        _revealSeat(opening, 2, fails);
        assertState(State.Settled);
    }
}

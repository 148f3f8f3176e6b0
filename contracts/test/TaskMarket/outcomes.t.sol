// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Each row of the outcome table. Default money: price 6, rate 0.05, base 6, bond 48, budget 90.5, deposit 0.5, fine 0.3.
contract OutcomesTest is MarketFixture {
    uint8 private constant OK = Messages.SUCCESS;

    struct Row {
        Settlement settlement;
        /// Before the fee.
        uint256 gross;
        /// Seats that are paid and that are fined, bit by bit.
        uint256 paid;
        uint256 fined;
    }

    function test_Correct() external {
        _check(_allGood(), Row(Settlement.Correct, 6 ether, 7, 0));
    }

    function testFuzz_CorrectPaysByTheTimeOfTheResult(uint256 elapsed) external {
        elapsed = bound(elapsed, 0, 240);
        _to(State.Running);
        vm.warp(market.jobOf(id).awardedAt + elapsed);
        _result();
        _draw();
        uint256 pay = market.previewPay(6 ether, 120, 240, 5_000, elapsed);
        if (elapsed <= 120) assertEq(pay, 6 ether, "full");
        if (elapsed == 240) assertEq(pay, 3 ether, "floor");
        _settleAndCheck(_allGood(), Row(Settlement.Correct, pay, 7, 0));
    }

    function test_CorrectWithOneAgainst() external {
        _check(_words(_says(OK, GOOD), _says(OK, BAD), _says(OK, GOOD)), Row(Settlement.Correct, 6 ether, 5, 0));
    }

    function test_CorrectWithOneFailing() external {
        _check(
            _words(_says(OK, GOOD), _says(Messages.FAILURE, 0), _says(OK, GOOD)), Row(Settlement.Correct, 6 ether, 5, 0)
        );
    }

    function test_CorrectWithOneSilent() external {
        Word[] memory words = _allGood();
        words[2].seals = false;
        _check(words, Row(Settlement.Correct, 6 ether, 3, 4));
    }

    function test_CorrectWithOneThatSealsAndNeverReveals() external {
        Word[] memory words = _allGood();
        words[1].reveals = false;
        _check(words, Row(Settlement.Correct, 6 ether, 5, 2));
    }

    function test_CorrectUnderATolerantComparison() external {
        order.comparison = Messages.TOLERANT;
        // Three different outputs that all agree: with the node (bit 0) and with each other.
        Word[] memory words = _words(_says(OK, "a"), _says(OK, "b"), _says(OK, "c"));
        (words[0].agrees, words[1].agrees, words[2].agrees) = (13, 11, 7);
        _check(words, Row(Settlement.Correct, 6 ether, 7, 0));
    }

    function test_Case43_GarbageThatCopiesTheAgreementEarnsNothing() external {
        order.comparison = Messages.TOLERANT;
        Word[] memory words = _words(_says(OK, "a"), _says(OK, "b"), _says(OK, "garbage"));
        // Seats 0 and 1 computed; seat 2 sealed garbage and now claims that everything agrees.
        (words[0].agrees, words[1].agrees, words[2].agrees) = (5, 3, 7);
        _check(words, Row(Settlement.Correct, 6 ether, 3, 0));
    }

    function test_ExactIgnoresAgreementBits() external {
        Word[] memory words = _words(_says(OK, BAD), _says(OK, BAD), _says(OK, BAD));
        for (uint256 i; i < 3; ++i) {
            words[i].agrees = 0xffff;
        }
        _check(words, Row(Settlement.Wrong, 0, 7, 0));
    }

    function test_WrongByOutputsThatAgree() external {
        Word memory bad = _says(OK, BAD);
        _check(_words(bad, bad, bad), Row(Settlement.Wrong, 0, 7, 0));
    }

    function test_WrongWithOneForTheNode() external {
        _check(_words(_says(OK, BAD), _says(OK, GOOD), _says(OK, BAD)), Row(Settlement.Wrong, 0, 5, 0));
    }

    function test_WrongWithOneSilent() external {
        Word[] memory words = _words(_says(OK, BAD), _says(OK, BAD), _says(OK, BAD));
        words[0].seals = false;
        _check(words, Row(Settlement.Wrong, 0, 6, 1));
    }

    function test_WrongUnderATolerantComparison() external {
        order.comparison = Messages.TOLERANT;
        Word[] memory words = _words(_says(OK, "a"), _says(OK, "b"), _says(OK, "c"));
        // Seats 0 and 1 agree with each other, seat 2 with nobody who says the same of it.
        (words[0].agrees, words[1].agrees, words[2].agrees) = (4, 2, 6);
        _check(words, Row(Settlement.Wrong, 0, 3, 0));
    }

    function test_WrongByFailuresAgainstAClaimedSuccess() external {
        Word memory failed = _says(Messages.FAILURE, 0);
        _check(_words(failed, failed, _says(OK, BAD)), Row(Settlement.Wrong, 0, 3, 0));
    }

    function test_FailuresDoNotSlashWhenSomebodyGotTheNodesOutput() external {
        Word memory failed = _says(Messages.FAILURE, 0);
        _check(_words(failed, failed, _says(OK, GOOD)), Row(Settlement.NoQuorum, 0, 7, 0));
    }

    function test_TimeoutsAloneDoNotSlashAClaimedSuccess() external {
        Word memory slow = _says(Messages.TIMEOUT, 0);
        _check(_words(slow, slow, slow), Row(Settlement.NoQuorum, 0, 7, 0));
    }

    function test_TimeoutsDoNotMakeAFailureEnoughToSlash() external {
        Word memory slow = _says(Messages.TIMEOUT, 0);
        _check(_words(slow, _says(Messages.FAILURE, 0), slow), Row(Settlement.NoQuorum, 0, 7, 0));
    }

    function test_WrongBySuccessesAgainstAClaimedFailure() external {
        opening.outcome = Messages.FAILURE;
        opening.outputHash = 0;
        _check(_words(_says(OK, GOOD), _says(OK, GOOD), _says(Messages.FAILURE, 0)), Row(Settlement.Wrong, 0, 3, 0));
    }

    function test_WrongByMissingData() external {
        Word memory none = _says(Messages.NO_DATA, 0);
        _check(_words(none, none, _says(OK, GOOD)), Row(Settlement.Wrong, 0, 3, 0));
    }

    function test_CustomersFaultPaysTheMedianTime() external {
        opening.outcome = Messages.FAILURE;
        Word[] memory words = _words(_says(Messages.FAILURE, 0), _says(Messages.TIMEOUT, 0), _says(Messages.FAILURE, 0));
        (words[0].secondsUsed, words[1].secondsUsed, words[2].secondsUsed) = (10, 60, 30);
        _check(words, Row(Settlement.CustomerFault, 1.5 ether, 7, 0));
    }

    function test_CustomersFaultWithOneAgainst() external {
        opening.outcome = Messages.TIMEOUT;
        Word[] memory words = _words(_says(Messages.TIMEOUT, 0), _says(OK, GOOD), _says(Messages.TIMEOUT, 0));
        (words[0].secondsUsed, words[1].secondsUsed, words[2].secondsUsed) = (59, 5, 60);
        _check(words, Row(Settlement.CustomerFault, 59 * 0.05 ether, 5, 0));
    }

    function test_CustomersFaultIsCappedByTimeoutAndPrice() external {
        opening.outcome = Messages.FAILURE;
        order.timeout = 200;
        Word[] memory words = _words(_says(Messages.FAILURE, 0), _says(Messages.FAILURE, 0), _says(Messages.FAILURE, 0));
        for (uint256 i; i < 3; ++i) {
            words[i].secondsUsed = type(uint32).max;
        }
        // 200 s x 0.05 would be 10, the price is 6.
        _check(words, Row(Settlement.CustomerFault, 6 ether, 7, 0));
    }

    function test_MaliciousTakesTheDeposit() external {
        Word[] memory words = _words(_says(Messages.MALICIOUS, 0), _says(Messages.MALICIOUS, 0), _says(OK, GOOD));
        (words[0].secondsUsed, words[1].secondsUsed) = (0, 20);
        _check(words, Row(Settlement.Malicious, 0, 3, 0));
        assertEq(escrow.balanceOf(treasury), 0.5 ether, "deposit");
    }

    function test_NotDeterministicWhenNoTwoAgree() external {
        Word[] memory words = _words(_says(OK, "a"), _says(OK, "b"), _says(OK, "c"));
        _check(words, Row(Settlement.NotDeterministic, 2 ether, 7, 0));
    }

    function test_NotDeterministicWithOneSilent() external {
        Word[] memory words = _words(_says(OK, "a"), _says(OK, "b"), _says(OK, "c"));
        words[1].reveals = false;
        _check(words, Row(Settlement.NotDeterministic, 2 ether, 5, 2));
    }

    function test_NoQuorumWhenTwoAreSilent() external {
        Word[] memory words = _allGood();
        words[0].seals = words[1].seals = false;
        _check(words, Row(Settlement.NoQuorum, 0, 4, 3));
    }

    function test_Case45_NoQuorumWhenAllAreSilent() external {
        Word[] memory words = _allGood();
        for (uint256 i; i < 3; ++i) {
            words[i].seals = false;
        }
        _check(words, Row(Settlement.NoQuorum, 0, 0, 7));
    }

    function test_NoQuorumWhenVotesSplit() external {
        _check(
            _words(_says(Messages.MALICIOUS, 0), _says(Messages.NO_DATA, 0), _says(OK, GOOD)),
            Row(Settlement.NoQuorum, 0, 7, 0)
        );
    }

    function test_AnOpeningHeldBackCostsTheNodeTheMembersPayAndNoMore() external {
        Word memory bad = _says(OK, BAD);
        bad.agrees = 6;
        _withheld(_words(bad, bad, bad), Row(Settlement.Unopened, 0, 7, 0));
    }

    function test_Case85_WhereARecordMaySpareChecksAnOpeningHeldBackCostsTheWholeBond() external {
        order.validation = Messages.BY_RECORD;
        _to(State.Checking);
        _sealAll(_allGood());
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(_noOpening(), i, _says(OK, GOOD));
        }
        _finish();
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Unopened), "row");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "the whole bond");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "node's lock");
        assertEq(escrow.balanceOf(treasury), 48 ether - 18 ether, "what members leave");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "customer");
        assertSolvent();
    }

    function test_AnOpeningHeldBackFinesNobodyWhoSealed() external {
        Word[] memory words = _allGood();
        words[1].reveals = false;
        words[2].seals = false;
        _withheld(words, Row(Settlement.Unopened, 0, 1, 4));
    }

    function test_AnOpeningHeldBackWithoutDataIsWrong() external {
        Word memory none = _says(Messages.NO_DATA, 0);
        _withheld(_words(none, none, _says(OK, GOOD)), Row(Settlement.Wrong, 0, 3, 0));
    }

    /// k-1, k and k+1 of n dishonest: below 2/3 nothing is stolen, from 2/3 on the committee is lost, as published.
    function testFuzz_Case44_DishonestMembersBelowTwoThirdsNeverSlashNorPay(uint8 size, uint256 dishonest) external {
        uint8 n = uint8(bound(size, 1, 4)) * 2 + 1;
        for (uint256 i = NODES; i < 12; ++i) {
            _register(i, CLASS);
        }
        order.members = n;
        _to(State.Checking);
        Seat[] memory seats = _members();
        assertEq(seats.length, n, "all seats");
        uint256 need = (2 * uint256(n) + 2) / 3;
        uint256 liars;
        Word[] memory words = new Word[](n);
        for (uint256 i; i < n; ++i) {
            bool lies = dishonest & (1 << i) != 0;
            if (lies) ++liars;
            words[i] = lies ? _says(OK, BAD) : _says(OK, GOOD);
        }
        _committee(words);
        Settlement settlement = market.jobOf(id).settlement;
        assertTrue((settlement == Settlement.Wrong) == (liars >= need), "slashed only by 2/3");
        assertTrue((settlement == Settlement.Correct) == (n - liars >= need), "paid only by 2/3");
        if (settlement == Settlement.Wrong) {
            assertEq(registry.nodeOf(_node(0)).bond, BOND - 6 ether * (uint256(n) / 3 + (n < 7 ? 2 * uint256(n) + 1 : 15)), "slash");
        } else {
            assertEq(registry.nodeOf(_node(0)).bond, BOND, "honest bond whole");
        }
        for (uint256 i; i < n; ++i) {
            bool lies = dishonest & (1 << i) != 0;
            uint256 pay = escrow.balanceOf(registry.ownerOf(seats[i].member));
            if (settlement == Settlement.Correct) assertEq(pay, lies ? 0 : 6 ether, "lying earns nothing");
        }
    }

    /// A committee of one, because nobody else was there, takes nobody's money: not by an output, not by any other word.
    function test_Case44_ACommitteeOfOneTakesNobodysMoney() external {
        _to(State.Resulted);
        for (uint256 i = 1; i < 5; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _draw();
        uint8[5] memory outcomes = [OK, Messages.FAILURE, Messages.TIMEOUT, Messages.MALICIOUS, Messages.NO_DATA];
        for (uint256 i; i < outcomes.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            Word[] memory words = new Word[](1);
            words[0] = _says(outcomes[i], BAD);
            _settleAndCheck(words, Row(Settlement.NoQuorum, 0, 1, 0));
            vm.revertToState(snapshot);
        }
        Word[] memory good = new Word[](1);
        good[0] = _says(OK, GOOD);
        _settleAndCheck(good, Row(Settlement.Correct, 6 ether, 1, 0));
    }

    function _check(Word[] memory words, Row memory row) private {
        _to(State.Checking);
        _settleAndCheck(words, row);
    }

    function _settleAndCheck(Word[] memory words, Row memory row) private {
        _committee(words);
        _checkMoney(row);
    }

    /// Nobody shows the opening; members reveal without it.
    function _withheld(Word[] memory words, Row memory row) private {
        _to(State.Checking);
        _sealAll(words);
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < words.length; ++i) {
            if (words[i].seals && words[i].reveals) _revealSeat(_noOpening(), i, words[i]);
        }
        _finish();
        _checkMoney(row);
    }

    function _checkMoney(Row memory row) private view {
        Job memory job = market.jobOf(id);
        assertEq(uint256(job.settlement), uint256(row.settlement), "row");
        bool wrong = row.settlement == Settlement.Wrong;
        bool byNode = wrong || row.settlement == Settlement.Unopened;
        uint256 deposit = row.settlement == Settlement.Malicious ? 0.5 ether : 0;
        uint256 fee = row.gross * 200 / 10_000;
        uint256 members;
        uint256 fines;
        Seat[] memory seats = _members();
        for (uint256 i; i < seats.length; ++i) {
            uint256 pay = row.paid & (1 << i) != 0 ? 6 ether : 0;
            uint256 fine = row.fined & (1 << i) != 0 ? 0.3 ether : 0;
            members += pay;
            fines += fine;
            assertEq(escrow.balanceOf(registry.ownerOf(seats[i].member)), pay, "member");
            assertEq(registry.nodeOf(seats[i].member).bond, BOND - fine, "member's bond");
            assertEq(registry.nodeOf(seats[i].member).lockedBond, 0, "member's lock");
        }
        assertEq(escrow.balanceOf(_owner(0)), row.gross - fee, "node");
        assertEq(registry.nodeOf(_node(0)).bond, wrong ? BOND - 48 ether : byNode ? BOND - members : BOND, "node's bond");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "node's lock");
        assertEq(escrow.balanceOf(treasury), fee + fines + deposit + (wrong ? 48 ether - members : 0), "treasury");
        uint256 cost = row.gross + deposit + (byNode ? 0 : members);
        assertEq(escrow.balanceOf(customer), DEPOSITED - cost, "customer");
        assertEq(escrow.lockedOf(customer), 0, "lock");
        assertSolvent();
        assertEq(
            token.balanceOf(address(escrow)) + token.balanceOf(address(registry)),
            DEPOSITED + NODES * BOND,
            "nothing is made or lost"
        );
    }
}

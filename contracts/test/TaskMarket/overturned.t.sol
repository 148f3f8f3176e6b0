// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Parameters, RevealMessage, SealMessage, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {AppealFixture} from "./appeal.t.sol";

/// Every row that an appeal can end in, and who of the first committee is paid by it.
contract OverturnedTest is AppealFixture {
    Word internal failed = _says(Messages.FAILURE, 0);

    function test_WrongBecomesTheCustomersFault() external {
        opening.outcome = Messages.FAILURE;
        opening.outputHash = 0;
        (Seat[] memory first, Seat[] memory seats) = _appealed(_words(good, good, failed));
        _round(_same(failed, 7));
        assertSettled(Settlement.CustomerFault);
        assertEq(_paidTo(seats), 42 ether, "appeal");
        assertEq(_paidTo(first), 6 ether, "the one that had failed too");
        assertEq(escrow.balanceOf(_owner(0)), LOCK + 40 * 0.05 ether * 98 / 100, "the appeal's median, and the lock");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 48 ether - 2 ether, "the rest");
    }

    function test_WrongBecomesMalicious() external {
        (Seat[] memory first, Seat[] memory seats) = _appealed(_words(bad, bad, _says(Messages.MALICIOUS, 0)));
        _round(_same(_says(Messages.MALICIOUS, 0), 7));
        assertSettled(Settlement.Malicious);
        assertEq(_paidTo(seats), 42 ether, "appeal");
        assertEq(_paidTo(first), 6 ether, "the one that had said so");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 48 ether - 2 ether - 0.5 ether, "and the deposit");
    }

    function test_WrongBecomesNotDeterministic() external {
        (Seat[] memory first, Seat[] memory seats) = _appealed(_words(bad, bad, _says(Messages.SUCCESS, "third")));
        Word[] memory words = new Word[](7);
        for (uint256 i; i < 7; ++i) {
            words[i] = _says(Messages.SUCCESS, bytes32(i + 1));
        }
        _round(words);
        assertSettled(Settlement.NotDeterministic);
        assertEq(_paidTo(seats), 42 ether, "appeal");
        assertEq(_paidTo(first), 6 ether, "the one that did not carry the verdict");
    }

    function test_MaliciousBecomesUnopenedWhenTheNodeHidesToTheEnd() external {
        _to(State.Checking);
        Word memory evil = _says(Messages.MALICIOUS, 0);
        _sealAll(_words(evil, evil, good));
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(_noOpening(), i, i < 2 ? evil : good);
        }
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Malicious), "malicious at first");
        Seat[] memory first = market.seatsOf(id);
        vm.prank(customer);
        market.appeal(order, _noOpening());
        Seat[] memory seats = _drawAppeal();
        Word[] memory words = _same(good, 7);
        _sealAll(words);
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < 7; ++i) {
            _revealSeat(_noOpening(), i, words[i]);
        }
        assertSettled(Settlement.Unopened);
        assertEq(_paidTo(seats), 42 ether, "appeal, from the bond");
        assertEq(_paidTo(first), 6 ether, "and the one that had not said malicious");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "eight bases");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }

    function test_MaliciousBecomesWrongByMissingData() external {
        _to(State.Checking);
        Word memory evil = _says(Messages.MALICIOUS, 0);
        _round(_words(evil, evil, _says(Messages.NO_DATA, 0)));
        Seat[] memory first = market.seatsOf(id);
        vm.prank(customer);
        market.appeal(order, _noOpening());
        _drawAppeal();
        _round(_same(_says(Messages.NO_DATA, 0), 7));
        assertSettled(Settlement.Wrong);
        assertEq(_paidTo(first), 6 ether, "the one without data");
    }

    function test_AWrongByMissingDataNeedsTheOpeningToBeAppealed() external {
        _to(State.Checking);
        Word memory none = _says(Messages.NO_DATA, 0);
        _sealAll(_words(none, none, good));
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(_noOpening(), i, i < 2 ? none : good);
        }
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpened.selector, id));
        market.appeal(order, _noOpening());
        _appeal();
        _drawAppeal();
        _round(_same(good, 7));
        assertSettled(Settlement.Correct);
    }

    function _appealed(Word[] memory words) private returns (Seat[] memory first, Seat[] memory seats) {
        _to(State.Checking);
        _round(words);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Wrong), "wrong at first");
        first = market.seatsOf(id);
        _appeal();
        seats = _drawAppeal();
    }
}

/// Nothing to take where the parameters take nothing.
contract FreeTest is AppealFixture {
    function _parameters() internal pure override returns (Parameters memory p) {
        p = super._parameters();
        (p.feeBps, p.depositBps, p.fineBps) = (0, 0, 0);
    }

    function test_NoFeeNoDepositNoFine() external {
        _to(State.Checking);
        Word memory evil = _says(Messages.MALICIOUS, 0);
        Word[] memory words = _words(evil, evil, good);
        words[2].seals = false;
        _committee(words);
        assertSettled(Settlement.Malicious);
        assertEq(escrow.balanceOf(treasury), 0, "nothing");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 12 ether - 2 ether, "members and time alone");
    }
}

/// What the contract tells, and what its owner may set.
contract ViewsTest is AppealFixture {
    function test_SaysWhatItStandsOn() external {
        assertEq(address(market.registry()), address(registry), "registry");
        assertEq(address(market.escrow()), address(escrow), "escrow");
        assertEq(address(market.emission()), address(0), "no emission yet");
        assertEq(market.treasury(), treasury, "treasury");
        assertEq(market.parameters().appealSeconds, 80, "parameters");
        assertEq(market.parametersAt(1).challengeSeconds, 70, "of a version");
        assertEq(market.parametersAt(2).challengeSeconds, 0, "unknown version");
        assertEq(uint256(market.jobOf(keccak256("unknown")).state), 0, "unknown job");
        assertTrue(!market.nonceUsed(customer, 1), "nonce");
        _submit();
        assertTrue(market.nonceUsed(customer, 1), "used");
        assertTrue(!market.nonceUsed(customer, 257), "another word");
    }

    function test_TheTreasuryIsHandedOnAndNeverNobody() external {
        vm.expectRevert(ITaskMarket.ZeroAddress.selector);
        market.setTreasury(address(0));
        market.setTreasury(address(0xCAFE));
        _to(State.Settled);
        assertEq(escrow.balanceOf(address(0xCAFE)), 0.12 ether, "the fee");
    }

    function test_RevertWhen_AStrangerSetsKeepers() external {
        vm.prank(customer);
        vm.expectRevert();
        market.setCanaryKeeper(customer, true);
    }

    function test_RevertWhen_LengthsDiffer() external {
        _to(State.Checking);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.LengthMismatch.selector, 1, 0));
        market.seal(new SealMessage[](1), new bytes[](0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.LengthMismatch.selector, 0, 1));
        market.reveal(order, opening, new RevealMessage[](0), new bytes[](1));
    }

    function test_RevertWhen_ARevealIsOfAnotherAttempt() external {
        _to(State.Checking);
        _sealAll(_allGood());
        _open();
        RevealMessage memory message = _revealOf(0, good);
        message.attempt = 2;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 2, 1));
        _reveal(opening, message, keyOf[message.member]);
    }

    function test_RevertWhen_ACanaryIsShownInAnAppeal() external {
        _judgedWrong();
        _appeal();
        _drawAppeal();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Checking));
        market.openCanary(order, GOOD, bytes32(0));
    }
}

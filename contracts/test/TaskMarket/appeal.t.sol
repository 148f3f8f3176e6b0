// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, Opening, RevealMessage, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Ten owners: three judge first, seven others hear an appeal only where nine are enough; so six more are registered.
/// Money: base 6, an appeal of a first committee of three locks 7 x 6 = 42.
abstract contract AppealFixture is MarketFixture {
    uint256 internal constant LOCK = 42 ether;
    Word internal good = _says(Messages.SUCCESS, GOOD);
    Word internal bad = _says(Messages.SUCCESS, BAD);

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i = NODES; i < 12; ++i) {
            _register(i, CLASS);
        }
    }

    function _judgedWrong() internal {
        _to(State.Judged);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Wrong), "wrong at first");
    }

    function _drawAppeal() internal returns (Seat[] memory seats) {
        _draw();
        assertState(State.Checking);
        seats = market.appealSeatsOf(id);
    }

    function _paidTo(Seat[] memory seats) internal view returns (uint256 sum) {
        for (uint256 i; i < seats.length; ++i) {
            sum += escrow.balanceOf(registry.ownerOf(seats[i].member));
        }
    }

    function assertSettled(Settlement settlement) internal view {
        assertState(State.Settled);
        assertEq(uint256(market.jobOf(id).settlement), uint256(settlement), "row");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "no bond stays locked");
        assertEq(escrow.lockedOf(customer), 0, "no budget stays locked");
        assertEq(escrow.lockedOf(_owner(0)), 0, "no appeal stays locked");
        for (uint256 i; i < 12; ++i) {
            assertEq(registry.nodeOf(_node(i)).lockedBond, 0, "no fine stays locked");
        }
        assertEq(
            token.balanceOf(address(escrow)), escrow.owed(), "what is owed is held"
        );
    }
}

contract JudgedTest is AppealFixture {
    function test_Case44_AWrongVerdictTakesNothingBeforeItsWindowClosed() external {
        _judgedWrong();
        Job memory job = market.jobOf(id);
        assertEq(job.deadline, block.timestamp + 80, "appeal window");
        assertEq(job.paidMask, 7, "who would be paid");
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "not slashed yet");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 48 ether, "and not freed");
        assertEq(registry.nodeOf(_members()[0].member).lockedBond, 0, "the members' duty is over");
        vm.warp(job.deadline);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, uint256(job.deadline) + 1));
        market.settle(order);
        vm.warp(job.deadline + 1);
        market.settle(order);
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "slashed");
        assertSettled(Settlement.Wrong);
    }

    function test_Case31_TheBondCannotLeaveWhileAVerdictWaits() external {
        _judgedWrong();
        vm.startPrank(_owner(0));
        registry.requestUnbond(_node(0));
        vm.warp(block.timestamp + 600);
        vm.expectPartialRevert(bytes4(keccak256("StillLocked(address,uint256)")));
        registry.withdrawBond(_node(0), _owner(0));
        vm.stopPrank();
        market.settle(order);
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "slashed all the same");
    }

    function test_RevertWhen_AnotherAppealsOrTooLateOrWithoutMoney() external {
        _judgedWrong();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAppellant.selector, address(this), _owner(0)));
        market.appeal(order, opening);
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAppellant.selector, customer, _owner(0)));
        market.appeal(order, opening);
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, _owner(0), 0, LOCK));
        market.appeal(order, opening);
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline + 1);
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline));
        market.appeal(order, opening);
    }
}

contract AppealOfWrongTest is AppealFixture {
    function setUp() public override {
        super.setUp();
        _judgedWrong();
        _appeal();
    }

    function test_LocksASeatsPayEachAndDrawsSevenOthers() external {
        assertEq(escrow.lockedOf(_owner(0)), LOCK, "7 x base");
        assertEq(escrow.balanceOf(_owner(0)), 0, "of its free balance");
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        assertEq(seats.length, 7, "2k + 1");
        for (uint256 i; i < seats.length; ++i) {
            assertTrue(registry.ownerOf(seats[i].member) != _owner(0), "not the node's owner");
            for (uint256 j; j < first.length; ++j) {
                assertTrue(seats[i].member != first[j].member, "nobody who judged before");
            }
        }
    }

    function test_TheNodeThatWinsIsPaidAndTheOrderPaysTheAppeal() external {
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        _round(_same(good, 7));
        assertSettled(Settlement.Correct);
        assertEq(escrow.balanceOf(_owner(0)), LOCK + 5.88 ether, "lock back, and its pay");
        assertEq(_paidTo(seats), 42 ether, "the appeal's members");
        assertEq(_paidTo(first), 0, "those that spoke against it");
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "bond whole");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 6 ether - 42 ether, "from the validation budget");
        assertEq(market.recordOf(_node(0)).steps, 1, "counted");
    }

    function test_TheNodeThatLosesPaysTheAppealToo() external {
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        _round(_same(bad, 7));
        assertSettled(Settlement.Wrong);
        assertEq(escrow.balanceOf(_owner(0)), 0, "the whole lock");
        assertEq(_paidTo(seats), 42 ether, "to the appeal's members");
        assertEq(_paidTo(first), 18 ether, "the first members from the slash");
        assertEq(escrow.balanceOf(treasury), 30 ether, "and the rest of it");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }

    function test_Case32_ASlashHappensOnce() external {
        _drawAppeal();
        _round(_same(bad, 7));
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "once");
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Settled));
        market.settle(order);
    }

    function test_WithoutQuorumTheAppellantPaysAndKeepsItsBond() external {
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        Word[] memory words = _same(good, 7);
        for (uint256 i; i < 3; ++i) {
            words[i] = _says(Messages.SUCCESS, BAD);
        }
        _round(words);
        assertSettled(Settlement.NoQuorum);
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "bond whole");
        assertEq(escrow.balanceOf(_owner(0)), 0, "all seven revealed");
        assertEq(_paidTo(seats), 42 ether, "from the lock");
        assertEq(_paidTo(first), 18 ether, "from the order");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 18 ether, "no more");
    }

    function test_TheSilentOfAnAppealAreFinedAndTheirPartComesBack() external {
        Seat[] memory seats = _drawAppeal();
        Word[] memory words = _same(bad, 7);
        words[6].seals = false;
        _sealAll(words);
        vm.warp(market.jobOf(id).sealBy + 1);
        for (uint256 i; i < 6; ++i) {
            _revealSeat(_noOpening(), i, words[i]);
        }
        assertSettled(Settlement.Wrong);
        assertEq(escrow.balanceOf(_owner(0)), 6 ether, "a seat less to pay");
        assertEq(registry.nodeOf(seats[6].member).bond, BOND - 0.3 ether, "fined");
    }

    function test_Case45_AnAppealNobodyCanBeDrawnForLetsTheVerdictStand() external {
        for (uint256 i = 1; i < 12; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), i < 5);
        }
        vm.roll(block.number + 2);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooFewToDraw.selector, id, 4, 5));
        market.draw(order);
        _finish();
        assertSettled(Settlement.Wrong);
        assertEq(escrow.balanceOf(_owner(0)), LOCK, "the lock comes back whole");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "slashed");
    }

    function test_ThoseSeatedBeforeFillUpToTheLeast() external {
        Seat[] memory first = market.seatsOf(id);
        // Three newcomers are left: two of the first members make five.
        uint256 left;
        for (uint256 i = 1; i < 12; ++i) {
            bool wasSeated;
            for (uint256 j; j < 3; ++j) {
                if (first[j].member == _node(i)) wasSeated = true;
            }
            if (wasSeated || ++left <= 3) continue;
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        assertEq(_drawAppeal().length, 5, "k + 2");
    }

    function test_AMalformedSecondAppealReverts() external {
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Appealed));
        market.appeal(order, opening);
        _drawAppeal();
        _round(_same(bad, 7));
        vm.prank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Settled));
        market.appeal(order, opening);
    }

    function test_AnAgedOutSeedOfAnAppealIsReplaced() external {
        vm.roll(uint256(market.jobOf(id).seedBlock) + 300);
        market.draw(order);
        assertState(State.Appealed);
        _drawAppeal();
    }
}

/// The customer's appeal against "malicious".
contract AppealOfMaliciousTest is AppealFixture {
    function setUp() public override {
        super.setUp();
        _to(State.Checking);
        Word memory evil = _says(Messages.MALICIOUS, 0);
        _round(_words(evil, evil, good));
        assertState(State.Judged);
        vm.prank(customer);
        market.appeal(order, _noOpening());
        assertEq(escrow.lockedOf(customer), 90.5 ether + LOCK, "beside the budget");
    }

    function test_TheCustomerThatWinsKeepsItsDepositAndPaysTheJob() external {
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        _round(_same(good, 7));
        assertSettled(Settlement.Correct);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "the node's pay");
        assertEq(_paidTo(seats), 42 ether, "the appeal");
        assertEq(_paidTo(first), 6 ether, "and the one that had found it correct");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 54 ether, "all from the budget; deposit and lock back");
    }

    function test_TheCustomerThatLosesPaysTheAppealAndTheDeposit() external {
        Seat[] memory first = market.seatsOf(id);
        Seat[] memory seats = _drawAppeal();
        _round(_same(_says(Messages.MALICIOUS, 0), 7));
        assertSettled(Settlement.Malicious);
        assertEq(_paidTo(seats), 42 ether, "from the lock");
        assertEq(_paidTo(first), 12 ether, "from the budget");
        uint256 time = 40 * 0.05 ether;
        assertEq(escrow.balanceOf(customer), DEPOSITED - 42 ether - 12 ether - 0.5 ether - time, "customer");
    }

    /// The tightest case of the bond: who found it wrong at first, and all seven.
    function test_ANodeFoundWrongOnTheWayPaysEverybody() external {
        Seat[] memory seats = _drawAppeal();
        _round(_same(bad, 7));
        assertSettled(Settlement.Wrong);
        assertEq(_paidTo(seats), 42 ether, "from the slash");
        assertEq(escrow.balanceOf(treasury), 6 ether, "the rest of 48");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }
}

/// A node that committed and never showed it.
contract UnopenedTest is AppealFixture {
    function setUp() public override {
        super.setUp();
        _to(State.Checking);
        _sealAll(_allGood());
        vm.warp(market.jobOf(id).openBy + 1);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(_noOpening(), i, good);
        }
        assertState(State.Judged);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Unopened), "unopened");
    }

    function test_TheNodePaysItsMembersAndNoMore() external {
        Seat[] memory first = market.seatsOf(id);
        _finish();
        assertSettled(Settlement.Unopened);
        assertEq(_paidTo(first), 18 ether, "members");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 18 ether, "from the bond");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
        assertEq(escrow.balanceOf(treasury), 0, "nobody else gains");
    }

    function test_RevertWhen_AppealedWithoutTheOpening() external {
        escrow.depositFor(_owner(0), LOCK);
        vm.startPrank(_owner(0));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpened.selector, id));
        market.appeal(order, _noOpening());
        Opening memory other = opening;
        other.outputHash = BAD;
        vm.expectPartialRevert(ITaskMarket.CommitmentMismatch.selector);
        market.appeal(order, other);
        vm.stopPrank();
    }

    function test_AnHonestNodeThatWasHeldBackIsPaidAndPaysTheDelay() external {
        Seat[] memory first = market.seatsOf(id);
        _appeal();
        assertEq(market.jobOf(id).nodeOutputHash, GOOD, "opened with the appeal");
        Seat[] memory seats = _drawAppeal();
        _round(_same(good, 7));
        assertSettled(Settlement.Correct);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "its pay; the lock went to the appeal");
        assertEq(_paidTo(seats), 42 ether, "appeal");
        assertEq(_paidTo(first), 18 ether, "first members");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 18 ether, "from the bond");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 6 ether, "the price alone");
    }

    function test_ALateOpeningThatIsWrongIsSlashedWhole() external {
        _appeal();
        _drawAppeal();
        _round(_same(bad, 7));
        assertSettled(Settlement.Wrong);
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "once, whole");
        assertEq(escrow.balanceOf(treasury), 30 ether, "less the first members");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }
}

/// A node nobody opened for, when nobody had sealed either: not its fault, so more members are drawn.
contract UnsealedTest is AppealFixture {
    function test_AnUnsealedCommitteeIsNotTheNodesSilence() external {
        _to(State.Checking);
        vm.warp(market.jobOf(id).sealBy + 1);
        market.settle(order);
        assertState(State.Enlarging);
        _draw();
        Job memory job = market.jobOf(id);
        assertEq(job.seats, 7, "four more");
        assertEq(job.roundFrom, 3, "from the fourth on");
        for (uint256 i = 3; i < 7; ++i) {
            _sealSeat(i, good);
        }
        _open();
        for (uint256 i = 3; i < 7; ++i) {
            _revealSeat(opening, i, good);
        }
        assertSettled(Settlement.NoQuorum);
    }

    function test_AnOpeningOfASilentCommitteesResultIsTakenToo() external {
        _to(State.Checking);
        _sealSeat(0, good);
        vm.warp(market.jobOf(id).sealBy + 1);
        RevealMessage[] memory none = new RevealMessage[](0);
        market.reveal(order, opening, none, new bytes[](0));
        assertEq(market.jobOf(id).nodeOutcome, Messages.SUCCESS, "opened");
        assertEq(market.jobOf(id).nodeOutputHash, GOOD, "its output");
        assertEq(market.jobOf(id).commitment, bytes32(0), "the commitment has done its work");
    }
}

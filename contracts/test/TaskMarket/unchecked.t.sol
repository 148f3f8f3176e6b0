// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, RevealMessage, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Checks by record. The first job of node 0 is worth 60, so that one of base 6 may stay unchecked with p = 9,091.
contract RecordTest is MarketFixture {
    function test_ACorrectResultCountsOncePerCustomerAndWeek() external {
        _to(State.Settled);
        assertRecord(6 ether, 1);
        _again();
        assertRecord(6 ether, 1);
        vm.warp((block.timestamp / 7 days + 1) * 7 days);
        _again();
        assertRecord(12 ether, 2);
    }

    function test_ACommitteeThatWasNotWholeCountsForNothing() external {
        _to(State.Resulted);
        for (uint256 i = 1; i < 4; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _draw();
        Word[] memory words = new Word[](2);
        words[0] = words[1] = _says(Messages.SUCCESS, GOOD);
        _committee(words);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Correct), "correct");
        assertRecord(0, 0);
    }

    function test_Case85_AJobAboveATenthOfTheRecordIsCheckedForCertain() external {
        _giveRecord();
        order.validation = Messages.BY_RECORD;
        assertEq(market.checkBpsOf(order, _node(0), 6 ether), 9_091, "base 6 of 60");
        order.maxPrice = 12 ether + 2;
        assertEq(market.checkBpsOf(order, _node(0), 6 ether), 10_000, "base above 6");
        assertEq(market.checkBpsOf(order, _node(1), 1 ether), 10_000, "no record");
    }

    function test_AWrongResultForgetsTheRecord() external {
        _giveRecord();
        assertRecord(60 ether, 1);
        _submit();
        _award();
        _start();
        _result();
        _draw();
        Word memory bad = _says(Messages.SUCCESS, BAD);
        _committee(_words(bad, bad, bad));
        assertRecord(0, 0);
    }

    function test_TheProbabilityIsFixedWithTheAward() external {
        _giveRecord();
        order.validation = Messages.BY_RECORD;
        _submit();
        _award();
        assertEq(market.jobOf(id).checkBps, 9_091, "p");
        assertEq(market.jobOf(id).bond, 48 ether, "1/p is less than the seats: base x 8");
    }

    function test_TwelveWeeksOfChecksMakeThemRarer() external {
        // One big job a week.
        for (uint256 week; week < 12; ++week) {
            vm.warp(block.timestamp + 7 days);
            order.nonce = week + 1;
            order.maxPrice = 60 ether;
            order.submitBy = uint64(block.timestamp + 1 hours);
            _again();
        }
        order = _order();
        (order.nonce, order.validation) = (100, Messages.BY_RECORD);
        assertEq(market.checkBpsOf(order, _node(0), 6 ether), 4_546, "10 / 22, rounded up");
        _submit();
        _award();
        assertEq(market.jobOf(id).checkBps, 4_546, "drawn by chance");
        assertEq(market.jobOf(id).bond, 48 ether, "8 seats > 1/p");
    }

    function assertRecord(uint256 value, uint256 steps) private view {
        assertEq(market.recordOf(_node(0)).value, value, "value");
        assertEq(market.recordOf(_node(0)).steps, steps, "steps");
    }

    function _again() private {
        order.nonce += 1;
        order.submitBy = uint64(block.timestamp + 1 hours);
        _submit();
        _award();
        _start();
        _result();
        _draw();
        _committee(_allGood());
    }
}

/// At the floor of 5% the bond is 20 bases.
contract FloorTest is MarketFixture {
    function setUp() public override {
        super.setUp();
        // Certain checks by record need 190 steps for the floor; the record itself is tested elsewhere.
        bytes32 slot = keccak256(abi.encode(_node(0), uint256(15)));
        vm.store(address(market), slot, bytes32(uint256(190) << 128 | 1_000 ether));
        assertEq(market.recordOf(_node(0)).steps, 190, "steps");
        assertEq(market.recordOf(_node(0)).value, 1_000 ether, "value");
        order.validation = Messages.BY_RECORD;
    }

    function test_TheBondIsTheBaseTimesTheOdds() external {
        _submit();
        _award();
        assertEq(market.jobOf(id).checkBps, 1_000, "the floor");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 60 ether, "10 x base");
    }

    function test_WithoutFreeBondForTheOddsTheCheckIsCertain() external {
        // 952 of 1,000 are at work: 48 are free, 60 would be needed.
        order.maxPrice = 119 ether * 2;
        (order.validation, order.nonce) = (Messages.ALWAYS, 2);
        _submit();
        _award(_bid(0, 119 ether));
        order = _order();
        (order.validation, order.nonce) = (Messages.BY_RECORD, 3);
        _submit();
        _award();
        assertEq(market.jobOf(id).checkBps, 10_000, "certain");
        assertEq(market.jobOf(id).bond, 48 ether, "8 x base");
        order.nonce = 4;
        _submit();
        vm.expectRevert();
        this.awardAgain();
    }

    function awardAgain() external {
        _award();
    }

    /// The roll is fair: of 400 results about one in ten is checked.
    function test_AboutOneInTenIsChecked() external {
        _to(State.Running);
        uint256 checked;
        for (uint256 i; i < 400; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.roll(10_000 + i * 3);
            _result();
            _draw();
            bool isChecked = _state() == State.Checking;
            vm.revertToState(snapshot);
            if (isChecked) ++checked;
        }
        assertLe(18, checked, "not seldom");
        assertLe(checked, 66, "not often");
    }
}

contract UncheckedTest is MarketFixture {
    function setUp() public override {
        super.setUp();
        _to(State.Unchecked);
    }

    function test_WaitsForAChallengeAndDrawsNobody() external view {
        Job memory job = market.jobOf(id);
        assertEq(job.challengeBy, block.timestamp + 70, "challengeBy");
        assertEq(job.deadline, block.timestamp + 160, "then the opening's time");
        assertEq(job.seats, 0, "nobody");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 48 ether, "the bond stays");
    }

    function test_PaysByThePayFunctionWithoutMembersAndFreesTheBond() external {
        (uint256 node, uint256 mine, uint256 before) = _balances();
        vm.warp(market.jobOf(id).challengeBy + 1);
        vm.expectEmit(address(market));
        emit ITaskMarket.Settled(id, 1, uint8(Settlement.Unchecked), 5.88 ether, 0.12 ether, 0, 84.5 ether, 0);
        _open();
        assertEq(escrow.balanceOf(_owner(0)), node + 5.88 ether, "node");
        assertEq(escrow.balanceOf(treasury), before + 0.12 ether, "fee");
        assertEq(escrow.balanceOf(customer), mine + 84.5 ether, "the rest");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond");
        assertEq(market.recordOf(_node(0)).steps, 1, "no record for it");
        assertSolvent();
    }

    function test_SettlesWithoutAnOpeningAfterTheDeadline() external {
        (uint256 node,,) = _balances();
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, deadline + 1));
        market.settle(order);
        vm.warp(deadline + 1);
        market.settle(order);
        assertEq(escrow.balanceOf(_owner(0)), node + 5.88 ether, "node");
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Unchecked), "unchecked");
    }

    function test_RevertWhen_TheOpeningWouldHelpMembersOfAChallenge() external {
        uint256 challengeBy = market.jobOf(id).challengeBy;
        vm.warp(challengeBy);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, challengeBy + 1));
        _open();
    }

    function test_RevertWhen_RevealsOrNoOpeningAreBroughtAlong() external {
        vm.warp(market.jobOf(id).challengeBy + 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Unchecked));
        market.reveal(order, opening, new RevealMessage[](1), new bytes[](1));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpened.selector, id));
        market.reveal(order, _noOpening(), new RevealMessage[](0), new bytes[](0));
    }

    function test_ChallengedItIsCheckedForCertain() external {
        vm.expectEmit(address(market));
        emit ITaskMarket.Challenged(id, 1, uint40(block.number) + 1);
        vm.prank(customer);
        market.challenge(order);
        assertState(State.Resulted);
        assertEq(market.jobOf(id).checkBps, 10_000, "certain");
        _draw();
        assertState(State.Checking);
        Word memory bad = _says(Messages.SUCCESS, BAD);
        _committee(_words(bad, bad, bad));
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Wrong), "caught");
    }

    function test_Case33_APauseStopsNeitherChallengeNorWhatFollows() external {
        vm.prank(guardian);
        market.pause();
        vm.prank(customer);
        market.challenge(order);
        _draw();
        Word memory bad = _says(Messages.SUCCESS, BAD);
        _round(_words(bad, bad, bad));
        _appeal();
        _finish();
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "to the end");
    }

    function test_RevertWhen_AStrangerChallengesOrTheWindowClosed() external {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotCustomer.selector, address(this), customer));
        market.challenge(order);
        uint256 challengeBy = market.jobOf(id).challengeBy;
        vm.warp(challengeBy + 1);
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, challengeBy));
        market.challenge(order);
    }

    function _balances() private view returns (uint256, uint256, uint256) {
        return (escrow.balanceOf(_owner(0)), escrow.balanceOf(customer), escrow.balanceOf(treasury));
    }
}

/// A result that says failure is paid by time, at most what success would have been.
contract UncheckedFailureTest is MarketFixture {
    function test_AFailureIsPaidByItsSeconds() external {
        _unchecked(20);
        assertEq(escrow.balanceOf(_owner(0)), 58.8 ether + 0.98 ether, "20 s x 0.05 less the fee");
    }

    function test_AFailureNeverPaysMoreThanSuccess() external {
        _unchecked(type(uint32).max);
        assertEq(escrow.balanceOf(_owner(0)), 58.8 ether + 5.88 ether, "at most the price");
    }

    function _unchecked(uint32 time) private {
        _giveRecord();
        opening.outcome = Messages.FAILURE;
        opening.secondsUsed = time;
        order.validation = Messages.BY_RECORD;
        _submit();
        _award();
        _start();
        _drawUntilUnchecked();
        vm.warp(market.jobOf(id).challengeBy + 1);
        _open();
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Unchecked), "unchecked");
    }
}

/// Waiting never helps: who lets the seed's hash age out is checked for certain.
contract RerollTest is MarketFixture {
    function test_Case42_AnAgedOutSeedMakesTheCheckCertain() external {
        _giveRecord();
        order.validation = Messages.BY_RECORD;
        _submit();
        _award();
        _start();
        _result();
        assertEq(market.jobOf(id).checkBps, 9_091, "by chance");
        vm.roll(uint256(market.jobOf(id).seedBlock) + 257);
        market.draw(order);
        assertEq(market.jobOf(id).checkBps, 10_000, "for certain");
        _draw();
        assertState(State.Checking);
    }
}

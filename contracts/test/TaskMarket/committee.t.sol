// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, Opening, RevealMessage, SealMessage, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

contract DrawTest is MarketFixture {
    function test_Case42_RevertWhen_TheSeedBlockIsNotBehindUs() external {
        _to(State.Resulted);
        uint256 seedBlock = market.jobOf(id).seedBlock;
        bytes memory failure = abi.encodeWithSelector(ITaskMarket.SeedNotReady.selector, id, seedBlock);
        vm.expectRevert(failure);
        market.draw(order);
        vm.roll(seedBlock);
        vm.expectRevert(failure);
        market.draw(order);
        vm.roll(seedBlock + 1);
        market.draw(order);
        assertState(State.Checking);
    }

    function test_Case42_AnAgedOutSeedIsReplacedAndTheJobStillChecked() external {
        _to(State.Resulted);
        vm.roll(uint256(market.jobOf(id).seedBlock) + 257);
        vm.expectEmit(address(market));
        emit ITaskMarket.SeedAgedOut(id, uint40(block.number + 1));
        address[] memory none = market.draw(order);
        assertEq(none.length, 0, "nobody yet");
        assertState(State.Resulted);
        _draw();
        assertEq(_members().length, 3, "drawn from the fresh seed");
    }

    function test_SetsSeatsDeadlinesAndFines() external {
        _to(State.Checking);
        Job memory job = market.jobOf(id);
        assertEq(job.seats, 3, "seats");
        assertEq(job.sealBy, block.timestamp + 120, "sealBy = timeout + margin");
        assertEq(job.openBy, job.sealBy + 90, "openBy");
        assertEq(job.deadline, job.openBy + 90, "revealBy");
        for (uint256 i; i < 3; ++i) {
            assertEq(registry.nodeOf(_members()[i].member).lockedBond, 0.3 ether, "5% of base locked");
        }
    }

    function testFuzz_Case41_MembersAreDistinctOthers(uint256 result) external {
        // Owner 1 has four nodes, the customer one, the node's owner another one.
        _registerFor(_owner(1), NODE_KEY + 20, CLASS);
        _registerFor(_owner(1), NODE_KEY + 21, CLASS);
        _registerFor(_owner(1), NODE_KEY + 22, CLASS);
        _registerFor(customer, NODE_KEY + 23, CLASS);
        _registerFor(_owner(0), NODE_KEY + 24, CLASS);
        vm.roll(bound(result, 1_000, 1_000_000));
        _to(State.Checking);
        Seat[] memory seats = _members();
        assertEq(seats.length, 3, "three");
        for (uint256 i; i < seats.length; ++i) {
            address owner = registry.ownerOf(seats[i].member);
            assertTrue(owner != customer, "not the customer");
            assertTrue(owner != _owner(0), "not the node's owner");
            for (uint256 j; j < i; ++j) {
                assertTrue(owner != registry.ownerOf(seats[j].member), "distinct owners");
            }
        }
    }

    function testFuzz_Case42_NodesRegisteredAfterTheAwardAreNeverDrawn(uint256 number) external {
        vm.roll(bound(number, 1_000, 1_000_000));
        _to(State.Running);
        for (uint256 i = 30; i < 50; ++i) {
            _register(i, CLASS);
        }
        _result();
        _draw();
        Seat[] memory seats = _members();
        for (uint256 i; i < seats.length; ++i) {
            assertLe(registry.nodeOf(seats[i].member).ticket, NODES - 1, "an old ticket");
        }
    }

    function test_EveryOtherNodeIsDrawnAboutAsOften() external {
        uint256[] memory times = new uint256[](NODES);
        for (uint256 round; round < 200; ++round) {
            uint256 snapshot = vm.snapshotState();
            vm.roll(10_000 + round * 7);
            _to(State.Checking);
            Seat[] memory seats = _members();
            for (uint256 i; i < seats.length; ++i) {
                ++times[registry.nodeOf(seats[i].member).ticket];
            }
            vm.revertToState(snapshot);
        }
        assertEq(times[0], 0, "never the node itself");
        // 200 draws of 3 among 5: 120 expected each, standard deviation 7.
        for (uint256 i = 1; i < NODES; ++i) {
            assertLe(85, times[i], "not seldom");
            assertLe(times[i], 155, "not often");
        }
    }

    function test_FewerThanAskedAreDrawn() external {
        _to(State.Resulted);
        for (uint256 i = 1; i < 4; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _draw();
        assertEq(_members().length, 2, "the two that are left");
    }

    function test_NodesWithoutBondForTheFineAreNotDrawn() external {
        _to(State.Resulted);
        // All of node 1's bond is at work elsewhere.
        order.nonce = 2;
        order.maxPrice = 124.99 ether;
        _submit();
        _award(_bid(1, 124.99 ether));
        order = _order();
        order.submitBy = uint64(1_800_000_000 + 1 hours);
        id = market.orderId(order);
        for (uint256 i = 2; i < 4; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _draw();
        assertEq(_members().length, 2, "not node 1");
    }

    function test_Case45_NobodyToDrawEndsByTheDeadline() external {
        _to(State.Resulted);
        for (uint256 i = 1; i < NODES; ++i) {
            vm.prank(_owner(i));
            registry.requestUnbond(_node(i));
        }
        vm.roll(block.number + 2);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NobodyToDraw.selector, id));
        market.draw(order);
        uint256 deadline = market.jobOf(id).deadline;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, deadline + 1));
        market.settle(order);
        vm.warp(deadline + 1);
        market.settle(order);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.NoQuorum), "no quorum");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond freed");
    }

    function test_ALongListIsDrawnWithBoundedTries() external {
        for (uint256 i = 100; i < 170; ++i) {
            _register(i, CLASS);
        }
        _to(State.Resulted);
        vm.roll(block.number + 2);
        uint256 before = gasleft();
        market.draw(order);
        assertLe(before - gasleft(), 1_500_000, "gas");
        Seat[] memory seats = _members();
        assertEq(seats.length, 3, "three");
        assertTrue(seats[0].member != seats[1].member && seats[1].member != seats[2].member, "distinct");
    }

    function test_ALongListOfDeadTicketsDoesNotRunOutOfGas() external {
        for (uint256 i = 100; i < 400; ++i) {
            _register(i, CLASS);
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _to(State.Resulted);
        vm.roll(block.number + 2);
        uint256 before = gasleft();
        try market.draw(order) {} catch {}
        assertLe(before - gasleft(), 2_000_000, "gas of the worst draw");
    }

    function test_RevertWhen_NoResult() external {
        _to(State.Running);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Running));
        market.draw(order);
    }

    function test_Case46_RevertWhen_DrawnTwice() external {
        _to(State.Checking);
        vm.roll(block.number + 2);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Checking));
        market.draw(order);
    }
}

contract SealTest is MarketFixture {
    Word internal good;

    function setUp() public override {
        super.setUp();
        _to(State.Checking);
        good = _says(Messages.SUCCESS, GOOD);
    }

    function test_RecordsTheSeal() external {
        SealMessage memory message = _sealOf(1, good);
        vm.expectEmit(address(market));
        emit ITaskMarket.Sealed(id, 1, message.member, message.seal);
        _sealSeat(1, good);
        assertEq(_members()[1].seal, message.seal, "seal");
        assertEq(market.jobOf(id).sealedSeats, 1, "count");
    }

    function test_Case43_ASecondSealChangesNothing() external {
        _sealSeat(1, good);
        bytes32 first = _members()[1].seal;
        _sealSeat(1, _says(Messages.SUCCESS, BAD));
        assertEq(_members()[1].seal, first, "the first counts");
        assertEq(market.jobOf(id).sealedSeats, 1, "counted once");
    }

    function test_Case43_RevertWhen_SealByPassed() external {
        SealMessage memory message = _sealOf(0, good);
        uint256 sealBy = market.jobOf(id).sealBy;
        vm.warp(sealBy + 1);
        _expectSeal(message, keyOf[message.member], abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, sealBy));
    }

    function test_RevertWhen_NotAMemberOrNotSigned() external {
        SealMessage memory message = _sealOf(0, good);
        message.member = _node(0);
        _expectSeal(message, NODE_KEY, abi.encodeWithSelector(ITaskMarket.NotMember.selector, id, _node(0)));
        message = _sealOf(0, good);
        SealMessage[] memory seals = new SealMessage[](1);
        bytes[] memory signatures = new bytes[](1);
        seals[0] = message;
        signatures[0] = _sign(NODE_KEY, keccak256(abi.encode(Messages.SEAL, message)));
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.seal(seals, signatures);
    }

    function test_RevertWhen_EmptyOrOfAnotherAttempt() external {
        SealMessage memory message = _sealOf(0, good);
        message.attempt = 2;
        _expectSeal(message, keyOf[message.member], abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 2, 1));
        message = _sealOf(0, good);
        message.seal = 0;
        _expectSeal(
            message, keyOf[message.member], abi.encodeWithSelector(ITaskMarket.NotSealed.selector, id, message.member)
        );
    }

    function _expectSeal(SealMessage memory message, uint256 key, bytes memory failure) private {
        SealMessage[] memory seals = new SealMessage[](1);
        bytes[] memory signatures = new bytes[](1);
        seals[0] = message;
        signatures[0] = _sign(key, keccak256(abi.encode(Messages.SEAL, message)));
        vm.expectRevert(failure);
        market.seal(seals, signatures);
    }
}

contract RevealTest is MarketFixture {
    Word internal good;

    function setUp() public override {
        super.setUp();
        _to(State.Checking);
        good = _says(Messages.SUCCESS, GOOD);
    }

    function test_Case43_RevertWhen_ASeatMayStillSeal() external {
        _sealSeat(0, good);
        _sealSeat(1, good);
        uint256 sealBy = market.jobOf(id).sealBy;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, sealBy + 1));
        _open();
        vm.warp(sealBy);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, sealBy + 1));
        _open();
        vm.warp(sealBy + 1);
        _open();
        assertEq(market.jobOf(id).nodeOutcome, Messages.SUCCESS, "opened");
    }

    function test_OpensAndRecordsAndSettlesWithTheLast() external {
        _sealAll(_allGood());
        vm.expectEmit(address(market));
        emit ITaskMarket.Opened(id, 1, opening);
        _revealSeat(opening, 0, good);
        _revealSeat(_noOpening(), 1, good);
        assertState(State.Checking);
        RevealMessage memory last = _revealOf(2, good);
        vm.expectEmit(address(market));
        emit ITaskMarket.Revealed(id, 1, last.member, Messages.SUCCESS, GOOD, 40, 0);
        _revealSeat(opening, 2, good);
        assertState(State.Settled);
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Correct), "correct");
    }

    function test_Case47_RevertWhen_TheOpeningIsNotWhatWasCommitted() external {
        _sealAll(_allGood());
        Opening memory shown = opening;
        shown.outputHash = BAD;
        bytes32 computed = keccak256(abi.encode(id, uint8(1), _node(0), shown));
        vm.expectRevert(
            abi.encodeWithSelector(ITaskMarket.CommitmentMismatch.selector, id, market.jobOf(id).commitment, computed)
        );
        market.reveal(order, shown, new RevealMessage[](0), new bytes[](0));
    }

    function test_RevertWhen_TheOpeningsOutcomeIsAMembersWord() external {
        _sealAll(_allGood());
        Opening memory shown = opening;
        shown.outcome = Messages.MALICIOUS;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutcomeInvalid.selector, Messages.MALICIOUS));
        market.reveal(order, shown, new RevealMessage[](0), new bytes[](0));
    }

    function test_RevertWhen_UnopenedBeforeOpenBy() external {
        _sealAll(_allGood());
        RevealMessage memory message = _revealOf(0, good);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpened.selector, id));
        _reveal(_noOpening(), message, keyOf[message.member]);
        vm.warp(market.jobOf(id).openBy);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpened.selector, id));
        _reveal(_noOpening(), message, keyOf[message.member]);
    }

    function test_RevertWhen_TheOpeningComesAfterOpenBy() external {
        _sealAll(_allGood());
        uint256 openBy = market.jobOf(id).openBy;
        vm.warp(openBy + 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, openBy));
        _open();
    }

    function test_Case43_RevertWhen_TheRevealIsNotWhatWasSealed() external {
        _sealAll(_words(_says(Messages.SUCCESS, BAD), good, good));
        _open();
        // Copying the node's output after having sealed something else.
        RevealMessage memory copied = _revealOf(0, good);
        vm.expectPartialRevert(ITaskMarket.SealMismatch.selector);
        _reveal(opening, copied, keyOf[copied.member]);
    }

    function test_Case43_RevertWhen_TheSeatNeverSealed() external {
        _sealSeat(0, good);
        vm.warp(market.jobOf(id).sealBy + 1);
        RevealMessage memory message = _revealOf(1, good);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotSealed.selector, id, message.member));
        _reveal(opening, message, keyOf[message.member]);
    }

    function test_Case43_ALateRevealIsAbsent() external {
        _sealAll(_allGood());
        _revealSeat(opening, 0, good);
        _revealSeat(opening, 1, good);
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline + 1);
        RevealMessage memory message = _revealOf(2, good);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline));
        _reveal(opening, message, keyOf[message.member]);
        market.settle(order);
        address late = _members()[2].member;
        assertEq(escrow.balanceOf(registry.ownerOf(late)), 0, "not paid");
        assertEq(registry.nodeOf(late).bond, BOND - 0.3 ether, "fined");
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.Correct), "two of three suffice");
    }

    function test_ASecondRevealChangesNothing() external {
        _sealAll(_allGood());
        _revealSeat(opening, 0, good);
        good.agrees = 0xffff;
        _revealSeat(opening, 0, good);
        assertEq(_members()[0].agrees, 0, "the first counts");
        assertEq(market.jobOf(id).revealedSeats, 1, "counted once");
    }

    function test_RevertWhen_AnotherSignedOrAnotherOrder() external {
        _sealAll(_allGood());
        RevealMessage memory message = _revealOf(0, good);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        _reveal(opening, message, NODE_KEY);
        message.order = keccak256("another");
        vm.expectPartialRevert(ITaskMarket.WrongOrder.selector);
        _reveal(opening, message, keyOf[message.member]);
    }

    function test_RevertWhen_TheOutcomeIsUnknown() external {
        _sealSeat(0, _says(9, GOOD));
        vm.warp(market.jobOf(id).sealBy + 1);
        RevealMessage memory message = _revealOf(0, _says(9, GOOD));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutcomeInvalid.selector, 9));
        _reveal(opening, message, keyOf[message.member]);
    }

    function test_RevertWhen_SettledTooEarly() external {
        _sealAll(_allGood());
        _revealSeat(opening, 0, good);
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, deadline + 1));
        market.settle(order);
    }

    function test_Case45_AnUnsealedCommitteeSettlesAfterSealBy() external {
        uint256 sealBy = market.jobOf(id).sealBy;
        vm.warp(sealBy);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, sealBy + 1));
        market.settle(order);
        vm.warp(sealBy + 1);
        market.settle(order);
        assertState(State.Enlarging);
        _finish();
        assertEq(uint256(market.jobOf(id).settlement), uint256(Settlement.NoQuorum), "no quorum");
    }
}

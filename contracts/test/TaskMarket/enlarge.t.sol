// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, SealMessage, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {AppealFixture} from "./appeal.t.sol";

/// No quorum at first (one good, one bad, one failure): four more are drawn, and all seven decide.
contract EnlargeTest is AppealFixture {
    function setUp() public override {
        super.setUp();
        _to(State.Enlarging);
    }

    function test_DrawsFourOthersAndKeepsTheFirstWords() external {
        Seat[] memory first = market.seatsOf(id);
        assertEq(market.jobOf(id).deadline, block.timestamp + 600, "time to draw");
        _draw();
        Job memory job = market.jobOf(id);
        Seat[] memory seats = market.seatsOf(id);
        assertTrue(job.enlarged, "enlarged");
        assertEq(seats.length, 7, "2k + 1");
        assertEq(job.sealedSeats, 0, "of this round");
        for (uint256 i; i < 3; ++i) {
            assertEq(seats[i].outputHash, first[i].outputHash, "as before");
            for (uint256 j = 3; j < 7; ++j) {
                assertTrue(seats[i].member != seats[j].member, "others");
            }
        }
    }

    function test_FiveOfSevenDecide() external {
        _draw();
        Seat[] memory seats = market.seatsOf(id);
        _four(good, good, good, good);
        assertSettled(Settlement.Correct);
        assertEq(_paidTo(seats), 30 ether, "the five that agree");
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "node");
    }

    function test_FiveOfSevenFindItWrongAndTheNodeMayAppealToFive() external {
        _draw();
        _four(bad, bad, bad, bad);
        assertState(State.Judged);
        assertEq(market.jobOf(id).paidMask, 0x7a, "the second and the four");
        _appeal();
        assertEq(escrow.lockedOf(_owner(0)), 30 ether, "k + 2 bases");
        Seat[] memory all = market.seatsOf(id);
        assertEq(_drawAppeal().length, 5, "k + 2");
        _round(_same(good, 5));
        assertSettled(Settlement.Correct);
        // Seat 0 had been right from the start.
        address right;
        for (uint256 i; i < 7; ++i) {
            if (all[i].outputHash == GOOD) right = registry.ownerOf(all[i].member);
        }
        assertLe(6 ether, escrow.balanceOf(right), "paid by the final verdict");
    }

    function test_FourOfSevenDecideNothing() external {
        _draw();
        Seat[] memory seats = market.seatsOf(id);
        _four(bad, bad, bad, good);
        assertSettled(Settlement.NoQuorum);
        assertEq(_paidTo(seats), 42 ether, "all seven revealed");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 42 ether, "from the budget");
    }

    function test_Case43_TheFirstMembersSpeakNoMore() external {
        _draw();
        address member = market.seatsOf(id)[0].member;
        SealMessage[] memory seals = new SealMessage[](1);
        seals[0] = SealMessage(id, 1, member, keccak256("again"));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotMember.selector, id, member));
        market.seal(seals, new bytes[](1));
    }

    function test_TheSilentOfAnEnlargementAreFinedOnce() external {
        _draw();
        address silent = market.seatsOf(id)[6].member;
        for (uint256 i = 3; i < 6; ++i) {
            _sealSeat(i, good);
        }
        vm.warp(market.jobOf(id).sealBy + 1);
        for (uint256 i = 3; i < 6; ++i) {
            _revealSeat(opening, i, good);
        }
        assertSettled(Settlement.NoQuorum);
        assertEq(registry.nodeOf(silent).bond, BOND - 0.3 ether, "fined");
    }

    function test_Case45_NobodyMoreToDrawEndsWithoutQuorum() external {
        for (uint256 i = 1; i < 12; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        vm.roll(block.number + 2);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NobodyToDraw.selector, id));
        market.draw(order);
        _finish();
        assertSettled(Settlement.NoQuorum);
        assertEq(escrow.balanceOf(customer), DEPOSITED - 18 ether, "the three that spoke");
    }

    function _four(Word memory a, Word memory b, Word memory c, Word memory d) private {
        Word[4] memory words = [a, b, c, d];
        for (uint256 i; i < 4; ++i) {
            _sealSeat(3 + i, words[i]);
        }
        for (uint256 i; i < 4; ++i) {
            _revealSeat(opening, 3 + i, words[i]);
        }
    }
}

/// Under a tolerant comparison the first members could not speak of outputs that came later.
contract EnlargeTolerantTest is AppealFixture {
    function test_LaterMembersSpeakForBothRounds() external {
        order.comparison = Messages.TOLERANT;
        _to(State.Checking);
        Word[] memory words = _words(_says(1, "a"), _says(1, "b"), _says(Messages.FAILURE, 0));
        words[0].agrees = 1;
        words[1].agrees = 0;
        _round(words);
        assertState(State.Enlarging);
        _draw();
        Seat[] memory seats = market.seatsOf(id);
        // Four outputs of their own, each means the node's, the first member's, and each other's.
        bytes32[4] memory outputs = [bytes32("c"), "d", "e", "f"];
        for (uint256 i; i < 4; ++i) {
            _sealSeat(3 + i, _says(1, outputs[i]));
        }
        for (uint256 i; i < 4; ++i) {
            Word memory word = _says(1, outputs[i]);
            word.agrees = 1 | 2 | 0xf0;
            _revealSeat(opening, 3 + i, word);
        }
        assertSettled(Settlement.Correct);
        assertEq(_paidTo(seats), 30 ether, "the first that agreed and the four");
    }
}

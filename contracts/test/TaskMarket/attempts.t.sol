// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {AttemptMessage, Bid, Job, ResultMessage, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

contract StartTest is MarketFixture {
    function setUp() public override {
        super.setUp();
        _to(State.Awarded);
    }

    function test_NotesTheTimeAndLetsTheHardDeadlineCount() external {
        vm.warp(market.jobOf(id).startBy);
        vm.expectEmit(address(market));
        emit ITaskMarket.Started(id, 1, _node(0));
        _start();
        Job memory job = market.jobOf(id);
        assertState(State.Running);
        assertEq(job.startedAt, block.timestamp, "startedAt");
        assertEq(job.deadline, job.hardDeadline, "deadline");
    }

    function test_RevertWhen_StartByPassed() external {
        uint256 startBy = market.jobOf(id).startBy;
        vm.warp(startBy + 1);
        _expectStart(_attempt(), NODE_KEY, abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, startBy));
    }

    function test_Case47_RevertWhen_AnotherAttemptOrNode() external {
        AttemptMessage memory message = _attempt();
        message.attempt = 2;
        _expectStart(message, NODE_KEY, abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 2, 1));
        message = _attempt();
        message.node = _node(1);
        _expectStart(
            message, NODE_KEY + 1, abi.encodeWithSelector(ITaskMarket.WrongNode.selector, id, _node(1), _node(0))
        );
    }

    function test_RevertWhen_TheNodeDidNotSign() external {
        AttemptMessage memory message = _attempt();
        bytes memory signature = _sign(OWNER_KEY, keccak256(abi.encode(Messages.START, message)));
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.start(message, signature);
        // A hand-back's signature is no start's, though the fields are the same.
        signature = _sign(NODE_KEY, keccak256(abi.encode(Messages.HAND_BACK, message)));
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.start(message, signature);
    }

    function test_RevertWhen_StartedAlready() external {
        _start();
        _expectStart(_attempt(), NODE_KEY, abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Running));
    }

    function _expectStart(AttemptMessage memory message, uint256 key, bytes memory failure) private {
        bytes memory signature = _sign(key, keccak256(abi.encode(Messages.START, message)));
        vm.expectRevert(failure);
        market.start(message, signature);
    }
}

contract HandBackTest is MarketFixture {
    function test_FreesTheBondWithoutPenalty() external {
        _to(State.Running);
        vm.expectEmit(address(market));
        emit ITaskMarket.HandedBack(id, 1, _node(0));
        _handBack();
        assertState(State.HandedBack);
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "freed");
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "whole");
        assertEq(market.jobOf(id).deadline, block.timestamp + 100, "time to replace");
        vm.warp(block.timestamp + 101);
        market.expire(order);
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "still whole");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }

    function test_RevertWhen_TheStartWasMissed() external {
        _to(State.Awarded);
        vm.warp(market.jobOf(id).startBy + 1);
        _expectLate(market.jobOf(id).startBy);
    }

    function test_RevertWhen_TheHardDeadlineWasMissed() external {
        _to(State.Running);
        vm.warp(market.jobOf(id).hardDeadline + 1);
        _expectLate(market.jobOf(id).hardDeadline);
    }

    function test_RevertWhen_ResultedAlready() external {
        _to(State.Resulted);
        AttemptMessage memory message = _attempt();
        bytes memory signature = _sign(NODE_KEY, keccak256(abi.encode(Messages.HAND_BACK, message)));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Resulted));
        market.handBack(message, signature);
    }

    function _expectLate(uint256 until) private {
        AttemptMessage memory message = _attempt();
        bytes memory signature = _sign(NODE_KEY, keccak256(abi.encode(Messages.HAND_BACK, message)));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, until));
        market.handBack(message, signature);
    }
}

contract ReplaceTest is MarketFixture {
    function test_MovesTheJobAndRestartsTheDeadlines() external {
        _to(State.Running);
        vm.warp(block.timestamp + 200);
        Bid memory nodeBid = _bid(1, 8 ether);
        vm.expectEmit(address(market));
        emit ITaskMarket.Replaced(id, 1, _node(0));
        _replace(nodeBid, AUCTIONEER_KEY);
        Job memory job = market.jobOf(id);
        assertState(State.Awarded);
        assertEq(job.attempt, 2, "attempt");
        assertEq(job.node, _node(1), "node");
        assertEq(job.price, 8 ether, "price");
        assertEq(job.startedAt, 0, "not started");
        assertEq(job.hardDeadline, block.timestamp + 240, "restarted");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "old bond freed");
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "old bond whole");
        assertEq(registry.nodeOf(_node(1)).lockedBond, 64 ether, "new bond locked");
    }

    function test_TheCustomerMayApproveToo() external {
        _to(State.HandedBack);
        _replace(_bid(1, 8 ether), CUSTOMER_KEY);
        assertState(State.Awarded);
    }

    function test_RevertWhen_TheCustomerWouldReplaceANodeThatRunsInsteadOfPayingItsTime() external {
        _to(State.Running);
        vm.warp(block.timestamp + 100);
        _expectReplace(
            _bid(1, 8 ether), CUSTOMER_KEY, abi.encodeWithSelector(ITaskMarket.NotApprover.selector, customer)
        );
        uint256 before = escrow.balanceOf(_owner(0));
        _cancel();
        assertTrue(escrow.balanceOf(_owner(0)) > before, "its time is paid");
    }

    function test_AMissedStartMayBeReplacedUntilItsDeadline() external {
        _to(State.Awarded);
        vm.warp(market.jobOf(id).deadline);
        _replace(_bid(1, 8 ether), AUCTIONEER_KEY);
        assertState(State.Awarded);
    }

    function test_RevertWhen_TheDeadlinePassed() external {
        _to(State.HandedBack);
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline + 1);
        _expectReplace(
            _bid(1, 8 ether), AUCTIONEER_KEY, abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline)
        );
    }

    function test_RevertWhen_ANodeOrStrangerApproves() external {
        _to(State.Running);
        _expectReplace(
            _bid(1, 8 ether), NODE_KEY + 1, abi.encodeWithSelector(ITaskMarket.NotApprover.selector, _node(1))
        );
    }

    function test_RevertWhen_NothingIsAwarded() external {
        _to(State.Open);
        _expectReplace(
            _bid(1, 8 ether), AUCTIONEER_KEY, abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Open)
        );
    }

    function test_RevertWhen_TheResultIsIn() external {
        _to(State.Resulted);
        _expectReplace(
            _bid(1, 8 ether),
            AUCTIONEER_KEY,
            abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Resulted)
        );
    }

    function test_RevertWhen_AboveMaxPrice() external {
        _to(State.Running);
        _expectReplace(
            _bid(1, 10 ether + 1),
            AUCTIONEER_KEY,
            abi.encodeWithSelector(ITaskMarket.BidAboveMaxPrice.selector, 10 ether + 1, uint256(10 ether))
        );
    }

    function test_RevertWhen_ThreeReplacementsWereMade() external {
        _to(State.Awarded);
        for (uint256 i = 1; i <= 3; ++i) {
            _replace(_bid(i, 8 ether), AUCTIONEER_KEY);
        }
        _expectReplace(
            _bid(4, 8 ether), AUCTIONEER_KEY, abi.encodeWithSelector(ITaskMarket.TooManyAttempts.selector, id, 4)
        );
    }

    function test_Case47_TheReplacedNodesResultReverts() external {
        _to(State.Running);
        ResultMessage memory late = ResultMessage(id, 1, _node(0), _commitment());
        bytes memory signature = _sign(NODE_KEY, keccak256(abi.encode(Messages.RESULT, late)));
        _replace(_bid(1, 8 ether), AUCTIONEER_KEY);
        _start();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 1, 2));
        market.submitResult(late, signature);
    }

    function test_TheNewNodeIsPaidForItsOwnTime() external {
        _to(State.Running);
        vm.warp(block.timestamp + 200);
        _replace(_bid(1, 8 ether), AUCTIONEER_KEY);
        _start();
        vm.warp(block.timestamp + 120);
        _result();
        _draw();
        _committee(_allGood());
        assertEq(escrow.balanceOf(_owner(1)), 7.84 ether, "full price: lateness counts from its own award");
        assertSolvent();
    }

    function _expectReplace(Bid memory nodeBid, uint256 approverKey, bytes memory failure) private {
        bytes memory node = _signBid(keyOf[nodeBid.node], nodeBid);
        bytes memory approval = _signBid(approverKey, nodeBid);
        vm.expectRevert(failure);
        market.replace(order, nodeBid, node, vm.addr(approverKey), approval);
    }
}

contract SubmitResultTest is MarketFixture {
    function test_FixesCommitmentTimeAndSeedBlock() external {
        _to(State.Running);
        bytes32 commitment = _commitment();
        vm.expectEmit(address(market));
        emit ITaskMarket.ResultSubmitted(id, 1, _node(0), commitment, uint40(block.number + 1));
        _result();
        Job memory job = market.jobOf(id);
        assertState(State.Resulted);
        assertEq(job.commitment, commitment, "commitment");
        assertEq(job.resultAt, block.timestamp, "resultAt");
        assertEq(job.deadline, block.timestamp + 600, "draw deadline");
    }

    function test_RevertWhen_NotStarted() external {
        _to(State.Awarded);
        _expectResult(
            ResultMessage(id, 1, _node(0), GOOD),
            NODE_KEY,
            abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Awarded)
        );
    }

    function test_RevertWhen_TooLate() external {
        _to(State.Running);
        uint256 hardDeadline = market.jobOf(id).hardDeadline;
        vm.warp(hardDeadline + 1);
        _expectResult(
            ResultMessage(id, 1, _node(0), GOOD),
            NODE_KEY,
            abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, hardDeadline)
        );
    }

    function test_Case47_RevertWhen_ItNamesAnotherOrderAttemptOrNode() external {
        _to(State.Running);
        bytes32 other = keccak256("another order");
        _expectResult(
            ResultMessage(other, 1, _node(0), GOOD),
            NODE_KEY,
            abi.encodeWithSelector(ITaskMarket.UnknownOrder.selector, other)
        );
        _expectResult(
            ResultMessage(id, 2, _node(0), GOOD),
            NODE_KEY,
            abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 2, 1)
        );
        _expectResult(
            ResultMessage(id, 1, _node(1), GOOD),
            NODE_KEY + 1,
            abi.encodeWithSelector(ITaskMarket.WrongNode.selector, id, _node(1), _node(0))
        );
    }

    function test_Case47_RevertWhen_TheSignatureIsForAnotherCommitmentOrChain() external {
        _to(State.Running);
        ResultMessage memory result = ResultMessage(id, 1, _node(0), GOOD);
        bytes memory signature = _sign(NODE_KEY, keccak256(abi.encode(Messages.RESULT, result)));
        result.commitment = BAD;
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.submitResult(result, signature);
        result.commitment = GOOD;
        vm.chainId(5);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.submitResult(result, signature);
    }

    function test_Case47_RevertWhen_TheResultIsSwappedAfterwards() external {
        _to(State.Resulted);
        _expectResult(
            ResultMessage(id, 1, _node(0), BAD),
            NODE_KEY,
            abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Resulted)
        );
    }

    function _expectResult(ResultMessage memory result, uint256 key, bytes memory failure) private {
        bytes memory signature = _sign(key, keccak256(abi.encode(Messages.RESULT, result)));
        vm.expectRevert(failure);
        market.submitResult(result, signature);
    }
}

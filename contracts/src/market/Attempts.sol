// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AttemptMessage, Order, ResultMessage, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {Market, MarketStore, StoredJob} from "./MarketStore.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";

/// What an awarded node says (start, hand-back, result; anyone may carry its signed messages) and the two ends of a job
/// without a result: cancelled and expired. Each sets the final state before money moves.
library Attempts {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    function start(Market storage m, AttemptMessage calldata message, bytes calldata nodeSignature) external {
        StoredJob storage job = m.known(message.order);
        job.requireState(message.order, State.Awarded);
        job.requireAttempt(message.order, message.attempt, message.node);
        MarketStore.requireNotAfter(message.order, job.startBy());
        MarketStore.requireSigned(message.node, Messages.hash(Messages.START, message), nodeSignature);
        job.state = State.Running;
        job.startedAt = uint40(block.timestamp);
        job.deadline = job.hardDeadline();
        emit ITaskMarket.Started(message.order, message.attempt, message.node);
    }

    /// In time only: after a missed deadline the penalty is due.
    function handBack(Market storage m, AttemptMessage calldata message, bytes calldata nodeSignature) external {
        StoredJob storage job = m.known(message.order);
        if (job.state != State.Awarded) job.requireState(message.order, State.Running);
        job.requireAttempt(message.order, message.attempt, message.node);
        MarketStore.requireNotAfter(message.order, job.state == State.Awarded ? job.startBy() : job.hardDeadline());
        MarketStore.requireSigned(message.node, Messages.hash(Messages.HAND_BACK, message), nodeSignature);
        job.state = State.HandedBack;
        job.deadline = uint40(block.timestamp) + m.parametersOf(job).replaceSeconds;
        m.freeNode(job);
        emit ITaskMarket.HandedBack(message.order, message.attempt, message.node);
    }

    /// Success, failure and time-out are all results; which one it is stays hidden in the commitment until the seats sealed.
    function submitResult(Market storage m, ResultMessage calldata result, bytes calldata nodeSignature) external {
        StoredJob storage job = m.known(result.order);
        job.requireState(result.order, State.Running);
        job.requireAttempt(result.order, result.attempt, result.node);
        MarketStore.requireNotAfter(result.order, job.hardDeadline());
        MarketStore.requireSigned(result.node, Messages.hash(result), nodeSignature);
        job.state = State.Resulted;
        job.result = result.commitment;
        job.resultAt = uint40(block.timestamp);
        job.seedBlock = uint40(block.number) + 1;
        job.deadline = uint40(block.timestamp) + m.parametersOf(job).drawSeconds;
        emit ITaskMarket.ResultSubmitted(result.order, result.attempt, result.node, result.commitment, job.seedBlock);
    }

    function cancel(Market storage m, Order calldata order, bytes calldata signature) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        if (msg.sender != order.customer) {
            MarketStore.requireSigned(order.customer, Messages.hashCancel(id), signature);
        }
        State state = job.state;
        if (state == State.None || state >= State.Resulted) revert ITaskMarket.WrongState(id, state);
        // A job that ran into its deadline expires instead, at the node's cost.
        if (state == State.Running) MarketStore.requireNotAfter(id, job.hardDeadline());
        job.state = State.Cancelled;
        if (state == State.Window || state == State.Awarded || state == State.Running) m.freeNode(job);

        uint256 nodePay;
        uint256 fee;
        if (state == State.Running) {
            uint256 gross = job.timePay(block.timestamp - job.startedAt);
            (nodePay, fee) = m.payNode(job, gross);
        }
        uint256 refund = job.locked - nodePay - fee;
        m.escrow.release(order.customer, refund);
        emit ITaskMarket.Cancelled(id, nodePay, fee, refund);
    }

    function expire(Market storage m, Order calldata order) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        State state = job.state;
        if (state == State.None || state >= State.Resulted) revert ITaskMarket.WrongState(id, state);
        if (block.timestamp <= job.deadline) revert ITaskMarket.TooEarly(id, uint256(job.deadline) + 1);
        job.state = State.Expired;

        uint256 penalty;
        if (state == State.Awarded || state == State.Running) {
            penalty = uint256(job.base) * m.parametersOf(job).penaltyBps / 10_000;
        }
        if (state == State.Window || state == State.Awarded || state == State.Running) {
            m.registry.unlockBond(job.node, uint128(job.bond - penalty));
            m.slashToTreasury(job.node, penalty);
        }
        m.escrow.release(order.customer, job.locked);
        emit ITaskMarket.Expired(id, penalty, job.locked);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bid, Job, Node, Order, Parameters, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {MarketBounds} from "../rules/MarketBounds.sol";
import {Market, MarketStore} from "./MarketStore.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";

/// From the order to an awarded node: submit, instant award, open window, replacement.
library Auction {
    using MarketStore for Market;
    using MarketStore for Job;

    uint256 internal constant MAX_ATTEMPTS = 4;
    /// A window's bids stay good that long after it closed, so that somebody has time to award.
    uint256 internal constant WINDOW_GRACE = 10 minutes;

    function submit(Market storage m, Order calldata order, bytes calldata signature) external returns (bytes32 id) {
        id = MarketStore.orderId(order);
        if (m.jobs[id].state != State.None) revert ITaskMarket.AlreadySubmitted(id);
        _submit(m, id, order, signature);
    }

    function submitMany(Market storage m, Order[] calldata orders, bytes[] calldata signatures) external {
        if (orders.length != signatures.length) revert ITaskMarket.LengthMismatch(orders.length, signatures.length);
        for (uint256 i; i < orders.length; ++i) {
            bytes32 id = MarketStore.orderId(orders[i]);
            // Somebody may have carried one of them alone; the others must not suffer for it.
            if (m.jobs[id].state == State.None) _submit(m, id, orders[i], signatures[i]);
        }
    }

    function submitAndAward(
        Market storage m,
        Order calldata order,
        bytes calldata signature,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external returns (bytes32 id) {
        id = MarketStore.orderId(order);
        if (m.jobs[id].state == State.None) _submit(m, id, order, signature);
        _awardInstantly(m, id, order, nodeBid, nodeSignature, auctioneerSignature);
    }

    function award(
        Market storage m,
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external {
        (bytes32 id,) = m.find(order);
        _awardInstantly(m, id, order, nodeBid, nodeSignature, auctioneerSignature);
    }

    function bid(Market storage m, Order calldata order, Bid calldata nodeBid, bytes calldata nodeSignature) external {
        (bytes32 id, Job storage job) = m.find(order);
        if (job.state == State.Open) {
            if (block.timestamp < job.auctionBy) revert ITaskMarket.TooEarly(id, job.auctionBy);
            MarketStore.requireNotAfter(id, job.deadline);
            uint40 closesAt = uint40(block.timestamp) + m.parametersOf(job).windowSeconds;
            _admit(m, id, order, nodeBid, nodeSignature, 1, closesAt + WINDOW_GRACE);
            job.state = State.Window;
            job.windowClosesAt = closesAt;
            job.deadline = closesAt + uint40(WINDOW_GRACE);
            emit ITaskMarket.WindowOpened(id, closesAt);
        } else {
            job.requireState(id, State.Window);
            if (block.timestamp >= job.windowClosesAt) revert ITaskMarket.TooLate(id, job.windowClosesAt);
            // Strictly lower too, or two bids of zero would push each other out.
            uint256 atMost = uint256(job.price) * 9_900 / 10_000;
            if (nodeBid.price > atMost || nodeBid.price >= job.price) {
                revert ITaskMarket.BidNotLower(nodeBid.price, atMost);
            }
            _admit(m, id, order, nodeBid, nodeSignature, 1, job.windowClosesAt + WINDOW_GRACE);
            m.freeNode(job);
        }
        _record(m, job, order, nodeBid);
        emit ITaskMarket.BidRecorded(id, nodeBid.node, nodeBid.price);
    }

    /// The best bidder's bond has been locked since its bid, so it need not be live any more.
    function awardWindow(Market storage m, Order calldata order) external {
        (bytes32 id, Job storage job) = m.find(order);
        job.requireState(id, State.Window);
        if (block.timestamp < job.windowClosesAt) revert ITaskMarket.TooEarly(id, job.windowClosesAt);
        MarketStore.requireNotAfter(id, job.deadline);
        _beginAttempt(m, id, job, order);
    }

    function replace(
        Market storage m,
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        address approver,
        bytes calldata approverSignature
    ) external {
        (bytes32 id, Job storage job) = m.find(order);
        bool holdsNode = job.state == State.Awarded || job.state == State.Running;
        if (!holdsNode && job.state != State.HandedBack) revert ITaskMarket.WrongState(id, job.state);
        MarketStore.requireNotAfter(id, job.deadline);
        if (job.attempt >= MAX_ATTEMPTS) revert ITaskMarket.TooManyAttempts(id, job.attempt);
        // A customer who wants to be rid of a node that runs cancels, and pays its time: replacing it would cost him nothing.
        bool byCustomer = approver == order.customer && job.state != State.Running;
        if (approver != order.auctioneer && !byCustomer) revert ITaskMarket.NotApprover(approver);
        MarketStore.requireSigned(approver, Messages.hash(nodeBid), approverSignature);
        if (holdsNode) m.freeNode(job);
        _admit(m, id, order, nodeBid, nodeSignature, job.attempt + 1, block.timestamp);
        emit ITaskMarket.Replaced(id, job.attempt, job.node);
        _record(m, job, order, nodeBid);
        _beginAttempt(m, id, job, order);
    }

    function _submit(Market storage m, bytes32 id, Order calldata order, bytes calldata signature) private {
        if (block.timestamp > order.submitBy) revert ITaskMarket.TooLate(id, order.submitBy);
        MarketBounds.checkOrder(order);
        if (m.nonceUsed[order.customer][order.nonce]) revert ITaskMarket.NonceUsed(order.customer, order.nonce);
        MarketStore.requireSigned(order.customer, Messages.hash(order), signature);
        m.nonceUsed[order.customer][order.nonce] = true;

        Parameters storage p = m.parameters[m.parametersVersion];
        uint256 locked = order.maxPrice + MarketStore.validationBudget(order, p) + MarketStore.depositFor(order, p);
        Job storage job = m.jobs[id];
        job.customer = order.customer;
        job.state = State.Open;
        job.parametersVersion = m.parametersVersion;
        job.submittedAt = uint40(block.timestamp);
        job.members = order.members;
        job.locked = uint128(locked);
        job.auctionBy = uint40(block.timestamp) + p.auctionSeconds;
        job.deadline = job.auctionBy + p.openSeconds;
        m.escrow.lock(order.customer, locked);
        emit ITaskMarket.Submitted(id, order.customer, order, locked);
    }

    function _awardInstantly(
        Market storage m,
        bytes32 id,
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) private {
        Job storage job = m.jobs[id];
        job.requireState(id, State.Open);
        MarketStore.requireNotAfter(id, job.deadline);
        MarketStore.requireSigned(order.auctioneer, Messages.hash(nodeBid), auctioneerSignature);
        _admit(m, id, order, nodeBid, nodeSignature, 1, block.timestamp);
        _record(m, job, order, nodeBid);
        _beginAttempt(m, id, job, order);
    }

    /// Everything that makes a bid acceptable but being the best.
    function _admit(
        Market storage m,
        bytes32 id,
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        uint8 attempt,
        uint256 neededUntil
    ) private view {
        if (nodeBid.order != id) revert ITaskMarket.WrongOrder(nodeBid.order, id);
        if (nodeBid.attempt != attempt) revert ITaskMarket.WrongAttempt(id, nodeBid.attempt, attempt);
        if (nodeBid.price > order.maxPrice) revert ITaskMarket.BidAboveMaxPrice(nodeBid.price, order.maxPrice);
        if (nodeBid.rate > nodeBid.price / order.softSeconds) {
            revert ITaskMarket.RateTooHigh(nodeBid.rate, nodeBid.price / order.softSeconds);
        }
        if (nodeBid.validUntil < neededUntil) revert ITaskMarket.BidLapses(nodeBid.validUntil, neededUntil);
        Node memory node = m.registry.nodeOf(nodeBid.node);
        if (!node.active || node.unbondAt != 0) revert ITaskMarket.NodeNotLive(nodeBid.node);
        if (node.gpuClass != order.gpuClass) {
            revert ITaskMarket.WrongClass(nodeBid.node, node.gpuClass, order.gpuClass);
        }
        if (node.owner == order.customer) revert ITaskMarket.OwnNode(nodeBid.node, order.customer);
        MarketStore.requireSigned(nodeBid.node, Messages.hash(nodeBid), nodeSignature);
    }

    /// Locks the bidder's bond: base x members, whatever the bid.
    function _record(Market storage m, Job storage job, Order calldata order, Bid calldata nodeBid) private {
        job.node = nodeBid.node;
        job.price = nodeBid.price;
        job.rate = nodeBid.rate;
        job.base = uint128(MarketStore.baseFor(order, nodeBid.price, m.parametersOf(job).floorRate));
        m.registry.lockBond(nodeBid.node, job.bondOf());
    }

    function _beginAttempt(Market storage m, bytes32 id, Job storage job, Order calldata order) private {
        _requireOtherOwners(m, job, order);
        Parameters storage p = m.parametersOf(job);
        uint40 time = uint40(block.timestamp);
        job.state = State.Awarded;
        ++job.attempt;
        job.awardedAt = time;
        job.startedAt = 0;
        job.hardDeadline = time + order.hardSeconds;
        job.startBy = p.startSeconds < order.hardSeconds ? time + p.startSeconds : job.hardDeadline;
        job.deadline = job.startBy + p.replaceSeconds;
        job.tickets = uint32(m.registry.ticketCount(order.gpuClass));
        emit ITaskMarket.Awarded(
            id,
            job.attempt,
            job.node,
            job.price,
            job.rate,
            job.base,
            job.startBy,
            time + order.softSeconds,
            job.hardDeadline
        );
    }

    /// A committee must be possible: owners with live nodes in the class, without the node's owner and the customer.
    function _requireOtherOwners(Market storage m, Job storage job, Order calldata order) private view {
        address nodeOwner = m.registry.ownerOf(job.node);
        uint256 found = m.registry.liveOwners(order.gpuClass);
        if (m.registry.liveNodesOf(nodeOwner, order.gpuClass) > 0) --found;
        if (m.registry.liveNodesOf(order.customer, order.gpuClass) > 0) --found;
        if (found < order.members) revert ITaskMarket.TooFewOwners(order.gpuClass, found, order.members);
    }
}

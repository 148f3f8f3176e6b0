// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bid, Node, Order, Parameters, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CheckRate} from "../rules/CheckRate.sol";
import {CommitteeSize} from "../rules/CommitteeSize.sol";
import {MarketBounds} from "../rules/MarketBounds.sol";
import {Market, MarketStore, StoredJob} from "./MarketStore.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";

/// From the order to an awarded node: submit, instant award, open window, replacement.
library Auction {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    uint256 internal constant MAX_ATTEMPTS = 4;
    uint256 private constant WINDOW_GRACE = MarketStore.WINDOW_GRACE;

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
        (bytes32 id, StoredJob storage job) = m.find(order);
        if (job.state == State.Open) {
            uint256 auctionBy = m.auctionBy(job);
            if (block.timestamp < auctionBy) revert ITaskMarket.TooEarly(id, auctionBy);
            MarketStore.requireNotAfter(id, job.deadline);
            uint40 closesAt = uint40(block.timestamp) + m.parametersOf(job).windowSeconds;
            _admit(m, id, order, nodeBid, nodeSignature, 1, closesAt + WINDOW_GRACE);
            job.state = State.Window;
            job.deadline = closesAt + uint40(WINDOW_GRACE);
            emit ITaskMarket.WindowOpened(id, closesAt);
        } else {
            job.requireState(id, State.Window);
            uint256 closesAt = job.windowClosesAt();
            if (block.timestamp >= closesAt) revert ITaskMarket.TooLate(id, closesAt);
            // Strictly lower too, or two bids of zero would push each other out.
            uint256 atMost = uint256(job.price) * 9_900 / 10_000;
            if (nodeBid.price > atMost || nodeBid.price >= job.price) {
                revert ITaskMarket.BidNotLower(nodeBid.price, atMost);
            }
            _admit(m, id, order, nodeBid, nodeSignature, 1, job.deadline);
            m.freeNode(job);
        }
        _record(m, job, order, nodeBid);
        emit ITaskMarket.BidRecorded(id, nodeBid.node, nodeBid.price);
    }

    /// The best bidder's bond has been locked since its bid, so it need not be live any more.
    function awardWindow(Market storage m, Order calldata order) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        job.requireState(id, State.Window);
        if (block.timestamp < job.windowClosesAt()) revert ITaskMarket.TooEarly(id, job.windowClosesAt());
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
        (bytes32 id, StoredJob storage job) = m.find(order);
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
        if (!_useNonce(m, order.customer, order.nonce)) revert ITaskMarket.NonceUsed(order.customer, order.nonce);
        MarketStore.requireSigned(order.customer, Messages.hash(order), signature);

        Parameters storage p = m.parameters[m.parametersVersion];
        uint256 locked = order.maxPrice + MarketStore.validationBudget(order, p) + MarketStore.depositFor(order, p);
        StoredJob storage job = m.jobs[id];
        job.customer = order.customer;
        job.state = State.Open;
        job.parametersVersion = m.parametersVersion;
        job.members = order.members;
        job.locked = uint96(locked);
        job.deadline = uint40(block.timestamp) + p.auctionSeconds + p.openSeconds;
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
        StoredJob storage job = m.jobs[id];
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

    /// Locks the bidder's bond, whatever the bid: base x 1/p, or where that is not free, what a certain check needs.
    function _record(Market storage m, StoredJob storage job, Order calldata order, Bid calldata nodeBid) private {
        Parameters storage p = m.parametersOf(job);
        uint256 base = MarketStore.baseFor(order, nodeBid.price, p.floorRate);
        uint256 seats = CommitteeSize.mostPaid(order.members);
        uint256 bps =
            CheckRate.checkBps(m.records[nodeBid.node], order.validation == Messages.ALWAYS, base, p.pFloorBps);
        if (bps < CheckRate.CERTAIN) {
            if (m.registry.freeBond(nodeBid.node) < base * CheckRate.stakes(bps, seats)) bps = CheckRate.CERTAIN;
        }
        uint256 bond = base * CheckRate.stakes(bps, seats);
        job.node = nodeBid.node;
        job.checkBps = uint16(bps);
        job.price = uint96(nodeBid.price);
        job.base = uint96(base);
        job.rate = uint96(nodeBid.rate);
        job.bond = uint96(bond);
        m.registry.lockBond(nodeBid.node, uint128(bond));
    }

    function _beginAttempt(Market storage m, bytes32 id, StoredJob storage job, Order calldata order) private {
        _requireOtherOwners(m, job, order);
        Parameters storage p = m.parametersOf(job);
        uint40 time = uint40(block.timestamp);
        uint24 startSeconds = uint24(p.startSeconds < order.hardSeconds ? p.startSeconds : order.hardSeconds);
        job.state = State.Awarded;
        ++job.attempt;
        job.awardedAt = time;
        job.startSeconds = startSeconds;
        job.hardSeconds = uint24(order.hardSeconds);
        job.startedAt = 0;
        job.deadline = time + startSeconds + p.replaceSeconds;
        job.tickets = uint32(m.registry.ticketCount(order.gpuClass));
        emit ITaskMarket.Awarded(
            id,
            job.attempt,
            job.node,
            job.price,
            job.rate,
            job.base,
            job.bond,
            job.checkBps,
            time + startSeconds,
            time + order.softSeconds,
            time + order.hardSeconds
        );
    }

    /// False when it was used or revoked before. Nonces in sequence share a slot.
    function _useNonce(Market storage m, address customer, uint256 nonce) private returns (bool) {
        uint256 word = m.nonceBits[customer][nonce >> 8];
        uint256 bit = 1 << (nonce & 0xff);
        if (word & bit != 0) return false;
        m.nonceBits[customer][nonce >> 8] = word | bit;
        return true;
    }

    /// A committee must be possible: owners with live nodes in the class, without the node's owner and the customer.
    function _requireOtherOwners(Market storage m, StoredJob storage job, Order calldata order) private view {
        address nodeOwner = m.registry.ownerOf(job.node);
        uint256 found = m.registry.liveOwners(order.gpuClass);
        if (m.registry.liveNodesOf(nodeOwner, order.gpuClass) > 0) --found;
        if (m.registry.liveNodesOf(order.customer, order.gpuClass) > 0) --found;
        if (found < order.members) revert ITaskMarket.TooFewOwners(order.gpuClass, found, order.members);
    }
}

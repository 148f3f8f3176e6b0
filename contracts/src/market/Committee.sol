// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, Opening, Order, Parameters, RevealMessage, SealMessage, Seat, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CommitteeDraw} from "../rules/CommitteeDraw.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Market, MarketStore} from "./MarketStore.sol";
import {Settling} from "./Settling.sol";

/// From the result to the last reveal: draw, seal, open, reveal.
///
/// Seals come before the node's opening, so a member seals what it computed and not what it copied. The opening is taken
/// until `openBy` and members reveal without one only after that: whoever holds an opening back can make a job end
/// without quorum, but can never make members speak against a node whose output they could not see.
library Committee {
    using MarketStore for Market;
    using MarketStore for Job;

    function draw(Market storage m, Order calldata order) external returns (address[] memory members) {
        (bytes32 id, Job storage job) = m.find(order);
        job.requireState(id, State.Resulted);
        if (block.number <= job.seedBlock) revert ITaskMarket.SeedNotReady(id, job.seedBlock);
        bytes32 seed = blockhash(job.seedBlock);
        if (seed == 0) {
            // The hash is out of reach. The job is checked for certain, by a committee from a later block.
            job.seedBlock = uint40(block.number) + 1;
            emit ITaskMarket.SeedAgedOut(id, job.seedBlock);
            return members;
        }
        Parameters storage p = m.parametersOf(job);
        uint256 fine = Settling.fineOf(job, p);
        members = CommitteeDraw.pick(
            m.registry,
            CommitteeDraw.Lot({
                seed: keccak256(abi.encode(seed, id)),
                gpuClass: order.gpuClass,
                tickets: job.tickets,
                members: order.members,
                nodeOwner: m.registry.ownerOf(job.node),
                customer: order.customer,
                fine: fine
            })
        );
        if (members.length == 0) revert ITaskMarket.NobodyToDraw(id);
        for (uint256 i; i < members.length; ++i) {
            m.seats[id].push().member = members[i];
            if (fine > 0) m.registry.lockBond(members[i], uint128(fine));
        }
        job.state = State.Checking;
        job.seats = uint8(members.length);
        job.sealBy = uint40(block.timestamp) + order.timeout + p.sealMarginSeconds;
        job.openBy = job.sealBy + p.revealSeconds;
        job.deadline = job.openBy + p.revealSeconds;
        emit ITaskMarket.CommitteeDrawn(id, job.attempt, members, job.sealBy, job.deadline);
    }

    function seal(Market storage m, SealMessage[] calldata seals, bytes[] calldata signatures) external {
        if (seals.length != signatures.length) revert ITaskMarket.LengthMismatch(seals.length, signatures.length);
        for (uint256 i; i < seals.length; ++i) {
            _seal(m, seals[i], signatures[i]);
        }
    }

    function reveal(
        Market storage m,
        Order calldata order,
        Opening calldata opening,
        RevealMessage[] calldata reveals,
        bytes[] calldata signatures
    ) external {
        if (reveals.length != signatures.length) {
            revert ITaskMarket.LengthMismatch(reveals.length, signatures.length);
        }
        (bytes32 id, Job storage job) = m.find(order);
        job.requireState(id, State.Checking);
        MarketStore.requireNotAfter(id, job.deadline);
        if (job.sealedSeats < job.seats && block.timestamp <= job.sealBy) {
            revert ITaskMarket.TooEarly(id, uint256(job.sealBy) + 1);
        }
        if (job.nodeOutcome == 0 && opening.outcome != 0) _open(id, job, opening);
        if (job.nodeOutcome == 0 && block.timestamp <= job.openBy) revert ITaskMarket.NotOpened(id);
        for (uint256 i; i < reveals.length; ++i) {
            _reveal(m, id, job, reveals[i], signatures[i]);
        }
        if (job.sealedSeats > 0 && job.revealedSeats == job.sealedSeats) Settling.close(m, id, job, order);
    }

    /// By anyone: after the reveal deadline, after sealBy when nobody sealed, or after the draw deadline without a draw.
    /// (The last reveal settles by itself.)
    function settle(Market storage m, Order calldata order) external {
        (bytes32 id, Job storage job) = m.find(order);
        if (job.state != State.Resulted) job.requireState(id, State.Checking);
        bool unsealed = job.state == State.Checking && job.sealedSeats == 0;
        uint256 until = unsealed ? job.sealBy : job.deadline;
        if (block.timestamp <= until) revert ITaskMarket.TooEarly(id, until + 1);
        Settling.close(m, id, job, order);
    }

    function _seal(Market storage m, SealMessage calldata message, bytes calldata signature) private {
        bytes32 id = message.order;
        Job storage job = m.known(id);
        job.requireState(id, State.Checking);
        if (message.attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, message.attempt, job.attempt);
        MarketStore.requireNotAfter(id, job.sealBy);
        Seat storage seat = _seatOf(m, id, message.member);
        if (seat.seal != 0) return;
        if (message.seal == 0) revert ITaskMarket.NotSealed(id, message.member);
        MarketStore.requireSigned(message.member, Messages.hash(message), signature);
        seat.seal = message.seal;
        ++job.sealedSeats;
        emit ITaskMarket.Sealed(id, message.attempt, message.member, message.seal);
    }

    function _open(bytes32 id, Job storage job, Opening calldata opening) private {
        MarketStore.requireNotAfter(id, job.openBy);
        if (opening.outcome > Messages.TIMEOUT) revert ITaskMarket.OutcomeInvalid(opening.outcome);
        bytes32 computed = Messages.commitment(id, job.attempt, job.node, opening);
        if (computed != job.commitment) revert ITaskMarket.CommitmentMismatch(id, job.commitment, computed);
        job.nodeOutcome = opening.outcome;
        job.nodeOutputHash = opening.outputHash;
        job.nodeSeconds = opening.secondsUsed;
        emit ITaskMarket.Opened(id, job.attempt, opening);
    }

    /// Reveals already recorded are skipped, so that a batch survives one of them being carried before it.
    function _reveal(
        Market storage m,
        bytes32 id,
        Job storage job,
        RevealMessage calldata message,
        bytes calldata signature
    ) private {
        if (message.order != id) revert ITaskMarket.WrongOrder(message.order, id);
        if (message.attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, message.attempt, job.attempt);
        Seat storage seat = _seatOf(m, id, message.member);
        if (seat.outcome != 0) return;
        if (seat.seal == 0) revert ITaskMarket.NotSealed(id, message.member);
        if (message.outcome == 0 || message.outcome > Messages.NO_DATA) {
            revert ITaskMarket.OutcomeInvalid(message.outcome);
        }
        bytes32 computed = Messages.sealOf(message);
        if (computed != seat.seal) revert ITaskMarket.SealMismatch(id, message.member, seat.seal, computed);
        MarketStore.requireSigned(message.member, Messages.hash(message), signature);
        seat.outcome = message.outcome;
        seat.outputHash = message.outputHash;
        seat.secondsUsed = message.secondsUsed;
        seat.agrees = message.agrees;
        ++job.revealedSeats;
        emit ITaskMarket.Revealed(
            id,
            message.attempt,
            message.member,
            message.outcome,
            message.outputHash,
            message.secondsUsed,
            message.agrees
        );
    }

    function _seatOf(Market storage m, bytes32 id, address member) private view returns (Seat storage) {
        Seat[] storage seats = m.seats[id];
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i].member == member) return seats[i];
        }
        revert ITaskMarket.NotMember(id, member);
    }
}

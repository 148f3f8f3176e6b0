// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Opening, Order, Parameters, RevealMessage, SealMessage, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CheckRate} from "../rules/CheckRate.sol";
import {CommitteeDraw} from "../rules/CommitteeDraw.sol";
import {CommitteeSize} from "../rules/CommitteeSize.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Market, MarketStore, StoredJob, StoredSeat} from "./MarketStore.sol";
import {Openings} from "./Openings.sol";

/// From a result to the last reveal of a round: draw, seal, open, reveal. Rounds are the first committee, its enlargement and
/// the appeal's; each has its own draw and deadlines.
///
/// Seals come before the node's opening, so a member seals what it computed and not what it copied. The opening is taken
/// until `openBy` and members reveal without one only after that: whoever holds an opening back can never make members
/// speak against a node whose output they could not see.
library Committee {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    /// What a round's draw is about.
    struct Round {
        uint256 from;
        uint256 wanted;
        uint256 least;
        address[] seated;
    }

    function draw(Market storage m, Order calldata order) external returns (address[] memory members) {
        (bytes32 id, StoredJob storage job) = m.find(order);
        State state = job.state;
        if (state != State.Resulted && state != State.Enlarging && state != State.Appealed) {
            revert ITaskMarket.WrongState(id, state);
        }
        if (block.number <= job.seedBlock) revert ITaskMarket.SeedNotReady(id, job.seedBlock);
        bytes32 seed = blockhash(job.seedBlock);
        if (seed == 0) {
            // The hash is out of reach. A later block decides, and who waited for that is checked for certain.
            job.seedBlock = uint40(block.number) + 1;
            if (state == State.Resulted) job.checkBps = uint16(CheckRate.CERTAIN);
            emit ITaskMarket.SeedAgedOut(id, job.seedBlock);
            return members;
        }
        if (state == State.Resulted && _leftUnchecked(m, id, job, seed)) return members;

        Round memory round = _roundOf(m, id, job, state);
        uint256 fine = job.fineOf(m.parametersOf(job));
        members = CommitteeDraw.pick(
            m.registry,
            CommitteeDraw.Lot({
                seed: keccak256(abi.encode(seed, id)),
                gpuClass: order.gpuClass,
                tickets: job.tickets,
                members: round.wanted,
                least: state == State.Appealed ? round.least : 0,
                nodeOwner: m.registry.ownerOf(job.node),
                customer: order.customer,
                fine: fine,
                seated: round.seated
            })
        );
        if (members.length == 0) revert ITaskMarket.NobodyToDraw(id);
        if (members.length < round.least) revert ITaskMarket.TooFewToDraw(id, members.length, round.least);
        _seat(m, id, job, round.from, members, order.timeout);
        for (uint256 i; i < members.length; ++i) {
            if (fine > 0) m.registry.lockBond(members[i], uint128(fine));
        }
    }

    function seal(Market storage m, SealMessage[] calldata seals, bytes[] calldata signatures) external {
        if (seals.length != signatures.length) revert ITaskMarket.LengthMismatch(seals.length, signatures.length);
        for (uint256 i; i < seals.length; ++i) {
            _seal(m, seals[i], signatures[i]);
        }
    }

    /// True when nothing more can come, so that the round is to be closed.
    function reveal(
        Market storage m,
        Order calldata order,
        Opening calldata opening,
        RevealMessage[] calldata reveals,
        bytes[] calldata signatures
    ) external returns (bool isComplete) {
        if (reveals.length != signatures.length) {
            revert ITaskMarket.LengthMismatch(reveals.length, signatures.length);
        }
        (bytes32 id, StoredJob storage job) = m.find(order);
        if (job.state == State.Unchecked) {
            _showUnchecked(m, id, job, opening, reveals.length);
            return true;
        }
        job.requireState(id, State.Checking);
        MarketStore.requireNotAfter(id, job.deadline);
        uint256 sealBy = m.sealBy(job);
        if (job.roundFrom + job.sealedSeats < job.roundEnd() && block.timestamp <= sealBy) {
            revert ITaskMarket.TooEarly(id, sealBy + 1);
        }
        if (job.nodeOutcome == 0) {
            uint256 openBy = m.openBy(job);
            if (opening.outcome != 0) {
                MarketStore.requireNotAfter(id, openBy);
                Openings.open(id, job, opening);
            } else if (block.timestamp <= openBy) {
                revert ITaskMarket.NotOpened(id);
            }
        }
        for (uint256 i; i < reveals.length; ++i) {
            _reveal(m, id, job, reveals[i], signatures[i]);
        }
        return job.sealedSeats > 0 && job.revealedSeats == job.sealedSeats;
    }

    /// Rolls whether the result is checked. If not, the customer may still challenge it.
    function _leftUnchecked(Market storage m, bytes32 id, StoredJob storage job, bytes32 seed) private returns (bool) {
        uint256 bps = job.checkBps;
        if (bps >= CheckRate.CERTAIN) return false;
        if (uint256(keccak256(abi.encode(seed, id, "check"))) % CheckRate.CERTAIN < bps) return false;
        Parameters storage p = m.parametersOf(job);
        uint40 challengeBy = uint40(block.timestamp) + p.challengeSeconds;
        job.state = State.Unchecked;
        job.deadline = challengeBy + p.revealSeconds;
        emit ITaskMarket.LeftUnchecked(id, job.attempt, challengeBy);
        return true;
    }

    /// After the challenge window alone: the members of a challenge could copy what it shows.
    function _showUnchecked(
        Market storage m,
        bytes32 id,
        StoredJob storage job,
        Opening calldata opening,
        uint256 reveals
    ) private {
        if (reveals != 0) revert ITaskMarket.WrongState(id, State.Unchecked);
        uint256 challengeBy = m.openBy(job);
        if (block.timestamp <= challengeBy) revert ITaskMarket.TooEarly(id, challengeBy + 1);
        Openings.open(id, job, opening);
    }

    function _roundOf(Market storage m, bytes32 id, StoredJob storage job, State state)
        private
        view
        returns (Round memory round)
    {
        uint256 members = job.members;
        if (state == State.Resulted) {
            (round.wanted, round.least) = (members, 1);
            return round;
        }
        uint256 seats = job.seats;
        round.seated = new address[](seats);
        for (uint256 i; i < seats; ++i) {
            round.seated[i] = m.registry.ownerOf(m.seats[id][i].member);
        }
        if (state == State.Enlarging) {
            (round.from, round.wanted, round.least) = (seats, CommitteeSize.enlarged(members) - seats, 1);
        } else {
            round.from = MarketStore.APPEAL_FROM;
            round.wanted = CommitteeSize.ofAppeal(members, job.firstSeats != 0);
            round.least = CommitteeSize.leastOfAppeal(members);
        }
    }

    function _seat(
        Market storage m,
        bytes32 id,
        StoredJob storage job,
        uint256 from,
        address[] memory members,
        uint32 timeout
    ) private {
        for (uint256 i; i < members.length; ++i) {
            m.seats[id][from + i].member = members[i];
        }
        Parameters storage p = m.parametersOf(job);
        uint40 sealBy = uint40(block.timestamp) + timeout + p.sealMarginSeconds;
        job.state = State.Checking;
        job.roundFrom = uint8(from);
        if (from == MarketStore.APPEAL_FROM) job.appealSeats = uint8(members.length);
        else job.seats = uint8(from + members.length);
        (job.sealedSeats, job.revealedSeats) = (0, 0);
        job.deadline = sealBy + 2 * p.revealSeconds;
        emit ITaskMarket.CommitteeDrawn(id, job.attempt, uint8(from), members, sealBy, job.deadline);
    }

    function _seal(Market storage m, SealMessage calldata message, bytes calldata signature) private {
        bytes32 id = message.order;
        StoredJob storage job = m.known(id);
        job.requireState(id, State.Checking);
        if (message.attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, message.attempt, job.attempt);
        MarketStore.requireNotAfter(id, m.sealBy(job));
        StoredSeat storage seat = _seatOf(m, id, job, message.member);
        // A revealed output may be 0: the outcome alone says that this seat spoke already.
        if (seat.found != 0 || seat.outcome != 0) return;
        if (message.seal == 0) revert ITaskMarket.NotSealed(id, message.member);
        MarketStore.requireSigned(message.member, Messages.hash(message), signature);
        seat.found = message.seal;
        ++job.sealedSeats;
        emit ITaskMarket.Sealed(id, message.attempt, message.member, message.seal);
    }

    /// Reveals already recorded are skipped, so that a batch survives one of them being carried before it.
    function _reveal(
        Market storage m,
        bytes32 id,
        StoredJob storage job,
        RevealMessage calldata message,
        bytes calldata signature
    ) private {
        if (message.order != id) revert ITaskMarket.WrongOrder(message.order, id);
        if (message.attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, message.attempt, job.attempt);
        StoredSeat storage seat = _seatOf(m, id, job, message.member);
        if (seat.outcome != 0) return;
        if (seat.found == 0) revert ITaskMarket.NotSealed(id, message.member);
        if (message.outcome == 0 || message.outcome > Messages.NO_DATA) {
            revert ITaskMarket.OutcomeInvalid(message.outcome);
        }
        bytes32 computed = Messages.sealOf(message);
        if (computed != seat.found) revert ITaskMarket.SealMismatch(id, message.member, seat.found, computed);
        MarketStore.requireSigned(message.member, Messages.hash(message), signature);
        seat.outcome = message.outcome;
        seat.secondsUsed = message.secondsUsed;
        seat.agrees = message.agrees;
        seat.found = message.outputHash;
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

    /// A seat of the present round: earlier rounds are over.
    function _seatOf(Market storage m, bytes32 id, StoredJob storage job, address member)
        private
        view
        returns (StoredSeat storage)
    {
        uint256 end = job.roundEnd();
        for (uint256 i = job.roundFrom; i < end; ++i) {
            if (m.seats[id][i].member == member) return m.seats[id][i];
        }
        revert ITaskMarket.NotMember(id, member);
    }
}

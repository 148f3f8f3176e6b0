// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Opening, Order, Record, Seat, Settlement, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CheckRate} from "../rules/CheckRate.sol";
import {CommitteeSize} from "../rules/CommitteeSize.sol";
import {PayFunction} from "../rules/PayFunction.sol";
import {Verdict} from "../rules/Verdict.sol";
import {Market, MarketStore, StoredJob} from "./MarketStore.sol";

/// From a round's verdict to the end of the job by the outcome table. The state is set before money moves.
library Settling {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    /// Who pays members: the customer's lock, the node's bond, or what the appellant locked.
    enum Pot {
        Customer,
        Bond,
        Appellant
    }

    /// Members that are paid, and by whom.
    struct Share {
        Seat[] seats;
        uint256 paid;
        Pot pot;
    }

    /// How a job ends.
    struct End {
        Settlement settlement;
        Share first;
        Share appeal;
        /// 0 without an appeal.
        address appellant;
        uint256 appealLock;
    }

    struct Bill {
        uint256 nodePay;
        uint256 fee;
        uint256 slashed;
        uint256 refund;
        /// By pot.
        uint256[3] membersPaid;
    }

    /// Closes what reveal found complete: a round, or the showing of an unchecked result.
    function close(Market storage m, Order calldata order, Opening calldata opening) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        if (job.state == State.Unchecked) _payUnchecked(m, id, job, order, opening.secondsUsed);
        else _closeRound(m, id, job, order);
    }

    /// By anyone, after the deadline of the present state (a round that nobody sealed: after sealBy).
    function settle(Market storage m, Order calldata order) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        State state = job.state;
        if (state < State.Resulted || state >= State.Settled) revert ITaskMarket.WrongState(id, state);
        bool unsealed = state == State.Checking && job.sealedSeats == 0;
        uint256 until = unsealed ? m.sealBy(job) : job.deadline;
        if (block.timestamp <= until) revert ITaskMarket.TooEarly(id, until + 1);
        if (state == State.Unchecked) return _payUnchecked(m, id, job, order, 0);
        if (state == State.Checking) return _closeRound(m, id, job, order);

        End memory end;
        if (state == State.Judged || state == State.Appealed) {
            // Not appealed, or nobody could be drawn: the first verdict stands.
            end.settlement = job.settlement;
            end.first = Share(m.seatsOf(id, job), job.paidMask, _potOf(job.settlement));
            if (state == State.Appealed) (end.appellant, end.appealLock) = (m.appellantOf(job), job.appealLock());
        } else {
            // Nobody was drawn, or nobody more.
            Seat[] memory seats = m.seatsOf(id, job);
            end.settlement = Settlement.NoQuorum;
            end.first = Share(seats, Verdict.revealedMask(seats), Pot.Customer);
        }
        _finish(m, id, job, order, end);
    }

    function _closeRound(Market storage m, bytes32 id, StoredJob storage job, Order calldata order) private {
        if (job.roundFrom == MarketStore.APPEAL_FROM) return _closeAppeal(m, id, job, order);
        Seat[] memory seats = m.seatsOf(id, job);
        (Settlement settlement, uint256 paid) = _firstVerdict(m, id, job, order, seats);
        _release(m, id, job, seats, job.roundFrom);
        bool isNodesSilence = job.nodeOutcome == 0 && job.sealedSeats > 0;
        if (settlement == Settlement.NoQuorum && job.firstSeats == 0 && !isNodesSilence) {
            job.state = State.Enlarging;
            job.firstSeats = job.seats;
            job.seedBlock = uint40(block.number) + 1;
            job.deadline = uint40(block.timestamp) + m.parametersOf(job).drawSeconds;
            emit ITaskMarket.Enlarged(id, job.attempt, job.seedBlock);
        } else if (_takesMoney(settlement)) {
            job.state = State.Judged;
            job.settlement = settlement;
            job.paidMask = uint16(paid);
            job.deadline = uint40(block.timestamp) + m.parametersOf(job).appealSeconds;
            emit ITaskMarket.Judged(id, job.attempt, uint8(settlement), job.deadline);
        } else {
            End memory end;
            end.settlement = settlement;
            end.first = Share(seats, paid, Pot.Customer);
            _finish(m, id, job, order, end);
        }
    }

    /// A canary's expected output decides alone; else the committee does.
    function _firstVerdict(
        Market storage m,
        bytes32 id,
        StoredJob storage job,
        Order calldata order,
        Seat[] memory seats
    ) private view returns (Settlement, uint256 paid) {
        if (!job.canaryOpened || job.nodeOutcome == 0) return Verdict.decide(_question(job, order, seats.length), seats);
        bytes32 expected = m.canaries[id];
        for (uint256 i; i < seats.length; ++i) {
            if (_found(seats[i], expected)) paid |= 1 << i;
        }
        bool isRight = job.nodeOutcome == Messages.SUCCESS && job.result == expected;
        return (isRight ? Settlement.Correct : Settlement.Wrong, paid);
    }

    /// The appeal's verdict is final. Members of the first committee are paid when their word fits it.
    function _closeAppeal(Market storage m, bytes32 id, StoredJob storage job, Order calldata order) private {
        Seat[] memory seats = m.seatsOf(id, job);
        Seat[] memory appealSeats =
            m.seatsBetween(id, MarketStore.APPEAL_FROM, MarketStore.APPEAL_FROM + job.appealSeats);
        Verdict.Question memory q = _question(job, order, appealSeats.length);
        (q.members, q.firstSeats) = (appealSeats.length, appealSeats.length);
        (Settlement settlement, uint256 appealPaid) = Verdict.decide(q, appealSeats);
        _release(m, id, job, appealSeats, 0);

        Settlement before = job.settlement;
        bool stands = settlement == before;
        bool unopened = before == Settlement.Unopened;
        End memory end;
        end.settlement = settlement;
        (end.appellant, end.appealLock) = (m.appellantOf(job), job.appealLock());
        end.first = Share(seats, job.paidMask, unopened ? Pot.Bond : _potOf(settlement));
        if (!stands && !unopened) {
            q.firstSeats = job.firstSeats == 0 ? seats.length : job.firstSeats;
            uint256 fitting = job.canaryOpened ? 0 : Verdict.confirming(q, seats, settlement);
            // Who spoke for the overturned verdict spoke against this one; without a quorum nobody did.
            end.first.paid = settlement == Settlement.NoQuorum ? fitting : fitting & ~uint256(job.paidMask);
        }
        bool byAppellant = stands || unopened || settlement == Settlement.NoQuorum;
        end.appeal = Share(appealSeats, appealPaid, byAppellant ? Pot.Appellant : _potOf(settlement));
        _finish(m, id, job, order, end);
    }

    function _payUnchecked(
        Market storage m,
        bytes32 id,
        StoredJob storage job,
        Order calldata order,
        uint256 secondsUsed
    ) private {
        uint256 gross = _fullPay(job, order);
        if (job.nodeOutcome > Messages.SUCCESS) {
            uint256 time = job.timePay(secondsUsed);
            if (time < gross) gross = time;
        }
        job.state = State.Settled;
        job.settlement = Settlement.Unchecked;
        (uint256 nodePay, uint256 fee) = m.payNode(job, gross);
        m.freeNode(job);
        uint256 refund = job.locked - gross;
        m.escrow.release(job.customer, refund);
        emit ITaskMarket.Settled(id, job.attempt, uint8(Settlement.Unchecked), nodePay, fee, 0, refund, 0);
    }

    /// All money of a job that was to be checked: one row of the table.
    function _finish(Market storage m, bytes32 id, StoredJob storage job, Order calldata order, End memory end)
        private
    {
        job.state = State.Settled;
        job.settlement = end.settlement;

        Bill memory bill;
        (bill.nodePay, bill.fee) = m.payNode(job, _gross(job, order, end));
        bill.membersPaid[uint256(end.first.pot)] += _count(end.first.paid) * job.base;
        bill.membersPaid[uint256(end.appeal.pot)] += _count(end.appeal.paid) * job.base;
        _takeBond(m, job, order.validation, end.settlement, bill);
        _payMembers(m, id, job, end.first, end.appellant);
        _payMembers(m, id, job, end.appeal, end.appellant);
        bill.refund = job.locked - bill.nodePay - bill.fee - bill.membersPaid[uint256(Pot.Customer)];
        if (end.settlement == Settlement.Malicious) {
            uint256 deposit = MarketStore.depositFor(order, m.parametersOf(job));
            bill.slashed += deposit;
            bill.refund -= deposit;
            if (deposit > 0) m.escrow.pay(job.customer, m.treasury, deposit);
        }
        m.escrow.release(job.customer, bill.refund);
        if (end.appellant != address(0)) {
            uint256 paid = bill.membersPaid[uint256(Pot.Appellant)];
            m.escrow.release(end.appellant, end.appealLock - paid);
            emit ITaskMarket.AppealClosed(id, end.appellant, paid, end.appealLock - paid);
        }
        _remember(m, job, end, order.timeout, bill);
        emit ITaskMarket.Settled(
            id,
            job.attempt,
            uint8(end.settlement),
            bill.nodePay,
            bill.fee,
            bill.membersPaid[0] + bill.membersPaid[1] + bill.membersPaid[2],
            bill.refund,
            bill.slashed
        );
    }

    /// Slashes the whole bond of a wrong result, what members get of an unopened one, else nothing; frees the rest. Where a record
    /// may spare checks an unopened result costs the whole bond too, or a node that cheats would rather be silent.
    function _takeBond(
        Market storage m,
        StoredJob storage job,
        uint8 validation,
        Settlement settlement,
        Bill memory bill
    ) private {
        uint256 forMembers = bill.membersPaid[uint256(Pot.Bond)];
        bool whole = settlement == Settlement.Wrong
            || (settlement == Settlement.Unopened && validation == Messages.BY_RECORD);
        uint256 taken = whole ? job.bond : forMembers;
        bill.slashed = taken;
        if (taken > 0) m.registry.slash(job.node, uint128(taken));
        if (taken < job.bond) m.registry.unlockBond(job.node, uint128(job.bond - taken));
        if (taken > forMembers) m.escrow.credit(m.treasury, taken - forMembers);
    }

    function _payMembers(Market storage m, bytes32 id, StoredJob storage job, Share memory share, address appellant)
        private
    {
        uint256 base = job.base;
        for (uint256 i; i < share.seats.length; ++i) {
            if (share.paid & (1 << i) == 0) continue;
            address owner = m.registry.ownerOf(share.seats[i].member);
            if (share.pot == Pot.Bond) m.escrow.credit(owner, base);
            else m.escrow.pay(share.pot == Pot.Customer ? job.customer : appellant, owner, base);
            emit ITaskMarket.MemberPaid(id, share.seats[i].member, base);
        }
    }

    /// The duty of a round's seats ends with it: bonds are freed, the silent (and those that missed a canary) fined.
    function _release(Market storage m, bytes32 id, StoredJob storage job, Seat[] memory seats, uint256 from) private {
        uint256 fine = job.fineOf(m.parametersOf(job));
        if (fine == 0) return;
        bool isCanary = job.canaryOpened && job.roundFrom != MarketStore.APPEAL_FROM && job.nodeOutcome != 0;
        bytes32 expected = m.canaries[id];
        for (uint256 i = from; i < seats.length; ++i) {
            Seat memory seat = seats[i];
            // Without an opening there was little to reveal for: then only a missing seal is silence.
            bool silent = seat.outcome == 0 && (seat.seal == 0 || job.nodeOutcome != 0);
            if (silent || (isCanary && !_found(seat, expected))) {
                m.slashToTreasury(seat.member, fine);
                emit ITaskMarket.MemberFined(id, seat.member, fine);
            } else {
                m.registry.unlockBond(seat.member, uint128(fine));
            }
        }
    }

    /// What the network learns from it: the node's record, and work for the providers' emission.
    function _remember(Market storage m, StoredJob storage job, End memory end, uint256 timeout, Bill memory bill)
        private
    {
        address node = job.node;
        if (end.settlement == Settlement.Wrong || end.settlement == Settlement.Unopened) {
            delete m.records[node];
            emit ITaskMarket.RecordChanged(node, 0, 0);
        }
        bool isCorrect = end.settlement == Settlement.Correct && job.seats >= job.members;
        if (isCorrect && m.countedWeek[node][job.customer] != block.timestamp / CheckRate.WEEK) {
            m.countedWeek[node][job.customer] = block.timestamp / CheckRate.WEEK;
            Record memory record = CheckRate.counted(m.records[node], job.base);
            m.records[node] = record;
            emit ITaskMarket.RecordChanged(node, record.value, record.steps);
        }
        // A reward is never worth a settlement: whatever the emission does, the money of the job moves. The caller cannot starve it
        // of gas, because what follows costs more than the 1/64 that would be left.
        if (address(m.emission) == address(0)) return;
        uint256 median = _medianSeconds(end, timeout);
        if (isCorrect) {
            uint256 others = bill.fee + bill.membersPaid[uint256(Pot.Customer)];
            uint64 units = _units(m, node, median);
            if (units > 0) try m.emission.recordJob(m.registry.ownerOf(node), units, uint96(others)) {} catch {}
        }
        _recordDuties(m, end.first, median);
        _recordDuties(m, end.appeal, median);
    }

    /// A member's own seconds, at most the median: more of them prove nothing.
    function _recordDuties(Market storage m, Share memory share, uint256 median) private {
        for (uint256 i; i < share.seats.length; ++i) {
            if (share.paid & (1 << i) == 0) continue;
            Seat memory seat = share.seats[i];
            uint64 units = _units(m, seat.member, seat.secondsUsed < median ? seat.secondsUsed : median);
            if (units > 0) try m.emission.recordDuty(m.registry.ownerOf(seat.member), units) {} catch {}
        }
    }

    function _units(Market storage m, address node, uint256 time) private view returns (uint64) {
        uint256 units = m.registry.powerOf(node) * time;
        return units < type(uint64).max ? uint64(units) : type(uint64).max;
    }

    /// What the node earns before the fee.
    function _gross(StoredJob storage job, Order calldata order, End memory end) private view returns (uint256) {
        Settlement s = end.settlement;
        if (s == Settlement.Correct) return _fullPay(job, order);
        if (s == Settlement.Wrong || s == Settlement.NoQuorum || s == Settlement.Unopened) return 0;
        return job.timePay(_medianSeconds(end, order.timeout));
    }

    function _fullPay(StoredJob storage job, Order calldata order) private view returns (uint256) {
        return PayFunction.payAt(
            job.price, order.softSeconds, order.hardSeconds, order.floorBps, job.resultAt - job.awardedAt
        );
    }

    /// Of the paid members who decided: the appeal's when there was one.
    function _medianSeconds(End memory end, uint256 timeout) private pure returns (uint256) {
        Share memory deciding = end.appeal.seats.length > 0 ? end.appeal : end.first;
        return Verdict.medianSeconds(deciding.seats, deciding.paid, timeout);
    }

    function _question(StoredJob storage job, Order calldata order, uint256 seats)
        private
        view
        returns (Verdict.Question memory)
    {
        return Verdict.Question({
            exact: order.comparison == Messages.EXACT,
            nodeOutcome: job.nodeOutcome,
            nodeOutputHash: job.result,
            members: job.firstSeats == 0 ? order.members : CommitteeSize.enlarged(order.members),
            firstSeats: job.firstSeats == 0 ? seats : job.firstSeats
        });
    }

    function _takesMoney(Settlement settlement) private pure returns (bool) {
        return settlement == Settlement.Wrong || settlement == Settlement.Malicious
            || settlement == Settlement.Unopened;
    }

    /// Whose fault it is pays the members.
    function _potOf(Settlement settlement) private pure returns (Pot) {
        return settlement == Settlement.Wrong || settlement == Settlement.Unopened ? Pot.Bond : Pot.Customer;
    }

    function _found(Seat memory seat, bytes32 expected) private pure returns (bool) {
        return seat.outcome == Messages.SUCCESS && seat.outputHash == expected;
    }

    function _count(uint256 mask) private pure returns (uint256 bits) {
        for (; mask != 0; mask &= mask - 1) {
            ++bits;
        }
    }
}

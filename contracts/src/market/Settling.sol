// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, Order, Parameters, Seat, Settlement, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {PayFunction} from "../rules/PayFunction.sol";
import {Verdict} from "../rules/Verdict.sol";
import {Market, MarketStore} from "./MarketStore.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";

/// The end of a checked job by the outcome table. The final state is set before money moves.
library Settling {
    using MarketStore for Market;
    using MarketStore for Job;

    struct Bill {
        uint256 nodePay;
        uint256 fee;
        uint256 membersPaid;
        uint256 refund;
        uint256 slashed;
    }

    function close(Market storage m, bytes32 id, Job storage job, Order calldata order) internal {
        Seat[] memory seats = m.seats[id];
        (Settlement settlement, uint256 paid) = Verdict.decide(
            Verdict.Question({
                exact: order.comparison == Messages.EXACT,
                nodeOutcome: job.nodeOutcome,
                nodeOutputHash: job.nodeOutputHash,
                members: order.members
            }),
            seats
        );
        job.state = State.Settled;
        job.settlement = settlement;

        Bill memory bill;
        (bill.nodePay, bill.fee) = m.payNode(job, _gross(job, order, seats, settlement, paid));
        bool wrong = settlement == Settlement.Wrong;
        if (wrong) {
            bill.slashed = job.bondOf();
            m.registry.slash(job.node, uint128(bill.slashed));
        } else {
            m.freeNode(job);
        }
        bill.membersPaid = _settleSeats(m, id, job, seats, paid, wrong);
        bill.refund = job.locked - bill.nodePay - bill.fee;
        if (wrong) {
            m.escrow.credit(m.treasury, bill.slashed - bill.membersPaid);
        } else {
            bill.refund -= bill.membersPaid;
        }
        if (settlement == Settlement.Malicious) {
            bill.slashed = MarketStore.depositFor(order, m.parametersOf(job));
            bill.refund -= bill.slashed;
            m.escrow.pay(job.customer, m.treasury, bill.slashed);
        }
        m.escrow.release(job.customer, bill.refund);
        emit ITaskMarket.Settled(
            id, job.attempt, uint8(settlement), bill.nodePay, bill.fee, bill.membersPaid, bill.refund, bill.slashed
        );
    }

    /// Pays each seat in `paid` its flat base, from the slash when `fromSlash`, else from the customer's lock. Fines the silent.
    function _settleSeats(
        Market storage m,
        bytes32 id,
        Job storage job,
        Seat[] memory seats,
        uint256 paid,
        bool fromSlash
    ) private returns (uint256 total) {
        uint256 fine = fineOf(job, m.parametersOf(job));
        for (uint256 i; i < seats.length; ++i) {
            address member = seats[i].member;
            // Without an opening there was little to reveal for: then only a missing seal is silence.
            bool silent = seats[i].seal == 0 || (seats[i].outcome == 0 && job.nodeOutcome != 0);
            if (fine > 0) {
                if (silent) {
                    m.slashToTreasury(member, fine);
                    emit ITaskMarket.MemberFined(id, member, fine);
                } else {
                    m.registry.unlockBond(member, uint128(fine));
                }
            }
            if (paid & (1 << i) == 0) continue;
            total += job.base;
            address owner = m.registry.ownerOf(member);
            if (fromSlash) m.escrow.credit(owner, job.base);
            else m.escrow.pay(job.customer, owner, job.base);
            emit ITaskMarket.MemberPaid(id, member, job.base);
        }
    }

    /// What the node earns before the fee.
    function _gross(Job storage job, Order calldata order, Seat[] memory seats, Settlement settlement, uint256 paid)
        private
        view
        returns (uint256)
    {
        if (settlement == Settlement.Correct) {
            return PayFunction.payAt(
                job.price, order.softSeconds, order.hardSeconds, order.floorBps, job.resultAt - job.awardedAt
            );
        }
        if (settlement == Settlement.Wrong || settlement == Settlement.NoQuorum) return 0;
        return job.timePay(Verdict.medianSeconds(seats, paid, order.timeout));
    }

    function fineOf(Job storage job, Parameters storage p) internal view returns (uint256) {
        return uint256(job.base) * p.fineBps / 10_000;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, State} from "../interfaces/Types.sol";
import {Market, MarketStore, StoredJob} from "./MarketStore.sol";

/// A stored job as people read it: the times that follow from others are worked out, those of other states left 0.
library JobView {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    function show(Market storage m, bytes32 id) internal view returns (Job memory job) {
        StoredJob storage s = m.jobs[id];
        State state = s.state;
        if (state == State.None) return job;
        job.customer = s.customer;
        job.state = state;
        job.settlement = s.settlement;
        job.attempt = s.attempt;
        job.parametersVersion = s.parametersVersion;
        job.node = s.node;
        job.members = s.members;
        job.seats = s.seats;
        job.appealSeats = s.appealSeats;
        job.roundFrom = s.roundFrom;
        job.sealedSeats = s.sealedSeats;
        job.revealedSeats = s.revealedSeats;
        job.enlarged = s.firstSeats != 0;
        job.canaryOpened = s.canaryOpened;
        job.nodeOutcome = s.nodeOutcome;
        job.checkBps = s.checkBps;
        job.paidMask = s.paidMask;
        job.tickets = s.tickets;
        job.price = s.price;
        job.rate = s.rate;
        job.base = s.base;
        job.bond = s.bond;
        job.locked = s.locked;
        if (s.nodeOutcome == 0) job.commitment = s.result;
        else job.nodeOutputHash = s.result;
        job.deadline = s.deadline;
        job.startedAt = s.startedAt;
        job.resultAt = s.resultAt;
        job.seedBlock = s.seedBlock;
        if (s.attempt != 0) {
            job.awardedAt = s.awardedAt;
            job.startBy = s.startBy();
            job.hardDeadline = s.hardDeadline();
        }
        if (state == State.Open) job.auctionBy = m.auctionBy(s);
        if (state == State.Window) job.windowClosesAt = s.windowClosesAt();
        if (state == State.Unchecked) job.challengeBy = m.openBy(s);
        if (state == State.Checking) (job.sealBy, job.openBy) = (m.sealBy(s), m.openBy(s));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Record} from "../interfaces/Types.sol";

/// How often a node's results are checked, and what it has at stake for that.
library CheckRate {
    uint256 internal constant CERTAIN = 10_000;
    /// After so many counted checks a result is checked half of the time.
    uint256 internal constant HALF_STEPS = 10;
    uint256 internal constant WEEK = 7 days;

    /// Probability of a check in basis points, rounded up, never below `floorBps`. For certain when the customer asks for it,
    /// for a node without a record, and for a job above a tenth of what the node was found to be worth.
    function checkBps(Record memory record, bool always, uint256 base, uint256 floorBps)
        internal
        pure
        returns (uint256 bps)
    {
        if (always || record.steps == 0 || base > record.value / 10) return CERTAIN;
        uint256 parts = HALF_STEPS + record.steps;
        bps = (CERTAIN * HALF_STEPS + parts - 1) / parts;
        if (bps < floorBps) bps = floorBps;
    }

    /// Bases that a node locks: 1/p, rounded up, so that cheating loses on average; at least `seats`, so that a slash pays
    /// every member.
    function stakes(uint256 bps, uint256 seats) internal pure returns (uint256 bases) {
        bases = (CERTAIN + bps - 1) / bps;
        if (bases < seats) bases = seats;
    }

    /// The record after a result that a whole committee found correct.
    function counted(Record memory record, uint256 base) internal pure returns (Record memory) {
        return Record(record.value + uint128(base), record.steps + 1);
    }
}

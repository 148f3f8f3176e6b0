// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GainWord, StakeWord} from "./Words.sol";

/// What a stake weighs on a day. Factors are in basis points; all are multiplied once and the product is rounded down.
library Weight {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant FULL_AGE = 365 days;
    uint256 internal constant TOP_LEVEL = 5;
    uint256 internal constant TOP_STREAK = 10;

    /// 1.00 at once, rising linearly to 2.00 at 365 days. Rounded down.
    function durationBps(uint256 age) internal pure returns (uint256) {
        if (age >= FULL_AGE) return 2 * ONE;
        unchecked {
            return ONE + ONE * age / FULL_AGE;
        }
    }

    /// 1.00, 1.10, 1.25, 1.50, 1.75, 2.00 for the levels 0 to 5.
    function levelBps(uint256 level) internal pure returns (uint256) {
        // 16 bits a level, level 0 lowest.
        return (0x4e20_445c_3a98_30d4_2af8_2710 >> 16 * level) & 0xffff;
    }

    /// 1.10 for a first boost, 0.02 more for each step of the streak, at most 1.30.
    function boostBps(uint256 streak) internal pure returns (uint256) {
        return 11_000 + 200 * (streak < TOP_STREAK ? streak : TOP_STREAK);
    }

    /// The weight on `day` of stake that counts then, with the level in `g` and the boost of that day. The age is taken at
    /// the start of the day, so that the time of day changes nothing.
    function weigh(StakeWord s, GainWord g, uint256 day) internal pure returns (uint256) {
        // Below 2^88 x 2 x 2 x 1.3, with factors of 10,000 each; a stake that counts started before the day.
        unchecked {
            uint256 product = s.amount() * levelBps(g.usedLevel());
            product *= durationBps(day * 1 days - s.start());
            product *= g.boostedAt() / 1 days == day ? boostBps(g.streak()) : ONE;
            return product / ONE ** 3;
        }
    }
}

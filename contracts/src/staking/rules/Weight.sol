// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What a stake weighs on a day. Factors are in basis points; all are multiplied once and the product is rounded down.
library Weight {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant FULL_AGE = 365 days;
    uint256 internal constant TOP_LEVEL = 5;
    uint256 internal constant TOP_STREAK = 10;

    /// 1.00 at once, rising linearly to 2.00 at 365 days. Rounded down.
    function durationBps(uint256 age) internal pure returns (uint256) {
        return ONE + ONE * (age < FULL_AGE ? age : FULL_AGE) / FULL_AGE;
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

    /// `boost` is boostBps or, for a day without a boost, ONE.
    function product(uint256 amount, uint256 age, uint256 level, uint256 boost) internal pure returns (uint256) {
        return amount * durationBps(age) * levelBps(level) * boost / ONE ** 3;
    }
}

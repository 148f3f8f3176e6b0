// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// An account's stake: one storage word. Amounts in wei of oGPU, `start` in seconds, days as UTC day numbers.
struct Stake {
    /// What counts today.
    uint256 amount;
    /// What was added on `addedDay`; counts from the day after.
    uint256 added;
    uint256 addedDay;
    /// The last day the account activated.
    uint256 openDay;
    /// The time from which the duration of `amount` is counted.
    uint256 start;
    /// Has a delegate. Spares everybody else a cold read.
    bool delegated;
}

/// What an account earns: one storage word.
struct Gain {
    /// Weight on the account's openDay; 0 once that day was settled.
    uint256 weight;
    /// ETH of settled days not yet paid, in wei.
    uint256 claimable;
    uint256 boostedAt;
    /// Steps, 0 for a first boost.
    uint256 streak;
    /// Of the named node, counted up to and with the day `levelUntil`.
    uint256 level;
    uint256 levelUntil;
    /// The level inside `weight`.
    uint256 usedLevel;
}

/// One UTC day: one storage word.
struct Day {
    /// ETH to share, in wei.
    uint256 pot;
    /// Sum of the weights of all that activated.
    uint256 weight;
    /// Somebody activated: the pot is fixed.
    bool opened;
}

/// Counted ETH that is in no pot yet: one storage word.
struct Books {
    /// Arrived before `day`, in wei.
    uint256 carry;
    /// Arrived on `day`, in wei.
    uint256 arrived;
    uint256 day;
    /// The last day that was opened.
    uint256 lastDay;
}

/// Packs the pool's records into words. Nothing is masked on the way in, because everything fits:
/// - oGPU: 88 bits hold 3.0e26; the supply of 2.1e25 is checked when the pool is made;
/// - weight: at most 5.2 times the stake, so all weights of a day together are below 1.1e26;
/// - ETH: 96 bits hold 7.9e28 wei, hundreds of times all ETH there is;
/// - days have 20 bits (year 4840), times 36 (year 4147).
library Words {
    /// The last day a word can name.
    uint256 internal constant LAST_DAY = (1 << 20) - 1;

    uint256 private constant M88 = type(uint88).max;
    uint256 private constant M96 = type(uint96).max;
    uint256 private constant M36 = (1 << 36) - 1;

    function pack(Stake memory s) internal pure returns (uint256) {
        return s.amount | s.added << 88 | s.addedDay << 176 | s.openDay << 196 | s.start << 216
            | (s.delegated ? 1 << 252 : 0);
    }

    function toStake(uint256 word) internal pure returns (Stake memory s) {
        s.amount = word & M88;
        s.added = word >> 88 & M88;
        s.addedDay = word >> 176 & LAST_DAY;
        s.openDay = word >> 196 & LAST_DAY;
        s.start = word >> 216 & M36;
        s.delegated = word >> 252 != 0;
    }

    function pack(Gain memory g) internal pure returns (uint256) {
        return g.weight | g.claimable << 88 | g.boostedAt << 184 | g.levelUntil << 220 | g.streak << 240
            | g.level << 244 | g.usedLevel << 247;
    }

    function toGain(uint256 word) internal pure returns (Gain memory g) {
        g.weight = word & M88;
        g.claimable = word >> 88 & M96;
        g.boostedAt = word >> 184 & M36;
        g.levelUntil = word >> 220 & LAST_DAY;
        g.streak = word >> 240 & 15;
        g.level = word >> 244 & 7;
        g.usedLevel = word >> 247 & 7;
    }

    function pack(Day memory d) internal pure returns (uint256) {
        return d.pot | d.weight << 96 | (d.opened ? 1 << 184 : 0);
    }

    function toDay(uint256 word) internal pure returns (Day memory d) {
        d.pot = word & M96;
        d.weight = word >> 96 & M88;
        d.opened = word >> 184 != 0;
    }

    function pack(Books memory b) internal pure returns (uint256) {
        return b.carry | b.arrived << 96 | b.day << 192 | b.lastDay << 212;
    }

    function toBooks(uint256 word) internal pure returns (Books memory b) {
        b.carry = word & M96;
        b.arrived = word >> 96 & M96;
        b.day = word >> 192 & LAST_DAY;
        b.lastDay = word >> 212 & LAST_DAY;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// An account's stake. Amounts in wei of oGPU, days as UTC day numbers.
/// amount 88 bits: what counts · added 88: what was added on addedDay, counts from the day after · addedDay 20 ·
/// openDay 20: the last day the account activated · start 36: the time from which the duration of amount is counted ·
/// delegated 1: has a delegate, which spares everybody else a cold read.
type StakeWord is uint256;

/// What an account earns.
/// weight 88 bits: on openDay, 0 once that day was settled · claimable 96: wei of ETH of settled days, not yet paid ·
/// boostedAt 36 · levelUntil 20: the last day on which level counts · streak 4: steps, 0 for a first boost ·
/// level 3: of the named node · usedLevel 3: the level inside weight.
type GainWord is uint256;

/// One UTC day. pot 96 bits: wei of ETH to share · weight 88: of all that activated · opened 1: the pot is fixed.
type DayWord is uint256;

/// Counted ETH that is in no pot yet.
/// carry 96 bits: wei that arrived before day · arrived 96: on day · day 20 · lastDay 20: the last day that was opened.
type BooksWord is uint256;

using Words for StakeWord global;
using Words for GainWord global;
using Words for DayWord global;
using Words for BooksWord global;

/// Reads and writes the parts of the pool's storage words, one word a record. Nothing is masked on the way in, because
/// everything fits:
/// - oGPU: 88 bits hold 3.0e26; the supply, at most 2.1e25, is checked when the pool is made;
/// - weight: at most 5.2 times the stake, so all weights of a day together are below 1.1e26;
/// - ETH: 96 bits hold 7.9e28 wei, hundreds of times all ETH there is;
/// - days have 20 bits (year 4840), times 36 (year 4147).
library Words {
    /// The last day a word can name.
    uint256 internal constant LAST_DAY = (1 << 20) - 1;

    uint256 private constant M3 = 7;
    uint256 private constant M4 = 15;
    uint256 private constant M36 = (1 << 36) - 1;
    uint256 private constant M88 = type(uint88).max;
    uint256 private constant M96 = type(uint96).max;

    // ---- StakeWord ----

    function amount(StakeWord s) internal pure returns (uint256) {
        return StakeWord.unwrap(s) & M88;
    }

    function added(StakeWord s) internal pure returns (uint256) {
        return StakeWord.unwrap(s) >> 88 & M88;
    }

    function addedDay(StakeWord s) internal pure returns (uint256) {
        return StakeWord.unwrap(s) >> 176 & LAST_DAY;
    }

    function openDay(StakeWord s) internal pure returns (uint256) {
        return StakeWord.unwrap(s) >> 196 & LAST_DAY;
    }

    function start(StakeWord s) internal pure returns (uint256) {
        return StakeWord.unwrap(s) >> 216 & M36;
    }

    function delegated(StakeWord s) internal pure returns (bool) {
        return StakeWord.unwrap(s) >> 252 != 0;
    }

    function withAmounts(StakeWord s, uint256 amount_, uint256 added_) internal pure returns (StakeWord) {
        return StakeWord.wrap(StakeWord.unwrap(s) >> 176 << 176 | amount_ | added_ << 88);
    }

    function withAddition(StakeWord s, uint256 added_, uint256 day) internal pure returns (StakeWord) {
        return StakeWord.wrap(StakeWord.unwrap(s) & ~(M88 << 88 | LAST_DAY << 176) | added_ << 88 | day << 176);
    }

    function withOpenDay(StakeWord s, uint256 day) internal pure returns (StakeWord) {
        return StakeWord.wrap(StakeWord.unwrap(s) & ~(LAST_DAY << 196) | day << 196);
    }

    function withStart(StakeWord s, uint256 start_) internal pure returns (StakeWord) {
        return StakeWord.wrap(StakeWord.unwrap(s) & ~(M36 << 216) | start_ << 216);
    }

    function withDelegated(StakeWord s, bool delegated_) internal pure returns (StakeWord) {
        return StakeWord.wrap(StakeWord.unwrap(s) & ~(uint256(1) << 252) | (delegated_ ? 1 << 252 : 0));
    }

    // ---- GainWord ----

    function weight(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) & M88;
    }

    function claimable(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 88 & M96;
    }

    function boostedAt(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 184 & M36;
    }

    function levelUntil(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 220 & LAST_DAY;
    }

    function streak(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 240 & M4;
    }

    function level(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 244 & M3;
    }

    function usedLevel(GainWord g) internal pure returns (uint256) {
        return GainWord.unwrap(g) >> 247 & M3;
    }

    /// The level that counts on `day`: one that ran out is 0 without any call.
    function levelOn(GainWord g, uint256 day) internal pure returns (uint256) {
        return day <= levelUntil(g) ? level(g) : 0;
    }

    function withWeight(GainWord g, uint256 weight_) internal pure returns (GainWord) {
        return GainWord.wrap(GainWord.unwrap(g) >> 88 << 88 | weight_);
    }

    function withClaimable(GainWord g, uint256 claimable_) internal pure returns (GainWord) {
        return GainWord.wrap(GainWord.unwrap(g) & ~(M96 << 88) | claimable_ << 88);
    }

    function withBoost(GainWord g, uint256 boostedAt_, uint256 streak_) internal pure returns (GainWord) {
        return GainWord.wrap(GainWord.unwrap(g) & ~(M36 << 184 | M4 << 240) | boostedAt_ << 184 | streak_ << 240);
    }

    function withLevel(GainWord g, uint256 level_, uint256 untilDay) internal pure returns (GainWord) {
        if (untilDay > LAST_DAY) untilDay = LAST_DAY;
        return GainWord.wrap(GainWord.unwrap(g) & ~(LAST_DAY << 220 | M3 << 244) | untilDay << 220 | level_ << 244);
    }

    function withUsedLevel(GainWord g, uint256 level_) internal pure returns (GainWord) {
        return GainWord.wrap(GainWord.unwrap(g) & ~(M3 << 247) | level_ << 247);
    }

    // ---- DayWord ----

    function pot(DayWord d) internal pure returns (uint256) {
        return DayWord.unwrap(d) & M96;
    }

    function weight(DayWord d) internal pure returns (uint256) {
        return DayWord.unwrap(d) >> 96 & M88;
    }

    function opened(DayWord d) internal pure returns (bool) {
        return DayWord.unwrap(d) >> 184 != 0;
    }

    function toDay(uint256 pot_, uint256 weight_) internal pure returns (DayWord) {
        return DayWord.wrap(pot_ | weight_ << 96 | 1 << 184);
    }

    // ---- BooksWord ----

    function carry(BooksWord b) internal pure returns (uint256) {
        return BooksWord.unwrap(b) & M96;
    }

    function arrived(BooksWord b) internal pure returns (uint256) {
        return BooksWord.unwrap(b) >> 96 & M96;
    }

    function lastDay(BooksWord b) internal pure returns (uint256) {
        return BooksWord.unwrap(b) >> 212 & LAST_DAY;
    }

    /// The books as of `today`: arrivals of a day that is over are carried.
    function on(BooksWord b, uint256 today) internal pure returns (BooksWord) {
        uint256 word = BooksWord.unwrap(b);
        if (word >> 192 & LAST_DAY == today) return b;
        return toBooks((word & M96) + (word >> 96 & M96), 0, today, word >> 212 & LAST_DAY);
    }

    function toBooks(uint256 carry_, uint256 arrived_, uint256 day, uint256 lastDay_)
        internal
        pure
        returns (BooksWord)
    {
        return BooksWord.wrap(carry_ | arrived_ << 96 | day << 192 | lastDay_ << 212);
    }
}

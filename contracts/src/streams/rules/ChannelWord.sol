// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// All money and times of a channel, so that a redeemed voucher writes one word of it.
/// deposit 88 bits: wei put in · redeemed 88: wei of it that the provider earned, fee included · feeBps 16 and
/// closeSeconds 24: as they were at opening · closeAt 40: from when nothing can be redeemed, 0 while nobody closes.
/// Never zero for a channel that lives, because its deposit is not.
type ChannelWord is uint256;

using ChannelWords for ChannelWord global;

/// Reads and writes the parts. Nothing is masked on the way in, because everything fits: 88 bits hold 3.0e26 wei, the supply
/// is 2.1e25; the fee is at most 500; the delay at most 30 days; 40 bits of time last until the year 36812.
library ChannelWords {
    uint256 private constant M88 = type(uint88).max;
    uint256 private constant CLOSE_AT = 216;

    function open(uint256 deposit_, uint256 feeBps_, uint256 closeSeconds_) internal pure returns (ChannelWord) {
        return ChannelWord.wrap(deposit_ | feeBps_ << 176 | closeSeconds_ << 192);
    }

    function lives(ChannelWord w) internal pure returns (bool) {
        return ChannelWord.unwrap(w) != 0;
    }

    function deposit(ChannelWord w) internal pure returns (uint256) {
        return ChannelWord.unwrap(w) & M88;
    }

    function redeemed(ChannelWord w) internal pure returns (uint256) {
        return ChannelWord.unwrap(w) >> 88 & M88;
    }

    function feeBps(ChannelWord w) internal pure returns (uint256) {
        return ChannelWord.unwrap(w) >> 176 & type(uint16).max;
    }

    function closeSeconds(ChannelWord w) internal pure returns (uint256) {
        return ChannelWord.unwrap(w) >> 192 & type(uint24).max;
    }

    function closeAt(ChannelWord w) internal pure returns (uint256) {
        return ChannelWord.unwrap(w) >> CLOSE_AT;
    }

    /// What the customer gets back if the channel ends now.
    function rest(ChannelWord w) internal pure returns (uint256) {
        return w.deposit() - w.redeemed();
    }

    function withDeposit(ChannelWord w, uint256 deposit_) internal pure returns (ChannelWord) {
        return ChannelWord.wrap(ChannelWord.unwrap(w) & ~M88 | deposit_);
    }

    function withRedeemed(ChannelWord w, uint256 redeemed_) internal pure returns (ChannelWord) {
        return ChannelWord.wrap(ChannelWord.unwrap(w) & ~(M88 << 88) | redeemed_ << 88);
    }

    /// Of a channel that nobody closed yet.
    function withCloseAt(ChannelWord w, uint256 closeAt_) internal pure returns (ChannelWord) {
        return ChannelWord.wrap(ChannelWord.unwrap(w) | closeAt_ << CLOSE_AT);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// An account of the token in one storage word, so that a transfer that must know what both sides are reads no more than
/// one that only moves balances.
///
/// Bits 0 to 127 are the balance (the supply fits in 85), bits 128 and up are flags. The word of the tax router alone
/// also carries the tax: its rate in bits 160 to 175 and the trading switch.
library TokenWord {
    uint256 internal constant BALANCE = type(uint128).max;
    /// A protocol contract: may hold more than the wallet limit and may not pay out to an exchange pair.
    uint256 internal constant EXEMPT = 1 << 128;
    /// An exemption that can never be taken back.
    uint256 internal constant CORE = 1 << 129;
    /// A registered exchange pair.
    uint256 internal constant PAIR = 1 << 130;
    /// The tax router.
    uint256 internal constant ROUTER = 1 << 131;
    /// In the router's word: trading has been opened.
    uint256 internal constant OPEN = 1 << 132;
    uint256 private constant TAX_SHIFT = 160;
    uint256 private constant TAX_MASK = 0xffff << TAX_SHIFT;

    function balance(uint256 word) internal pure returns (uint256) {
        return word & BALANCE;
    }

    function has(uint256 word, uint256 flags) internal pure returns (bool) {
        return word & flags != 0;
    }

    /// Basis points, of the tax router's word.
    function taxBps(uint256 word) internal pure returns (uint256) {
        return (word & TAX_MASK) >> TAX_SHIFT;
    }

    function withTaxBps(uint256 word, uint256 bps) internal pure returns (uint256) {
        return (word & ~TAX_MASK) | (bps << TAX_SHIFT);
    }
}

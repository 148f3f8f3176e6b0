// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The hard bounds of the token. No owner can leave them.
library TokenBounds {
    uint256 internal constant SUPPLY = 21_000_000 ether;
    uint256 internal constant ECOSYSTEM = 2_100_000 ether;
    uint256 internal constant COMMUNITY = 3_150_000 ether;
    uint256 internal constant TEAM = 3_150_000 ether;
    uint256 internal constant PROVIDERS = 10_500_000 ether;
    uint256 internal constant RESERVE = 2_100_000 ether;

    /// 5%.
    uint256 internal constant MAX_TAX_BPS = 500;
    /// The tax changes once in this time, so that small steps are no way around the notice that holders get.
    uint256 internal constant TAX_COOLDOWN = 7 days;
    /// 0.5% and 2% of the supply. Below the first no transfer has to ask for the limit.
    uint256 internal constant MIN_WALLET_LIMIT = 105_000 ether;
    uint256 internal constant MAX_WALLET_LIMIT = 420_000 ether;
}

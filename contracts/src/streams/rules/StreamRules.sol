// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LocalChain} from "../../rules/LocalChain.sol";

/// What a voucher pays, and the hard bounds of the governed numbers.
library StreamRules {
    /// 5%.
    uint256 internal constant MAX_FEE_BPS = 500;
    uint256 internal constant MAX_CLOSE_SECONDS = 30 days;

    /// A provider must have time to notice; on development chains a second will do.
    function minCloseSeconds() internal view returns (uint256) {
        return LocalChain.isLocal() ? 1 : 1 hours;
    }

    /// How far a voucher takes the redeemed sum: never beyond the deposit.
    function reach(uint256 cumulative, uint256 deposit) internal pure returns (uint256) {
        return cumulative < deposit ? cumulative : deposit;
    }

    /// The fee inside what is earned between two redeemed sums. It is the difference of the fees on the sums, each rounded
    /// down in favour of the provider: however payments are split, a channel pays floor(sum x feeBps / 10,000).
    function fee(uint256 from, uint256 to, uint256 feeBps) internal pure returns (uint256) {
        return to * feeBps / 10_000 - from * feeBps / 10_000;
    }
}

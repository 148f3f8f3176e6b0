// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What time alone releases.
library Linear {
    /// The part of `amount` that is free at `time`: nothing until `start`, all from `end` on, even in between. Rounded down,
    /// so that the sum of parts never runs ahead of the whole.
    function vested(uint256 amount, uint256 start, uint256 end, uint256 time) internal pure returns (uint256) {
        if (time >= end) return amount;
        if (time <= start) return 0;
        return amount * (time - start) / (end - start);
    }
}

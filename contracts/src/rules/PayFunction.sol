// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// How pay falls with lateness.
library PayFunction {
    /// `price` until `soft` seconds after award, then linear down to `floorBps` of it at `hard` seconds. Rounded down.
    /// Beyond `hard` it stays at the floor.
    function payAt(uint256 price, uint256 soft, uint256 hard, uint256 floorBps, uint256 elapsed)
        internal
        pure
        returns (uint256)
    {
        if (elapsed <= soft) return price;
        if (elapsed >= hard) return price * floorBps / 10_000;
        uint256 span = 10_000 * (hard - soft);
        return price * (span - (10_000 - floorBps) * (elapsed - soft)) / span;
    }
}

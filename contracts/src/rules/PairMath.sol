// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Numbers of a Uniswap V2 pair. Prices are ETH for one oGPU as fixed point numbers with 112 bits behind the point.
library PairMath {
    /// What a pair gives for `amountIn` after its 0.3%. Rounded down, in favour of the pair. The reserves fit in 112 bits.
    function amountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        uint256 net = amountIn * 997;
        return net * reserveOut / (reserveIn * 1_000 + net);
    }

    /// Rounded down.
    function spot(uint256 reserveOgpu, uint256 reserveEth) internal pure returns (uint256) {
        return (reserveEth << 112) / reserveOgpu;
    }

    /// The pair's price sum as it would be now: what is stored, and the present price for the seconds since. Both the sum
    /// and the clock wrap around, as in the pair.
    function cumulativeNow(uint256 stored, uint256 reserveOgpu, uint256 reserveEth, uint32 storedAt, uint256 time)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return stored + spot(reserveOgpu, reserveEth) * uint256(uint32(time) - storedAt);
        }
    }

    /// The mean price between two sums. Rounded down.
    function mean(uint256 from, uint256 to, uint256 secondsBetween) internal pure returns (uint256) {
        unchecked {
            return (to - from) / secondsBetween;
        }
    }

    /// Whether `price` is at most `bps` away from `mean_`.
    function isWithin(uint256 price, uint256 mean_, uint256 bps) internal pure returns (bool) {
        uint256 distance = price > mean_ ? price - mean_ : mean_ - price;
        return distance * 10_000 <= mean_ * bps;
    }
}

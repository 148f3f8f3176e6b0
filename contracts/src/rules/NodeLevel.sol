// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The level of a node, 0 to 5, from what was measured. Power is what the benchmark's matrix product of 32-bit floats
/// reached, in whole GFLOP a second (1e9 operations); memory is the device's, in MiB.
///
/// | level | power from | memory from | stands for |
/// | --- | --- | --- | --- |
/// | 5 | 40,000 | 72,000 | accelerators of a data centre with 80 GB and more |
/// | 4 | 14,000 | 21,600 | 24 GB |
/// | 3 | 8,000 | 14,400 | 16 GB |
/// | 2 | 4,000 | 7,200 | 8 GB |
/// | 1 | 1,000 | 3,600 | 4 GB |
/// | 0 | less of either | | processors, phones |
///
/// Both must be reached. Memory bounds are nine tenths of the size a card is sold by, because drivers keep a part.
library NodeLevel {
    uint8 internal constant TOP = 5;
    /// No single machine comes near it. It keeps units (power x seconds of the longest job) far inside 64 bits.
    uint64 internal constant MAX_POWER = 100_000_000;

    function earned(uint256 power, uint256 vramMiB) internal pure returns (uint8) {
        if (power >= 40_000 && vramMiB >= 72_000) return 5;
        if (power >= 14_000 && vramMiB >= 21_600) return 4;
        if (power >= 8_000 && vramMiB >= 14_400) return 3;
        if (power >= 4_000 && vramMiB >= 7_200) return 2;
        if (power >= 1_000 && vramMiB >= 3_600) return 1;
        return 0;
    }

    /// `level` after `steps` of loss, one for each missed round and each slash; never below 0.
    function lowered(uint8 level, uint256 steps) internal pure returns (uint8) {
        return steps < level ? level - uint8(steps) : 0;
    }
}

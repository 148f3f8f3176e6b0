// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {NodeLevel} from "../../src/rules/NodeLevel.sol";
import {Test} from "../support/Test.sol";

contract NodeLevelTest is Test {
    function test_EachRowOfTheTableBeginsWhereItSays() external pure {
        uint32[6] memory powers = [uint32(0), 1_000, 4_000, 8_000, 14_000, 40_000];
        uint32[6] memory sizes = [uint32(0), 3_600, 7_200, 14_400, 21_600, 72_000];
        for (uint256 level = 1; level < 6; ++level) {
            assertEq(NodeLevel.earned(powers[level], sizes[level]), level, "both");
            assertEq(NodeLevel.earned(powers[level] - 1, sizes[level]), level - 1, "power below");
            assertEq(NodeLevel.earned(powers[level], sizes[level] - 1), level - 1, "memory below");
            assertEq(NodeLevel.earned(type(uint64).max, sizes[level] - 1), level - 1, "power alone");
            assertEq(NodeLevel.earned(powers[level] - 1, type(uint32).max), level - 1, "memory alone");
        }
        assertEq(NodeLevel.earned(0, 0), 0, "nothing");
        assertEq(NodeLevel.earned(type(uint64).max, type(uint32).max), NodeLevel.TOP, "everything");
    }

    function testFuzz_NeverFallsWhenMoreIsThere(uint64 power, uint32 vram, uint32 more, uint32 moreVram) external pure {
        uint256 p = bound(power, 0, 60_000);
        uint256 v = bound(vram, 0, 90_000);
        uint256 level = NodeLevel.earned(p, v);
        assertLe(level, NodeLevel.TOP, "0 to 5");
        assertLe(level, NodeLevel.earned(p + more, v), "more power");
        assertLe(level, NodeLevel.earned(p, v + moreVram), "more memory");
    }

    function testFuzz_EachStepIsTakenOnceDownToNone(uint8 level, uint256 a, uint256 b) external pure {
        uint8 from = uint8(bound(level, 0, 5));
        uint256 x = bound(a, 0, 8);
        uint256 y = bound(b, 0, 8);
        uint8 atOnce = NodeLevel.lowered(from, x + y);
        assertEq(NodeLevel.lowered(NodeLevel.lowered(from, x), y), atOnce, "one after the other");
        assertEq(atOnce, x + y < from ? from - x - y : 0, "down to none");
        assertEq(NodeLevel.lowered(from, type(uint256).max), 0, "any number");
    }
}

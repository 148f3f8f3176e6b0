// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Record} from "../../src/interfaces/Types.sol";
import {CheckRate} from "../../src/rules/CheckRate.sol";
import {CommitteeSize} from "../../src/rules/CommitteeSize.sol";
import {Test} from "../support/Test.sol";

contract CheckRateTest is Test {
    uint256 private constant FLOOR = 1_000;

    function test_CertainWithoutARecordWhenAskedForOrForABigJob() external pure {
        Record memory good = Record(100 ether, 90);
        assertEq(CheckRate.checkBps(good, false, 10 ether, FLOOR), 1_000, "a proven node");
        assertEq(CheckRate.checkBps(good, true, 10 ether, FLOOR), 10_000, "always");
        assertEq(CheckRate.checkBps(good, false, 10 ether + 1, FLOOR), 10_000, "above a tenth of the record");
        assertEq(CheckRate.checkBps(Record(100 ether, 0), false, 1, FLOOR), 10_000, "no step");
        assertEq(CheckRate.checkBps(Record(0, 90), false, 1, FLOOR), 10_000, "no value");
    }

    function test_HalfAfterTenStepsAndNeverBelowTheFloor() external pure {
        assertEq(CheckRate.checkBps(Record(100 ether, 1), false, 1, FLOOR), 9_091, "rounded up");
        assertEq(CheckRate.checkBps(Record(100 ether, 10), false, 1, FLOOR), 5_000, "half");
        assertEq(CheckRate.checkBps(Record(100 ether, 89), false, 1, FLOOR), 1_011, "nearly the floor");
        assertEq(CheckRate.checkBps(Record(100 ether, type(uint64).max), false, 1, 500), 500, "the floor");
    }

    function testFuzz_FallsWithStepsAndStaysWithinItsBounds(uint64 steps, uint128 value, uint96 base, uint16 floorBps)
        external
        pure
    {
        uint256 least = bound(floorBps, 500, 10_000);
        steps = uint64(bound(steps, 0, 1_000_000));
        uint256 now_ = CheckRate.checkBps(Record(value, steps), false, base, least);
        uint256 later = CheckRate.checkBps(Record(value, steps + 1), false, base, least);
        assertLe(later, now_, "never rises with steps");
        assertLe(least, later, "never below the floor");
        assertLe(now_, 10_000, "a probability");
    }

    /// 1/p x p >= 1: what cheating once can win is less than what it loses on average.
    function testFuzz_StakesCoverTheOddsAndEverySeat(uint16 bps, uint8 members) external pure {
        uint256 p = bound(bps, 500, 10_000);
        uint256 seats = CommitteeSize.mostPaid(3 + 2 * (members % 4));
        uint256 bases = CheckRate.stakes(p, seats);
        assertLe(10_000, bases * p, "bases x p is at least one");
        assertLe(seats, bases, "every seat can be paid");
        assertLe(bases, 20, "at most 1 / the least floor");
    }

    function test_SizesOfCommittees() external pure {
        uint8[4] memory enlarged = [7, 11, 15, 15];
        uint8[4] memory most = [8, 12, 17, 18];
        for (uint256 i; i < 4; ++i) {
            uint256 k = 3 + 2 * i;
            assertEq(CommitteeSize.enlarged(k), enlarged[i], "2k + 1, at most 15");
            assertEq(CommitteeSize.ofAppeal(k, false), enlarged[i], "an appeal is as large");
            assertEq(CommitteeSize.ofAppeal(k, true), k + 2, "after an enlargement k + 2");
            assertEq(CommitteeSize.mostPaid(k), most[i], "most seats of one pot");
            // Overturned verdicts leave what did not carry them, n - ceil(2n/3), beside the appeal.
            uint256 n = enlarged[i];
            assertLe(k - (2 * k + 2) / 3 + n, most[i], "of a first committee");
            assertLe(n - (2 * n + 2) / 3 + k + 2, most[i], "of an enlarged one");
            assertLe(n, most[i], "an enlarged one alone");
        }
    }
}

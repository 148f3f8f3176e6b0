// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Economy} from "./Economy.sol";

/// Members of an enlargement speak when the node's output is on chain already. First committees are enlarged because two of
/// their three members are cut off.
contract CopyingTest is Economy {
    function setUp() public override {
        super.setUp();
        market.setCanaryKeeper(customer, true);
    }

    /// One job in ten is enlarged; half of those are canaries that a keeper's own test node answers wrong.
    function test_Case44_AMemberWhoNeverRunsAndCopiesWhereItCanEndsPoorerThanItsTwin() external {
        int256[] memory before = _allWealth();
        uint256 snapshot = vm.snapshotState();
        _mixed();
        int256 honest = _wealth(1);
        assertNobodyLost(1, PEOPLE - 1, before);
        vm.revertToState(snapshot);
        memberOf[1] = Member.Lazy;
        _mixed();
        assertEq(enlargements, JOBS / 10, "enlarged");
        // Five of seven decide: two cut off and one lazy leave four.
        assertEq(served + undecided, JOBS * 19 / 20, "no customer was cheated");
        assertLe(undecided, JOBS / 100, "nearly all are served");
        assertNobodyLost(2, PEOPLE - 1, before);
        assertPoorer(_wealth(1), honest);
    }

    /// Runs for first committees, copies later: whoever repeats a wrong output is unpaid and fined.
    function test_Case44_ACopierOfWrongCanariesEndsPoorerThanItsTwin() external {
        int256[] memory before = _allWealth();
        (outage, isCanary) = (true, true);
        uint256 snapshot = vm.snapshotState();
        _enlarged(Run.Wrong);
        int256 honest = _wealth(1);
        vm.revertToState(snapshot);
        memberOf[1] = Member.Copier;
        _enlarged(Run.Wrong);
        assertEq(caught, JOBS / 10, "the test node too");
        assertNobodyLost(2, PEOPLE - 1, before);
        assertPoorer(_wealth(1), honest);
    }

    /// What is not covered: a right output that is copied is as good as one's own, and costs no run.
    function test_CopyingARightResultPays() external {
        outage = true;
        uint256 snapshot = vm.snapshotState();
        _enlarged(Run.Right);
        int256 honest = _wealth(1);
        vm.revertToState(snapshot);
        memberOf[1] = Member.Copier;
        _enlarged(Run.Right);
        assertTrue(_wealth(1) > honest, "richer than its twin");
    }

    function _mixed() private {
        for (uint256 i; i < JOBS; ++i) {
            (outage, isCanary) = (i % 10 == 0, i % 20 == 0);
            this.job(PRICE, isCanary ? Run.Wrong : Run.Right);
        }
    }

    function _enlarged(Run run) private {
        for (uint256 i; i < JOBS / 10; ++i) {
            this.job(PRICE, run);
        }
    }
}

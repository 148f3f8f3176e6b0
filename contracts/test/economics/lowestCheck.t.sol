// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {Economy} from "./Economy.sol";

/// A node whose results are checked as rarely as can be. Its record comes from ninety honest jobs for ninety customers within
/// a week, the quickest way there is; then a thousand more are awarded to it at once, so that each of them has the lowest p.
contract LowestCheckTest is Economy {
    uint256 private constant CUSTOMERS = 90;
    uint256 private constant FIRST = 1_000;
    /// What the twin's owner has after its thousand.
    int256 private _honest;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < CUSTOMERS; ++i) {
            customerKey = 0xC000 + i;
            escrow.depositFor(vm.addr(customerKey), 100 ether);
            this.job(PRICE, Run.Right);
        }
        assertEq(served, CUSTOMERS, "an honest record");
        assertEq(market.recordOf(nodes[0]).steps, CUSTOMERS, "each of its own customer");
        (customerKey, order.customer, order.validation, served) = (CUSTOMER_KEY, customer, Messages.BY_RECORD, 0);
        assertEq(market.checkBpsOf(order, nodes[0], PRICE), 1_000, "the floor");
        _liveTheTwin();
    }

    /// Nobody challenges: checks alone make cheating lose.
    function test_Case85_ANodeThatCheatsAtItsLowestCheckRateEndsPoorerThanItsTwin() external {
        _cheat(JOBS, 0);
        assertPoorer(_wealth(0), _honest);
    }

    /// Customers find one wrong result in ten by themselves.
    function test_Case85_CustomersWhoChallengeMakeCheatingLoseMore() external {
        uint256 snapshot = vm.snapshotState();
        _cheat(JOBS / 5, 0);
        int256 unchallenged = _wealth(0);
        vm.revertToState(snapshot);
        _cheat(JOBS / 5, 10);
        assertTrue(_wealth(0) < unchallenged, "poorer still");
    }

    function _liveTheTwin() private {
        int256[] memory before = _allWealth();
        int256 customerBefore = _wealthOfCustomer();
        uint256 snapshot = vm.snapshotState();
        _live(JOBS, Run.Right, 0);
        int256 honest = _wealth(0);
        assertEq(served, JOBS, "every job is served");
        assertNobodyLost(0, PEOPLE - 1, before);
        assertCustomerPaidForResultsAlone(customerBefore, 3);
        vm.revertToState(snapshot);
        _honest = honest;
    }

    function _cheat(uint256 jobs, uint256 challengedEach) private {
        int256[] memory before = _allWealth();
        int256 customerBefore = _wealthOfCustomer();
        _live(jobs, Run.Wrong, challengedEach);
        assertEq(cheated + caught, jobs, "found wrong or not found");
        assertTrue(caught > jobs / 20, "checked at times");
        assertEq(market.recordOf(nodes[0]).steps, 0, "the record is gone");
        assertNobodyLost(1, PEOPLE - 1, before);
        assertCustomerPaidForResultsAlone(customerBefore, 3);
        assertTrue(_wealth(0) < before[0], "poorer than before");
    }

    /// Time stands still until all results are in.
    function _live(uint256 jobs, Run run, uint256 challengedEach) private {
        for (uint256 i; i < jobs; ++i) {
            this.begin(FIRST + i, PRICE);
        }
        uint256 unchecked_;
        for (uint256 i; i < jobs; ++i) {
            this.work(FIRST + i, run);
            if (_state() != State.Unchecked) continue;
            if (challengedEach != 0 && unchecked_++ % challengedEach == 0) this.challenge(FIRST + i);
        }
        for (uint256 i; i < jobs; ++i) {
            this.end(FIRST + i, run);
        }
    }
}

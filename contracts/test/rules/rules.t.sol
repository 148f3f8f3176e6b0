// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Parameters, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {PayFunction} from "../../src/rules/PayFunction.sol";
import {Verdict} from "../../src/rules/Verdict.sol";
import {MarketFixture} from "../support/MarketFixture.sol";
import {Test} from "../support/Test.sol";

contract PayFunctionTest is Test {
    function test_Corners() external pure {
        assertEq(PayFunction.payAt(1_000, 10, 20, 5_000, 0), 1_000, "at award");
        assertEq(PayFunction.payAt(1_000, 10, 20, 5_000, 10), 1_000, "at soft");
        assertEq(PayFunction.payAt(1_000, 10, 20, 5_000, 15), 750, "half way");
        assertEq(PayFunction.payAt(1_000, 10, 20, 5_000, 20), 500, "at hard");
        assertEq(PayFunction.payAt(1_000, 10, 20, 5_000, 99), 500, "beyond");
        assertEq(PayFunction.payAt(1_000, 20, 20, 0, 20), 1_000, "no slope");
        assertEq(PayFunction.payAt(7, 10, 13, 0, 11), 4, "rounded down from 4.67");
    }

    function testFuzz_FallsAndStaysInBounds(uint128 price, uint32 soft, uint32 span, uint16 floorBps, uint32 elapsed)
        external
        pure
    {
        uint256 amount = bound(price, 0, 21_000_000 ether);
        uint256 s = bound(soft, 1, 3 days);
        uint256 h = s + bound(span, 0, 3 days);
        uint256 f = bound(floorBps, 0, 10_000);
        uint256 e = bound(elapsed, 0, 7 days);
        uint256 pay = PayFunction.payAt(amount, s, h, f, e);
        assertLe(pay, amount, "at most the price");
        assertLe(amount * f / 10_000, pay, "at least the floor");
        assertLe(PayFunction.payAt(amount, s, h, f, e + 1), pay, "never rises");
        if (e > s && e < h) {
            // exact value p - p(1-f)(e-s)/(h-s), rounded down by less than one
            uint256 span10k = 10_000 * (h - s);
            uint256 exact = amount * span10k - amount * (10_000 - f) * (e - s);
            assertLe(pay * span10k, exact, "rounded down");
            assertTrue((pay + 1) * span10k > exact, "by less than one wei");
        }
    }
}

contract VerdictTest is Test {
    function test_TwoThirds() external pure {
        uint8[10] memory expected = [0, 1, 2, 2, 3, 4, 4, 5, 6, 6];
        for (uint256 n; n < 10; ++n) {
            assertEq(Verdict.twoThirds(n), expected[n], "ceil(2n/3)");
        }
    }

    function test_MedianIsTheLowerOneAndCapped() external pure {
        Seat[] memory seats = new Seat[](4);
        (seats[0].secondsUsed, seats[1].secondsUsed) = (40, 10);
        (seats[2].secondsUsed, seats[3].secondsUsed) = (30, 99);
        assertEq(Verdict.medianSeconds(seats, 15, 1_000), 30, "lower of 30 and 40");
        assertEq(Verdict.medianSeconds(seats, 13, 1_000), 40, "of 40, 30, 99");
        assertEq(Verdict.medianSeconds(seats, 8, 50), 50, "capped");
        assertEq(Verdict.medianSeconds(seats, 0, 50), 0, "nobody");
    }

    function testFuzz_NobodyIsPaidWithoutARevealAndNobodySlashedBelowTwoThirds(uint256 random, uint8 drawn)
        external
        pure
    {
        uint256 members = 3 + 2 * (random % 4);
        uint256 n = bound(drawn, 0, members);
        Seat[] memory seats = new Seat[](n);
        uint256[6] memory counts;
        for (uint256 i; i < n; ++i) {
            uint256 r = uint256(keccak256(abi.encode(random, i)));
            seats[i].outcome = uint8(r % 6);
            seats[i].outputHash = bytes32(r >> 8 & 1);
            seats[i].agrees = uint16(r >> 16);
            ++counts[seats[i].outcome];
        }
        Verdict.Question memory q = Verdict.Question({
            exact: random & 64 == 0,
            nodeOutcome: uint8(random >> 8 & 3),
            nodeOutputHash: bytes32(random >> 16 & 1),
            members: members,
            firstSeats: n
        });
        (Settlement settlement, uint256 paid) = Verdict.decide(q, seats);
        uint256 need = Verdict.twoThirds(members);
        uint256 paidCount;
        for (uint256 i; i < 16; ++i) {
            if (paid & (1 << i) == 0) continue;
            ++paidCount;
            assertTrue(i < n && seats[i].outcome != 0, "a paid seat has revealed");
        }
        assertLe(paidCount, members, "the slash covers the paid");
        if (settlement == Settlement.Wrong) assertLe(need, paidCount, "2/3 of the ordered members say so");
        if (settlement == Settlement.Malicious) assertLe(need, counts[Messages.MALICIOUS], "2/3 say so");
        if (q.nodeOutcome == 0 && settlement == Settlement.Wrong) {
            assertLe(need, counts[Messages.NO_DATA], "unopened: by missing data alone");
        }
        if (settlement == Settlement.Correct) assertEq(q.nodeOutcome, Messages.SUCCESS, "only a success is correct");
        if (settlement == Settlement.CustomerFault) assertTrue(q.nodeOutcome > 1, "only a claimed failure");
    }
}

contract ParametersTest is MarketFixture {
    function test_AChangeLeavesRunningJobsAlone() external {
        _to(State.Running);
        Parameters memory next = _parameters();
        next.feeBps = 500;
        next.penaltyBps = 100;
        market.setParameters(next);
        assertEq(market.parametersVersion(), 2, "version");
        _result();
        _draw();
        _committee(_allGood());
        assertEq(escrow.balanceOf(treasury), 0.12 ether, "the fee of the job's own version");
    }

    function test_RevertWhen_NotTheOwner() external {
        Parameters memory next = _parameters();
        vm.prank(customer);
        vm.expectRevert();
        market.setParameters(next);
        vm.prank(customer);
        vm.expectRevert();
        market.setTreasury(customer);
    }

    function test_Case52_RevertWhen_OutOfBounds() external {
        Parameters memory p = _parameters();
        p.feeBps = 501;
        _expect(p, "feeBps", 501, 0, 500);
        p = _parameters();
        p.depositBps = 2_001;
        _expect(p, "depositBps", 2_001, 0, 2_000);
        p = _parameters();
        p.penaltyBps = 99;
        _expect(p, "penaltyBps", 99, 100, 5_000);
        p = _parameters();
        p.fineBps = 2_001;
        _expect(p, "fineBps", 2_001, 0, 2_000);
        p = _parameters();
        p.pFloorBps = 499;
        _expect(p, "pFloorBps", 499, 500, 10_000);
        p = _parameters();
        p.challengeSeconds = 0;
        _expect(p, "challengeSeconds", 0, 1, 7 days);
        p = _parameters();
        p.appealSeconds = 7 days + 1;
        _expect(p, "appealSeconds", 7 days + 1, 1, 7 days);
        p = _parameters();
        p.floorRate = 1_000 ether + 1;
        _expect(p, "floorRate", 1_000 ether + 1, 0, 1_000 ether);
        p = _parameters();
        p.auctionSeconds = 0;
        _expect(p, "auctionSeconds", 0, 1, 1 hours);
        p = _parameters();
        p.drawSeconds = 7 days + 1;
        _expect(p, "drawSeconds", 7 days + 1, 1, 7 days);
        p = _parameters();
        p.revealSeconds = 0;
        _expect(p, "revealSeconds", 0, 1, 1 days);
    }

    function test_Case52_SecondsAreForLocalChainsAlone() external {
        vm.chainId(1);
        Parameters memory p = _parameters();
        p.sealMarginSeconds = 5 minutes;
        p.drawSeconds = 10 minutes;
        _expect(p, "revealSeconds", 90, 5 minutes, 1 days);
        p.revealSeconds = 5 minutes;
        _expect(p, "challengeSeconds", 70, 10 minutes, 7 days);
        p.challengeSeconds = 10 minutes;
        _expect(p, "appealSeconds", 80, 10 minutes, 7 days);
        p.appealSeconds = 10 minutes;
        market.setParameters(p);
    }

    function test_TheOwnerIsHandedOnInTwoStepsAndNeverDropped() external {
        market.transferOwnership(customer);
        assertEq(market.owner(), address(this), "not yet");
        vm.prank(customer);
        market.acceptOwnership();
        assertEq(market.owner(), customer, "accepted");
        vm.prank(customer);
        vm.expectRevert();
        market.renounceOwnership();
    }

    function _expect(Parameters memory p, bytes32 name, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.ParameterOutOfBounds.selector, name, value, min, max));
        market.setParameters(p);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../src/OGPU.sol";
import {AccountView} from "../../src/staking/IStakingPool.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {Test} from "../support/Test.sol";
import {Reference} from "./Reference.sol";
import {StakingHandler} from "./StakingHandler.sol";

/// The laws of LAWS.md, together.
contract StakingLawsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    StakingHandler private handler;
    Reference private ref;
    OGPU private token;
    StakingPool private pool;
    address private guardian;

    function setUp() external {
        handler = new StakingHandler();
        ref = handler.ref();
        (token, pool, guardian) = handler.parts();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[17] memory moves = [
            // Time moves most often.
            StakingHandler.pass.selector,
            StakingHandler.pass.selector,
            StakingHandler.pass.selector,
            StakingHandler.stake.selector,
            StakingHandler.unstake.selector,
            StakingHandler.give.selector,
            StakingHandler.activate.selector,
            StakingHandler.boost.selector,
            StakingHandler.relay.selector,
            StakingHandler.fund.selector,
            StakingHandler.force.selector,
            StakingHandler.claim.selector,
            StakingHandler.push.selector,
            StakingHandler.name.selector,
            StakingHandler.pushByAStranger.selector,
            StakingHandler.delegate.selector,
            StakingHandler.pause.selector
        ];
        targets = new Selectors[](1);
        targets[0] = Selectors(address(handler), new bytes4[](moves.length));
        for (uint256 i; i < moves.length; ++i) {
            targets[0].selectors[i] = moves[i];
        }
    }

    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_TheLawsOfStaking() external {
        _laws();
    }

    /// Law 8, where each run of the campaign has come to.
    function afterInvariant() external {
        _everybodyLeaves();
    }

    /// The same laws after a longer life than a campaign has, with moves of every kind. One life is 120 moves, so a few of
    /// them are enough while developing.
    /// forge-config: default.fuzz.runs = 48
    /// forge-config: ci.fuzz.runs = 2000
    /// forge-config: deep.fuzz.runs = 50000
    function testFuzz_LongLivesFollowTheReferenceToTheWei(uint256 seed) external {
        for (uint256 n; n < 120; ++n) {
            _move(uint256(keccak256(abi.encode(seed, n))));
            if (n % 10 == 9) _laws();
        }
        _everybodyLeaves();
    }

    /// A campaign that reaches nothing would prove nothing.
    function test_TheHandlerReachesEveryMoveAndEveryRefusal() external {
        for (uint256 n; n < 1_500; ++n) {
            _move(uint256(keccak256(abi.encode("reach", n))));
        }
        string[11] memory moves = [
            "stake",
            "unstake",
            "activate",
            "boost",
            "activateBatch",
            "boostBatch",
            "fund",
            "claim",
            "push",
            "name",
            "delegate"
        ];
        for (uint256 i; i < moves.length; ++i) {
            assertLe(10, handler.done(moves[i]), moves[i]);
        }
        string[9] memory refusals =
            ["stake", "unstake", "activate", "boost", "activateBatch", "boostBatch", "claim", "push", "name"];
        for (uint256 i; i < refusals.length; ++i) {
            assertLe(3, handler.refused(refusals[i]), refusals[i]);
        }
        assertLe(100, handler.endedDays().length, "days");
        _laws();
    }

    function _move(uint256 r) private {
        uint256 kind = r % 32;
        uint256 a = r >> 8 & 0xff;
        uint256 b = r >> 16;
        if (kind < 8) handler.pass(b);
        else if (kind < 12) handler.stake(a, b);
        else if (kind < 14) handler.unstake(a, b);
        else if (kind < 18) handler.activate(a);
        else if (kind < 20) handler.relay(b, false);
        else if (kind < 22) handler.boost(a);
        else if (kind == 22) handler.relay(b, true);
        else if (kind < 25) handler.fund(b, a & 1 == 0);
        else if (kind < 27) handler.claim(a);
        else if (kind == 27) handler.push(a, b, b >> 8, b >> 16);
        else if (kind == 28) handler.name(a, b);
        else if (kind == 29) handler.delegate(a, b);
        else if (kind == 30) a & 1 == 0 ? handler.pause() : handler.pushByAStranger(a, b);
        else a & 1 == 0 ? handler.force(b) : handler.give(b);
    }

    function _laws() private {
        // A day may have ended since the last move.
        ref.goTo(pool.today());
        assertEq(bytes(handler.broken()).length, 0, handler.broken());
        _conserved();
        _today();
        _ended();
        _accounts();
        _nodes();
    }

    /// Laws 1, 2, 5.
    function _conserved() private view {
        (uint256 carry, uint256 arrived, uint256 lastDay) = pool.books();
        (uint256 pot, uint256 weight,) = pool.dayOf(lastDay);
        uint256 claimable;
        uint256 staked;
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            claimable += pool.claimableOf(handler.accountAt(i));
            staked += pool.stakeOf(handler.accountAt(i));
        }
        // The pot of today, or of a day that found no weight and has not come back yet; others were handed out.
        uint256 open = lastDay == pool.today() || weight == 0 ? pot : 0;
        uint256 sum = handler.paid() + claimable + open + carry + arrived + ref.remainders();
        assertEq(sum, ref.received(), "law 1: ETH is conserved");
        assertEq(
            address(pool).balance, ref.received() - handler.paid() + handler.forced(), "law 1: the balance is that"
        );
        assertEq(token.balanceOf(address(pool)), staked + handler.gifts(), "law 2: oGPU is conserved");
        assertLe(ref.remainders(), ref.mostOwedToRounding(), "law 5: less than a wei an account and day");
    }

    /// Laws 3, 6.
    function _today() private view {
        uint256 day = pool.today();
        (uint256 carry, uint256 arrived, uint256 lastDay) = pool.books();
        (uint256 pot, uint256 weight, bool opened) = pool.dayOf(day);
        uint256 sum;
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            AccountView memory v = pool.accountOf(handler.accountAt(i));
            if (v.openDay == day) sum += v.weight;
        }
        assertEq(weight, sum, "law 3: the day's weight is its accounts'");
        assertEq(weight, ref.totalWeight(), "law 3: and the reference's");
        assertEq(pot, ref.pot(), "law 6: the pot");
        assertTrue(opened == ref.opened(), "law 6: opened");
        assertEq(arrived, ref.arrived(), "law 6: today's arrivals are in no pot");
        (uint256 lastPot, uint256 lastWeight,) = pool.dayOf(lastDay);
        uint256 comesBack = lastDay != day && lastWeight == 0 ? lastPot : 0;
        assertEq(carry + comesBack, ref.waiting(), "law 1: what waits for a pot");
    }

    /// Law 4.
    function _ended() private view {
        StakingHandler.Seen[] memory ended = handler.endedDays();
        for (uint256 i; i < ended.length; ++i) {
            (uint256 pot, uint256 weight, bool opened) = pool.dayOf(ended[i].day);
            assertEq(weight, ended[i].weight, "law 4: no retroactive weight");
            assertTrue(opened, "law 4: opened");
            if (pot == ended[i].pot) continue;
            assertEq(weight, 0, "law 4: only a pot without weight goes back");
            assertEq(pot, 0, "law 4: whole");
        }
    }

    /// Laws 7, 9, 10, 13.
    function _accounts() private view {
        uint256 day = pool.today();
        uint256 people = handler.PEOPLE();
        uint256[] memory votes = new uint256[](people + 1);
        for (uint256 i; i < people; ++i) {
            address account = handler.accountAt(i);
            Reference.Person memory p = ref.person(i);
            AccountView memory v = pool.accountOf(account);
            assertEq(pool.claimableOf(account), p.earned, "law 7: the reward is the reference's");
            assertEq(v.counted, p.counted, "what counts");
            assertEq(v.added, p.added, "what was added today");
            if (v.counted != 0) {
                uint256 age = day * 1 days - v.start;
                assertEq(age < 365 days ? age : 365 days, p.age, "the age");
            }
            if (v.openDay == day) {
                assertEq(v.weight, ref.weightOf(i), "laws 3, 13: the weight, with the level that counts");
                assertLe(v.counted, v.weight, "law 9: at least the amount");
                assertLe(v.weight * 10, v.counted * 52, "law 9: at most 5.2 times");
            }
            votes[handler.delegateOf(i)] += v.counted + v.added;
        }
        for (uint256 i; i < people; ++i) {
            assertEq(pool.getVotes(handler.accountAt(i)), votes[i + 1], "law 10: votes follow stake");
        }
        assertEq(pool.getVotes(address(0)), 0, "law 10: nobody else's");
    }

    /// Law 11.
    function _nodes() private view {
        uint256[] memory named = new uint256[](handler.PEOPLE());
        for (uint256 n; n < handler.NODES(); ++n) {
            uint256 holder = handler.holder(n);
            address account = holder == 0 ? address(0) : handler.accountAt(holder - 1);
            assertEq(pool.holderOf(handler.nodeAt(n)), account, "law 11: one account");
            if (holder == 0) continue;
            assertEq(pool.accountOf(account).node, handler.nodeAt(n), "law 11: one node");
            ++named[holder - 1];
        }
        for (uint256 i; i < named.length; ++i) {
            assertLe(named[i], 1, "law 11: at most one");
            AccountView memory v = pool.accountOf(handler.accountAt(i));
            if (named[i] != 0) continue;
            assertEq(v.node, address(0), "law 11: none");
            assertEq(v.level, 0, "law 11: no level without a node");
        }
    }

    /// Law 8: entries are paused, a day goes by, everybody takes all, and what stays is named.
    function _everybodyLeaves() private {
        uint256 snapshot = vm.snapshotState();
        if (block.timestamp >= pool.nextPauseAt()) {
            vm.prank(guardian);
            pool.pause();
        }
        vm.warp(block.timestamp + 1 days);
        ref.goTo(pool.today());
        uint256 left = address(pool).balance;
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            address account = handler.accountAt(i);
            uint256 staked = pool.stakeOf(account);
            uint256 owed = ref.claim(i);
            vm.startPrank(account);
            if (staked != 0) pool.unstake(staked, account);
            if (owed != 0) assertEq(pool.claim(account), owed, "law 8: all ETH");
            vm.stopPrank();
            left -= owed;
            assertEq(pool.stakeOf(account), 0, "law 8: all stake");
        }
        assertEq(address(pool).balance, left, "law 8: paid");
        assertEq(
            left,
            ref.waiting() + ref.arrived() + ref.remainders() + handler.forced(),
            "law 8: what stays waits for a pot, is a remainder or was forced in"
        );
        assertEq(token.balanceOf(address(pool)), handler.gifts(), "law 8: no stake stays");
        vm.revertToState(snapshot);
    }
}

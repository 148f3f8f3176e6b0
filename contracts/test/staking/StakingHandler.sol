// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {StakingFixture} from "./support/StakingFixture.sol";
import {Forcing} from "./support/Receivers.sol";
import {Reference} from "./Reference.sol";
import {OGPU} from "../../src/OGPU.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";

/// Moves five accounts and four nodes at random through days, legally and not, and tells the reference what must happen.
/// A move that must be refused and is not, or is refused and must not be, is kept in `broken`.
contract StakingHandler is StakingFixture {
    uint256 public constant PEOPLE = 5;
    uint256 public constant NODES = 4;

    struct Seen {
        uint256 day;
        uint256 pot;
        uint256 weight;
    }

    Reference public ref;
    uint256 public paid;
    uint256 public forced;
    uint256 public gifts;
    string public broken;
    /// How often each move succeeded and was refused, to see that a campaign reaches everything.
    mapping(string move => uint256) public done;
    mapping(string move => uint256) public refused;
    /// Account + 1 that names the node, 0 for none; the account's delegate + 1.
    uint256[4] public holder;
    uint256[5] public delegateOf;
    uint256 public lastOpened;
    Seen[] internal ended;
    uint256 private _watched;

    constructor() {
        setUp();
        ref = new Reference(PEOPLE, FIRST_DAY);
    }

    function parts() external view returns (OGPU, StakingPool, address) {
        return (token, pool, guardian);
    }

    function accountAt(uint256 i) external view returns (address) {
        return _account(i);
    }

    function nodeAt(uint256 i) external pure returns (address) {
        return _node(i);
    }

    function endedDays() external view returns (Seen[] memory) {
        return ended;
    }

    // ---- time ----

    /// Minutes to hours, or to the edge of a day, or days; once in a while more than a year.
    function pass(uint256 seed) external {
        uint256 time = block.timestamp;
        uint256 kind = seed % 16;
        uint256 r = seed >> 8;
        if (kind < 5) time += bound(r, 0, 12 hours);
        else if (kind < 9) time = (time / 1 days + 1) * 1 days + bound(r, 0, 2) - 1;
        else if (kind < 15) time += bound(r, 1 days, 2 days + 1 hours);
        else time += bound(r, 2 days, 500 days);
        if (time < block.timestamp) time = block.timestamp;
        vm.warp(time);
        _sync();
    }

    // ---- oGPU ----

    function stake(uint256 who, uint256 amount) public {
        uint256 i = _begin(who);
        amount = bound(amount, 1, amount & 7 == 0 ? 10 : 100 ether);
        if (token.balanceOf(_account(i)) < amount || block.timestamp < pool.pausedUntil()) return;
        bytes32 others = _others(i, 0);
        _stake(_account(i), amount);
        ref.stake(i, amount);
        _end("stake", i, 0, others);
    }

    function unstake(uint256 who, uint256 part) external {
        uint256 i = _begin(who);
        uint256 staked = pool.stakeOf(_account(i));
        if (part % 8 == 0) {
            vm.prank(_account(i));
            try pool.unstake(staked + 1, _account(i)) {
                broken = "took out more than staked";
            } catch {
                ++refused["unstake"];
            }
        }
        if (staked == 0) return;
        uint256 amount = part % 4 == 0 ? staked : bound(part >> 8, 1, staked);
        bytes32 others = _others(i, 0);
        _unstake(_account(i), amount);
        ref.unstake(i, amount);
        _end("unstake", i, 0, others);
    }

    /// oGPU that nobody staked.
    function give(uint256 amount) external {
        amount = bound(amount, 1, 1 ether);
        token.transfer(address(pool), amount);
        gifts += amount;
    }

    // ---- activation and boost ----

    function activate(uint256 who) external {
        uint256 i = _begin(who);
        bool may = _mayActivate(i);
        bytes32 others = _others(i, 0);
        vm.prank(_account(i));
        try pool.activate() {
            if (!may) broken = "activated";
            ref.activate(i);
            _end("activate", i, 0, others);
        } catch {
            if (may) broken = "not activated";
            ++refused["activate"];
        }
    }

    function boost(uint256 who) external {
        uint256 i = _begin(who);
        bool may = _mayBoost(i);
        bytes32 others = _others(i, 0);
        vm.prank(_account(i));
        try pool.boost() {
            if (!may) broken = "boosted";
            ref.boost(i, block.timestamp);
            _end("boost", i, 0, others);
        } catch {
            if (may) broken = "not boosted";
            ++refused["boost"];
        }
    }

    /// A batch of all accounts, some of them twice, some with a signature that does not hold.
    function relay(uint256 seed, bool boosts) external {
        _sync();
        uint256 day = pool.today();
        if (seed % 16 == 0) day = seed % 32 == 0 ? day + 1 : day - 1;
        bool rightDay = day == pool.today();
        uint256 n = PEOPLE + 2;
        address[] memory accounts = new address[](n);
        bytes[] memory signatures = new bytes[](n);
        uint256 expected;
        for (uint256 k; k < n; ++k) {
            uint256 r = uint256(keccak256(abi.encode(seed, k)));
            uint256 i = k < PEOPLE ? k : r % PEOPLE;
            bool good = r >> 8 & 3 != 0;
            accounts[k] = _account(i);
            signatures[k] = _itemSignature(r, i, day, boosts, good);
            if (!good || !rightDay) continue;
            if (boosts && _mayBoost(i)) ref.boost(i, block.timestamp);
            else if (!boosts && _mayActivate(i)) ref.activate(i);
            else continue;
            ++expected;
        }
        uint256 got =
            boosts ? pool.boostBatch(day, accounts, signatures) : pool.activateBatch(day, accounts, signatures);
        if (got != expected) broken = "a batch did more or less than it may";
        done[boosts ? "boostBatch" : "activateBatch"] += got;
        refused[boosts ? "boostBatch" : "activateBatch"] += n - got;
        _look();
    }

    // ---- ETH ----

    function fund(uint256 amount, bool plainly) public {
        _sync();
        amount = amount % 3 == 0 ? bound(amount, 0, 20) : bound(amount, 0, 10 ether);
        if (plainly) {
            (bool sent,) = address(pool).call{value: amount}("");
            if (!sent) broken = "ETH was refused";
        } else {
            _fund(amount);
        }
        ref.fund(amount);
        ++done["fund"];
    }

    function force(uint256 amount) external {
        amount = bound(amount, 1, 1 ether);
        new Forcing{value: amount}(payable(address(pool)));
        forced += amount;
    }

    function claim(uint256 who) external {
        uint256 i = _begin(who);
        uint256 owed = ref.claim(i);
        bytes32 others = _others(i, 0);
        vm.prank(_account(i));
        try pool.claim(_account(i)) returns (uint256 amount) {
            if (amount != owed || owed == 0) broken = "a claim differs from the reference";
            paid += amount;
            _end("claim", i, 0, others);
        } catch {
            if (owed != 0) broken = "a claim was refused";
            ++refused["claim"];
        }
    }

    // ---- nodes ----

    /// The registry changes a node's standing and says so.
    function push(uint256 node, uint256 level, uint256 until, uint256 owner) external {
        _sync();
        node = bound(node, 0, NODES - 1);
        level = bound(level, 0, 5);
        until = pool.today() + bound(until, 0, 8);
        if (until % 9 == 0) level = until = 0;
        registry.set(pool, _node(node), _account(bound(owner, 0, PEOPLE - 1)), uint8(level), uint32(until));
        if (holder[node] != 0) ref.level(holder[node] - 1, level, until);
        ++done["push"];
    }

    function name(uint256 who, uint256 node) external {
        uint256 i = _begin(who);
        node = bound(node, 0, NODES);
        address named = node == NODES ? address(0) : _node(node);
        (address owner, uint8 level, uint32 until) = registry.standingOf(named);
        bool may = named == address(0) || owner == _account(i);
        uint256 former = node == NODES ? 0 : holder[node];
        bytes32 others = _others(i, former);
        vm.prank(_account(i));
        try pool.nameNode(named) {
            if (!may) broken = "named another's node";
            _leaveNode(i);
            if (named != address(0)) {
                if (former != 0 && former != i + 1) ref.level(former - 1, 0, 0);
                holder[node] = i + 1;
            }
            ref.level(i, named == address(0) ? 0 : level, named == address(0) ? 0 : until);
            _end("name", i, former, others);
        } catch {
            if (may) broken = "not named";
            ++refused["name"];
        }
    }

    function pushByAStranger(uint256 who, uint256 node) external {
        vm.prank(_account(bound(who, 0, PEOPLE - 1)));
        try pool.pushLevel(_node(bound(node, 0, NODES - 1)), 5, type(uint32).max) {
            broken = "a stranger pushed a level";
        } catch {
            ++refused["push"];
        }
    }

    // ---- votes, pause ----

    function delegate(uint256 who, uint256 to) external {
        uint256 i = _begin(who);
        to = bound(to, 0, PEOPLE);
        bytes32 others = _others(i, 0);
        vm.prank(_account(i));
        pool.delegate(to == 0 ? address(0) : _account(to - 1));
        delegateOf[i] = to;
        _end("delegate", i, 0, others);
    }

    function pause() external {
        if (block.timestamp < pool.nextPauseAt()) return;
        vm.prank(guardian);
        pool.pause();
        vm.prank(alice);
        try pool.stake(1) {
            broken = "staked while paused";
        } catch {
            ++refused["stake"];
        }
    }

    // ---- the bookkeeping ----

    function _begin(uint256 who) private returns (uint256) {
        _sync();
        return bound(who, 0, PEOPLE - 1);
    }

    /// The reference ends the days that are over; what the pool says of them is kept from the first time on.
    function _sync() private {
        ref.goTo(pool.today());
        if (lastOpened != 0 && lastOpened < pool.today() && lastOpened != _watched) {
            (uint256 pot, uint256 weight,) = pool.dayOf(lastOpened);
            ended.push(Seen(lastOpened, pot, weight));
            _watched = lastOpened;
        }
    }

    function _look() private {
        (,, bool opened) = pool.dayOf(pool.today());
        if (opened) lastOpened = pool.today();
    }

    function _end(string memory move, uint256 i, uint256 former, bytes32 others) private {
        if (others != _others(i, former)) broken = "a move changed another account";
        ++done[move];
        _look();
    }

    /// Everything of all accounts but `i` and the one numbered `former` from 1.
    function _others(uint256 i, uint256 former) private view returns (bytes32 hash) {
        for (uint256 k; k < PEOPLE; ++k) {
            if (k == i || k + 1 == former) continue;
            hash = keccak256(
                abi.encode(hash, pool.accountOf(_account(k)), pool.delegates(_account(k)), token.balanceOf(_account(k)))
            );
        }
    }

    function _mayActivate(uint256 i) private view returns (bool) {
        Reference.Person memory p = ref.person(i);
        return !p.active && p.counted != 0;
    }

    function _mayBoost(uint256 i) private view returns (bool) {
        Reference.Person memory p = ref.person(i);
        return p.counted != 0 && block.timestamp - p.boostedAt >= 1 days;
    }

    function _leaveNode(uint256 i) private {
        for (uint256 n; n < NODES; ++n) {
            if (holder[n] == i + 1) holder[n] = 0;
        }
    }

    /// A bad one is of another account, another day or the other kind, or is cut off.
    function _itemSignature(uint256 r, uint256 i, uint256 day, bool boosts, bool good)
        private
        view
        returns (bytes memory)
    {
        uint256 fault = good ? 4 : r >> 16 & 3;
        if (fault == 0) i = (i + 1) % PEOPLE;
        if (fault == 1) day += 1;
        if (fault == 2) boosts = !boosts;
        if (fault == 3) return hex"00";
        return boosts ? _signBoost(i, day) : _signActivation(i, day);
    }
}

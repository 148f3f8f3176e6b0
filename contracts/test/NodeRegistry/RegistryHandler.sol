// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestation} from "../../src/interfaces/IAttestations.sol";
import {Node} from "../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {OGPU} from "../../src/OGPU.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";

/// Moves nodes, owners, the market, rounds and the clock at random, legally and not, and keeps books of what must be. A move
/// that was refused and must not be, or was not and must be, is kept in `broken`.
contract RegistryHandler is RegistryFixture {
    uint256 private constant MOST_NODES = 14;

    /// What must be true of a node.
    struct Book {
        uint256 locked;
        uint256 bond;
        /// Of the last attestation: what it gave, when it was, how many slashes since. `gone` when it left since.
        uint64 power;
        uint256 earned;
        uint256 slashes;
        uint256 openedAt;
        bool attested;
        bool gone;
        /// Attested, or announced before it registered.
        uint256 round;
        /// What the pool was told last.
        uint256 toldLevel;
        uint256 toldUntil;
    }

    /// What must be true of a node now.
    struct Expected {
        Book book;
        uint256 level;
        uint256 lastDay;
        uint256 power;
        uint256 duty;
    }

    /// One class's rounds. `endsAt` 0: announced.
    struct Rounds {
        uint256 id;
        uint256 seedBlock;
        uint256 endsAt;
        bytes32 seed;
        uint256 tickets;
    }

    string public broken;
    mapping(string move => uint256) public done;
    mapping(string move => uint256) public refused;
    uint256 public cameIn;
    uint256 public wentOut;
    uint256 public slashed;
    mapping(address node => Book) private _books;
    mapping(uint16 gpuClass => Rounds) private _ledger;
    mapping(uint256 epoch => mapping(address owner => uint256)) private duty;

    constructor() {
        setUp();
        for (uint256 i; i < NODES; ++i) {
            _books[nodes[i]].bond = BOND;
            cameIn += BOND;
            token.transfer(owners[i], 2 ether);
            vm.startPrank(owners[i]);
            token.approve(address(pool), 2 ether);
            pool.stake(2 ether);
            pool.nameNode(nodes[i]);
            vm.stopPrank();
        }
    }

    function parts() external view returns (OGPU, NodeRegistry, StakingPool, ProviderEmission) {
        return (token, registry, pool, emission);
    }

    function everyone() external view returns (address[] memory, address[] memory) {
        return (nodes, owners);
    }

    function expected(uint256 i) external view returns (Expected memory e) {
        address node = nodes[i];
        e.book = _books[node];
        e.level = levelOf(node);
        e.lastDay = lastDayOf(node);
        e.power = powerOf(node);
        e.duty = duty[emission.currentEpoch()][owners[i]];
    }

    function ledgerOf(uint16 gpuClass) external view returns (Rounds memory) {
        return _ledger[gpuClass];
    }

    // ---- what must be ----

    /// Counts from the attestation forward: no running level is kept.
    function levelOf(address node) public view returns (uint256) {
        Book storage b = _books[node];
        if (!b.attested || b.gone) return 0;
        if (block.timestamp / 1 days > lastDayOf(node)) return 0;
        uint256 lost = b.slashes + _endedSince(node);
        return lost < b.earned ? b.earned - lost : 0;
    }

    function lastDayOf(address node) public view returns (uint256) {
        return (_books[node].openedAt + 7 days) / 1 days - 1;
    }

    function powerOf(address node) public view returns (uint256) {
        Book storage b = _books[node];
        return b.attested && !b.gone && block.timestamp < b.openedAt + 7 days ? b.power : 0;
    }

    function _endedSince(address node) private view returns (uint256) {
        Rounds storage r = _ledger[_classOf(node)];
        if (r.id == 0) return 0;
        uint256 ended = r.endsAt != 0 && block.timestamp >= r.endsAt ? r.id : r.id - 1;
        return ended > _books[node].round ? ended - _books[node].round : 0;
    }

    function _classOf(address node) private view returns (uint16) {
        return registry.nodeOf(node).gpuClass;
    }

    function _live(address node) private view returns (bool) {
        Node memory record = registry.nodeOf(node);
        return record.active && record.unbondAt == 0;
    }

    /// After anything that tells the pool, or that asks it.
    function _told(address node) private {
        Book storage b = _books[node];
        b.toldLevel = levelOf(node);
        b.toldUntil = b.toldLevel == 0 ? 0 : lastDayOf(node);
    }

    function _result(string memory move, bool may, bool happened) private {
        if (may != happened) broken = string.concat(move, may ? " was refused" : " went through");
        if (happened) ++done[move];
        else ++refused[move];
    }

    // ---- moves ----

    function pass(uint256 seed) external {
        uint256 kind = seed % 8;
        uint256 r = seed >> 8;
        if (kind < 3) vm.warp(block.timestamp + bound(r, 0, 6 hours));
        else if (kind < 5) vm.warp((block.timestamp / 1 days + 1) * 1 days + bound(r, 0, 2) - 1);
        else if (kind < 7) vm.warp(block.timestamp + bound(r, 12 hours, 30 hours));
        else vm.warp(block.timestamp + bound(r, 1 days, 9 days));
        // A seed that nobody fixes in time ages out.
        vm.roll(block.number + (seed >> 32 & 3 == 0 ? 300 : bound(r >> 64, 0, 4)));
        ++done["pass"];
    }

    function announce(uint256 seed) public {
        uint16 gpuClass = seed & 3 == 0 ? OTHER_CLASS : CLASS;
        Rounds storage r = _ledger[gpuClass];
        bool may = r.id == 0 || (r.endsAt != 0 && block.timestamp >= r.endsAt);
        try registry.announceRound(gpuClass) returns (uint32 id) {
            _result("announce", may, true);
            if (id != r.id + 1) broken = "a round's number does not follow";
            r.id = id;
            r.endsAt = 0;
            r.seedBlock = block.number + 2;
            r.tickets = nodes.length;
        } catch {
            _result("announce", may, false);
        }
    }

    function fix(uint256 seed) public {
        uint16 gpuClass = seed & 3 == 0 ? OTHER_CLASS : CLASS;
        Rounds storage r = _ledger[gpuClass];
        bool may = r.id != 0 && r.endsAt == 0 && block.number > r.seedBlock;
        try registry.fixRound(gpuClass) returns (bytes32 fixed_) {
            _result("fix", may, true);
            if (block.number - r.seedBlock > 256) {
                if (fixed_ != 0) broken = "a seed out of reach was fixed";
                r.seedBlock = block.number + 2;
                ++done["age out"];
                return;
            }
            r.seed = fixed_;
            r.endsAt = block.timestamp + 1 days;
        } catch {
            _result("fix", may, false);
        }
    }

    /// Most rounds are opened in one move, or a campaign would hardly see one.
    function open(uint256 seed) external {
        announce(seed);
        vm.roll(block.number + 3);
        fix(seed);
    }

    function attest(uint256 who, uint256 seed) external {
        address node = nodes[who % nodes.length];
        uint16 gpuClass = _classOf(node);
        Rounds storage r = _ledger[gpuClass];
        bool isOpen = r.endsAt != 0 && block.timestamp < r.endsAt;
        Book storage b = _books[node];
        Attestation memory it;
        (it.node, it.gpuClass, it.round) = (node, gpuClass, uint32(r.id));
        it.power = uint64(bound(seed, 1, 60_000));
        it.vramMiB = uint32(bound(seed >> 64, 0, 90_000));
        bytes[] memory signatures = new bytes[](0);
        uint256 signed;
        address[] memory drawn;
        if (isOpen) {
            it.challenge = registry.challengeOf(node);
            drawn = registry.attestorsOf(node);
            signed = seed >> 128 & 7 == 0 ? bound(seed >> 136, 0, drawn.length) : drawn.length;
            signatures = _cosignatures(it, signed);
        }
        bool may = isOpen && _live(node) && r.id > b.round && signed >= 4;
        try registry.attest(it, signatures) {
            _result("attest", may, true);
        } catch {
            return _result("attest", may, false);
        }
        b.attested = true;
        b.gone = false;
        b.power = it.power;
        b.earned = _table(it.power, it.vramMiB);
        b.slashes = 0;
        b.openedAt = r.endsAt - 1 days;
        b.round = r.id;
        _told(node);
        uint256 epoch = emission.currentEpoch();
        duty[epoch][registry.ownerOf(node)] += uint256(it.power) * 60;
        for (uint256 i; i < signed; ++i) {
            duty[epoch][registry.ownerOf(drawn[i])] += powerOf(drawn[i]) * 30;
        }
    }

    function refresh(uint256 who) external {
        address node = nodes[who % nodes.length];
        vm.prank(address(0xBEEF));
        registry.refresh(node);
        _told(node);
        ++done["refresh"];
    }

    function lock(uint256 who, uint256 seed) external {
        address node = nodes[who % nodes.length];
        Book storage b = _books[node];
        uint256 amount = bound(seed >> 8, 1, seed & 1 == 0 ? 20 ether : 700 ether);
        bool may = amount <= b.bond - b.locked;
        vm.prank(MARKET);
        try registry.lockBond(node, uint128(amount)) {
            _result("lock", may, true);
            b.locked += amount;
        } catch {
            _result("lock", may, false);
        }
    }

    function unlock(uint256 who, uint256 seed) external {
        address node = nodes[who % nodes.length];
        Book storage b = _books[node];
        uint256 amount = seed & 7 == 0 ? b.locked + 1 : bound(seed >> 8, 0, b.locked);
        bool may = amount <= b.locked;
        vm.prank(MARKET);
        try registry.unlockBond(node, uint128(amount)) {
            _result("unlock", may, true);
            b.locked -= amount;
        } catch {
            _result("unlock", may, false);
        }
    }

    function slash(uint256 who, uint256 seed) external {
        address node = nodes[who % nodes.length];
        Book storage b = _books[node];
        uint256 amount = seed & 7 == 0 ? b.locked + 1 : bound(seed >> 8, 0, b.locked);
        bool may = amount <= b.locked;
        bool wasActive = registry.nodeOf(node).active;
        vm.prank(MARKET);
        try registry.slash(node, uint128(amount)) {
            _result("slash", may, true);
            b.locked -= amount;
            b.bond -= amount;
            slashed += amount;
            ++b.slashes;
            if (wasActive && b.bond < MINIMUM) {
                b.gone = true;
                ++done["turned off"];
            }
            _told(node);
        } catch {
            _result("slash", may, false);
        }
    }

    function unbond(uint256 who) external {
        address node = nodes[who % nodes.length];
        bool may = registry.nodeOf(node).unbondAt == 0;
        vm.prank(registry.ownerOf(node));
        try registry.requestUnbond(node) {
            _result("leave", may, true);
            _books[node].gone = true;
            _told(node);
        } catch {
            _result("leave", may, false);
        }
    }

    function stay(uint256 who) external {
        address node = nodes[who % nodes.length];
        bool may = registry.nodeOf(node).unbondAt != 0 && _books[node].bond >= MINIMUM;
        vm.prank(registry.ownerOf(node));
        try registry.cancelUnbond(node) {
            _result("stay", may, true);
        } catch {
            _result("stay", may, false);
        }
    }

    function setActive(uint256 who, bool active) external {
        address node = nodes[who % nodes.length];
        bool may = !active || _books[node].bond >= MINIMUM;
        vm.prank(registry.ownerOf(node));
        try registry.setActive(node, active) {
            _result("set active", may, true);
        } catch {
            _result("set active", may, false);
        }
    }

    function withdraw(uint256 who, bool stranger) external {
        address node = nodes[who % nodes.length];
        Book storage b = _books[node];
        uint256 unbondAt = registry.nodeOf(node).unbondAt;
        bool may = !stranger && unbondAt != 0 && block.timestamp >= unbondAt && b.locked == 0;
        vm.prank(stranger ? address(0xBEEF) : registry.ownerOf(node));
        try registry.withdrawBond(node, address(0xCAFE)) {
            _result("withdraw", may, true);
            wentOut += b.bond;
            b.bond = 0;
        } catch {
            _result("withdraw", may, false);
        }
    }

    function addBond(uint256 who, uint256 amount) external {
        address node = nodes[who % nodes.length];
        amount = bound(amount, 0, 500 ether);
        token.approve(address(registry), amount);
        registry.addBond(node, amount);
        _books[node].bond += amount;
        cameIn += amount;
        ++done["add bond"];
    }

    /// Sometimes a second node of an owner.
    function enlist(uint256 seed) external {
        if (nodes.length >= MOST_NODES) return;
        uint256 i = nodes.length;
        uint16 gpuClass = seed & 1 == 0 ? CLASS : OTHER_CLASS;
        address node = _enlist(seed & 2 == 0 ? OWNER_KEY : OWNER_KEY + i, NODE_KEY + i, gpuClass);
        _books[node].bond = BOND;
        _books[node].round = _ledger[gpuClass].id;
        cameIn += BOND;
        ++done["enlist"];
    }

    /// An owner names its node again, or takes another of its own.
    function name(uint256 who) external {
        uint256 i = who % nodes.length;
        address before = pool.accountOf(owners[i]).node;
        vm.prank(owners[i]);
        pool.nameNode(nodes[i]);
        _told(nodes[i]);
        if (before != nodes[i]) ++done["name another"];
        ++done["name"];
    }

    function activate(uint256 who) external {
        vm.prank(owners[who % NODES]);
        try pool.activate() {
            ++done["activate"];
        } catch {}
    }

    function byAStranger(uint256 who, uint256 kind) external {
        address node = nodes[who % nodes.length];
        vm.startPrank(address(0xBEEF));
        bytes[5] memory calls = [
            abi.encodeCall(registry.lockBond, (node, 0)),
            abi.encodeCall(registry.unlockBond, (node, 0)),
            abi.encodeCall(registry.slash, (node, 0)),
            abi.encodeCall(registry.requestUnbond, (node)),
            abi.encodeCall(registry.setActive, (node, false))
        ];
        (bool went,) = address(registry).call(calls[kind % calls.length]);
        vm.stopPrank();
        _result("a stranger's call", false, went);
    }

    /// The table of NodeLevel, said once more.
    function _table(uint256 power, uint256 vram) private pure returns (uint256 level) {
        uint32[5] memory powers = [uint32(1_000), 4_000, 8_000, 14_000, 40_000];
        uint32[5] memory sizes = [uint32(3_600), 7_200, 14_400, 21_600, 72_000];
        while (level < 5 && power >= powers[level] && vram >= sizes[level]) ++level;
    }
}

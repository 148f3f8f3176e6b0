// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AttestedView, Round} from "../../src/interfaces/IAttestations.sol";
import {Node} from "../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {OGPU} from "../../src/OGPU.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {AccountView} from "../../src/staking/IStakingPool.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {Test} from "../support/Test.sol";
import {RegistryHandler} from "./RegistryHandler.sol";

/// The laws of LAWS.md, together.
contract RegistryLawsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    uint128 private constant MINIMUM = 100 ether;
    uint16 private constant EVERY_CLASS = 65_535;
    RegistryHandler private handler;
    OGPU private token;
    NodeRegistry private registry;
    StakingPool private pool;
    ProviderEmission private emission;

    function setUp() external {
        handler = new RegistryHandler();
        (token, registry, pool, emission) = handler.parts();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (Selectors[] memory all) {
        bytes4[20] memory moves = [
            RegistryHandler.pass.selector,
            RegistryHandler.pass.selector,
            RegistryHandler.open.selector,
            RegistryHandler.announce.selector,
            RegistryHandler.fix.selector,
            RegistryHandler.attest.selector,
            RegistryHandler.attest.selector,
            RegistryHandler.attest.selector,
            RegistryHandler.refresh.selector,
            RegistryHandler.lock.selector,
            RegistryHandler.unlock.selector,
            RegistryHandler.slash.selector,
            RegistryHandler.unbond.selector,
            RegistryHandler.stay.selector,
            RegistryHandler.setActive.selector,
            RegistryHandler.withdraw.selector,
            RegistryHandler.addBond.selector,
            RegistryHandler.enlist.selector,
            RegistryHandler.name.selector,
            RegistryHandler.byAStranger.selector
        ];
        all = new Selectors[](1);
        all[0] = Selectors(address(handler), new bytes4[](moves.length));
        for (uint256 i; i < moves.length; ++i) {
            all[0].selectors[i] = moves[i];
        }
    }

    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_Case49_TheLawsOfTheRegistry() external view {
        _laws();
    }

    /// Law 14, where each run of the campaign has come to.
    function afterInvariant() external {
        _everybodyLeaves();
    }

    /// Longer lives than a campaign has.
    /// forge-config: default.fuzz.runs = 12
    function testFuzz_Case23_LongLivesFollowTheBooks(uint256 seed) external {
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
            if (n % 50 == 0) _laws();
        }
        string[15] memory moves = [
            "announce",
            "fix",
            "age out",
            "attest",
            "refresh",
            "lock",
            "unlock",
            "slash",
            "turned off",
            "leave",
            "stay",
            "set active",
            "withdraw",
            "enlist",
            "name another"
        ];
        for (uint256 i; i < moves.length; ++i) {
            assertLe(2, handler.done(moves[i]), moves[i]);
        }
        string[11] memory refusals = [
            "announce",
            "fix",
            "attest",
            "lock",
            "unlock",
            "slash",
            "leave",
            "stay",
            "set active",
            "withdraw",
            "a stranger's call"
        ];
        for (uint256 i; i < refusals.length; ++i) {
            assertLe(1, handler.refused(refusals[i]), refusals[i]);
        }
        assertLe(20, handler.done("attest"), "attestations");
        _laws();
    }

    function _move(uint256 r) private {
        uint256 kind = r % 32;
        uint256 a = r >> 8 & 0xff;
        uint256 b = r >> 16;
        if (kind < 4) handler.pass(b);
        else if (kind < 7) handler.open(b);
        else if (kind == 7) a & 1 == 0 ? handler.announce(b) : handler.fix(b);
        else if (kind < 17) handler.attest(a, b);
        else if (kind == 17) handler.refresh(a);
        else if (kind < 20) handler.lock(a, b);
        else if (kind == 20) handler.unlock(a, b);
        else if (kind < 23) handler.slash(a, b);
        else if (kind == 23) handler.unbond(a);
        else if (kind < 26) handler.stay(a);
        else if (kind == 26) handler.setActive(a, b & 3 != 0);
        else if (kind == 27) handler.withdraw(a, b & 7 == 0);
        else if (kind == 28) handler.addBond(a, b);
        else if (kind == 29) b & 3 == 0 ? handler.enlist(b >> 8) : handler.byAStranger(a, b);
        else if (kind == 30) handler.name(a);
        else handler.activate(a);
    }

    function _laws() private view {
        assertEq(bytes(handler.broken()).length, 0, handler.broken());
        (address[] memory nodes, address[] memory owners) = handler.everyone();
        Node[] memory records = new Node[](nodes.length);
        uint256 epoch = emission.currentEpoch();
        uint256 bonds;
        for (uint256 i; i < nodes.length; ++i) {
            records[i] = registry.nodeOf(nodes[i]);
            bonds += records[i].bond;
            RegistryHandler.Expected memory e = handler.expected(i);
            _record(nodes[i], owners[i], i, records[i], e.book);
            _capability(nodes[i], owners[i], records[i].gpuClass, e);
            assertEq(emission.workOf(epoch, owners[i]).dutyUnits, e.duty, "law 13: duties");
        }
        assertEq(token.balanceOf(address(registry)), bonds, "law 1: bonds are held");
        assertEq(handler.cameIn(), bonds + handler.wentOut() + handler.slashed(), "law 1: what came in");
        assertEq(token.balanceOf(address(0xE5C0)), handler.slashed(), "law 3: slashed bond");
        assertEq(token.balanceOf(address(0xCAFE)), handler.wentOut(), "law 3: withdrawn bond");
        assertEq(registry.ticketCount(EVERY_CLASS), nodes.length, "law 4: tickets of all");
        for (uint16 gpuClass = 7; gpuClass < 9; ++gpuClass) {
            _counts(gpuClass, owners, records);
            _rounds(gpuClass, nodes, owners, records);
        }
    }

    /// Laws 2, 4, 6.
    function _record(address node, address owner, uint256 i, Node memory record, RegistryHandler.Book memory book)
        private
        view
    {
        assertEq(record.bond, book.bond, "law 1: the node's bond");
        assertEq(record.lockedBond, book.locked, "law 2: what the market locked");
        assertLe(record.lockedBond, record.bond, "law 2: is there");
        assertEq(record.owner, owner, "the owner stays");
        assertEq(registry.ticketAt(EVERY_CLASS, i), node, "law 4: in the order of registration");
        assertEq(registry.ticketAt(record.gpuClass, record.ticket), node, "law 4: its class's");
        bool live = record.active && record.unbondAt == 0;
        if (live) assertLe(MINIMUM, record.bond, "law 6: a live node has its bond");
    }

    /// Laws 7, 8, 9, 10.
    function _capability(address node, address owner, uint16 gpuClass, RegistryHandler.Expected memory e) private view {
        (address of_, uint8 level, uint32 untilDay) = registry.standingOf(node);
        assertEq(of_, owner, "standing: owner");
        assertEq(level, e.level, "law 7: the level is earned");
        assertEq(untilDay, level == 0 ? 0 : e.lastDay, "law 7: its last day");
        AttestedView memory v = registry.attestedOf(node);
        assertEq(v.level, level, "law 7: one word for it");
        assertEq(v.power, e.power, "law 8: power is measured");
        assertEq(registry.powerOf(node), e.power, "law 8: one word for it");
        assertEq(v.round, e.book.round, "law 9: once a round");
        assertLe(v.round, registry.roundOf(gpuClass).id, "law 9: of those announced");
        address holder = pool.holderOf(node);
        if (holder == address(0)) return;
        assertEq(holder, owner, "law 10: its owner's account");
        AccountView memory account = pool.accountOf(owner);
        assertEq(account.level, e.book.toldLevel, "law 10: the pool knows the level");
        if (account.level != 0) assertEq(account.levelUntil, e.book.toldUntil, "law 10: and its last day");
    }

    /// Law 5.
    function _counts(uint16 gpuClass, address[] memory owners, Node[] memory records) private view {
        uint256 liveOwners;
        for (uint256 i; i < owners.length; ++i) {
            uint256 live;
            bool isFirst = true;
            for (uint256 j; j < owners.length; ++j) {
                if (owners[j] != owners[i]) continue;
                if (j < i) isFirst = false;
                Node memory record = records[j];
                if (record.active && record.unbondAt == 0 && record.gpuClass == gpuClass) ++live;
            }
            assertEq(registry.liveNodesOf(owners[i], gpuClass), live, "law 5: live nodes");
            if (isFirst && live != 0) ++liveOwners;
        }
        assertEq(registry.liveOwners(gpuClass), liveOwners, "law 5: live owners");
    }

    /// Laws 11, 12.
    function _rounds(uint16 gpuClass, address[] memory nodes, address[] memory owners, Node[] memory records)
        private
        view
    {
        Round memory round = registry.roundOf(gpuClass);
        RegistryHandler.Rounds memory ledger = handler.ledgerOf(gpuClass);
        assertEq(round.id, ledger.id, "law 11: the number");
        assertEq(round.endsAt, ledger.endsAt, "law 11: its end");
        assertEq(round.tickets, ledger.tickets, "law 11: its tickets");
        assertEq(round.seed, ledger.endsAt == 0 ? bytes32(0) : ledger.seed, "law 11: a seed never changes");
        if (ledger.endsAt == 0 || block.timestamp >= ledger.endsAt) return;
        // Another node each time; a draw costs more than all other laws.
        uint256 i = uint256(keccak256(abi.encode(block.timestamp, block.number))) % nodes.length;
        if (records[i].gpuClass == gpuClass) _attestors(nodes[i], nodes, owners, records, ledger.tickets);
    }

    /// Law 12.
    function _attestors(
        address node,
        address[] memory nodes,
        address[] memory owners,
        Node[] memory records,
        uint256 tickets
    ) private view {
        address[] memory drawn = registry.attestorsOf(node);
        address[] memory seen = new address[](drawn.length);
        for (uint256 d; d < drawn.length; ++d) {
            uint256 i;
            while (nodes[i] != drawn[d]) ++i;
            assertTrue(i < tickets, "law 12: a ticket older than the round");
            assertTrue(records[i].active && records[i].unbondAt == 0, "law 12: live");
            assertTrue(owners[i] != registry.ownerOf(node), "law 12: another owner's");
            for (uint256 j; j < d; ++j) {
                assertTrue(seen[j] != owners[i], "law 12: distinct owners");
            }
            seen[d] = owners[i];
        }
    }

    /// Law 14: entries are paused, duties end, everybody takes all.
    function _everybodyLeaves() private {
        uint256 snapshot = vm.snapshotState();
        if (block.timestamp >= registry.nextPauseAt()) {
            vm.prank(address(0x60A));
            registry.pause();
        }
        (address[] memory nodes, address[] memory owners) = handler.everyone();
        for (uint256 i; i < nodes.length; ++i) {
            Node memory record = registry.nodeOf(nodes[i]);
            vm.prank(address(0x3A4E7));
            registry.unlockBond(nodes[i], record.lockedBond);
            vm.startPrank(owners[i]);
            if (record.unbondAt == 0) registry.requestUnbond(nodes[i]);
            vm.stopPrank();
        }
        vm.warp(block.timestamp + 600);
        for (uint256 i; i < nodes.length; ++i) {
            vm.prank(owners[i]);
            registry.withdrawBond(nodes[i], address(0xCAFE));
        }
        assertEq(token.balanceOf(address(registry)), 0, "law 14: the registry is empty");
        assertEq(
            token.balanceOf(address(0xCAFE)), handler.cameIn() - handler.slashed(), "law 14: everybody has everything"
        );
        vm.revertToState(snapshot);
    }
}

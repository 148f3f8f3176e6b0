// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestation, IAttestations} from "../../src/interfaces/IAttestations.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {Node} from "../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {IStakingPool} from "../../src/staking/IStakingPool.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";
import {UnrulyPool} from "./support/Pools.sol";

contract RegistryLevelsTest is RegistryFixture {
    address private node;
    address private owner;

    function setUp() public override {
        super.setUp();
        (node, owner) = (nodes[0], owners[0]);
        _open(CLASS);
    }

    function test_Case23_ASlashLowersTheLevelByOne() external {
        _attestLevel(node, 3);
        vm.startPrank(MARKET);
        registry.lockBond(node, 30 ether);
        vm.expectEmit(address(registry));
        emit IAttestations.NodeLevelChanged(node, 2, uint32(FIRST_DAY + 6));
        registry.slash(node, 10 ether);
        registry.slash(node, 10 ether);
        assertEq(_levelOf(node), 1, "each");
        registry.slash(node, 5 ether);
        registry.slash(node, 5 ether);
        vm.stopPrank();
        assertEq(_levelOf(node), 0, "never below none");
        assertEq(registry.powerOf(node), 8_000, "what was measured stays measured");
        assertTrue(registry.isLive(node), "and it goes on");
    }

    function test_ASlashCountsMissedRoundsOnceWithItself() external {
        _attestLevel(node, 5);
        _end(CLASS);
        _open(CLASS);
        _end(CLASS);
        _slash(node, 1 ether);
        assertEq(_levelOf(node), 3, "one missed, one slash");
        registry.refresh(node);
        assertEq(_levelOf(node), 3, "not again");
        _open(CLASS);
        _end(CLASS);
        assertEq(_levelOf(node), 2, "the next one");
    }

    function test_Case23_ANodeTurnedOffForWantOfBondHasNoLevelAndNoPower() external {
        _attestLevel(node, 5);
        vm.startPrank(MARKET);
        registry.lockBond(node, 901 ether);
        vm.expectEmit(address(registry));
        emit IAttestations.NodeLevelChanged(node, 0, 0);
        registry.slash(node, 901 ether);
        vm.stopPrank();
        assertEq(registry.powerOf(node), 0, "no power");
        token.approve(address(registry), 1 ether);
        registry.addBond(node, 1 ether);
        vm.prank(owner);
        registry.setActive(node, true);
        assertEq(_levelOf(node), 0, "not by being turned on");
        _end(CLASS);
        _open(CLASS);
        _attestLevel(node, 5);
        assertEq(_levelOf(node), 5, "by a later round");
    }

    function test_Case23_ALeavingNodeHasNoLevelAtOnce() external {
        _attestLevel(node, 5);
        vm.startPrank(owner);
        vm.expectEmit(address(registry));
        emit IAttestations.NodeLevelChanged(node, 0, 0);
        registry.requestUnbond(node);
        assertEq(registry.powerOf(node), 0, "no power");
        registry.cancelUnbond(node);
        vm.stopPrank();
        assertEq(_levelOf(node), 0, "and does not get it back by staying");
        registry.refresh(node);
        assertEq(_levelOf(node), 0, "nor by a call");
    }

    function test_ADrainingNodeKeepsItsLevelUntilItMissesRounds() external {
        _attestLevel(node, 2);
        vm.prank(owner);
        registry.setActive(node, false);
        assertEq(_levelOf(node), 2, "draining");
        _end(CLASS);
        _open(CLASS);
        _end(CLASS);
        assertEq(_levelOf(node), 1, "missed");
    }

    // ---- case 31, case 32 ----

    /// Everything an owner can try while the market holds a lock, in random order, over any time.
    function testFuzz_Case31_NoOrderOfMovesFreesLockedBond(uint256 random) external {
        uint256 locked;
        uint256 paid;
        for (uint256 step; step < 24; ++step) {
            uint256 r = uint256(keccak256(abi.encode(random, step)));
            uint256 what = r % 9;
            uint128 amount = uint128(bound(r >> 8, 1, 400 ether));
            Node memory before = registry.nodeOf(node);
            vm.startPrank(what < 3 ? MARKET : owner);
            if (what == 0) {
                try registry.lockBond(node, amount) {
                    locked += amount;
                    assertLe(locked, before.bond, "no more than there is");
                } catch {}
            } else if (what == 1 && amount <= locked) {
                registry.unlockBond(node, amount);
                locked -= amount;
            } else if (what == 2 && amount <= locked) {
                registry.slash(node, amount);
                locked -= amount;
            } else if (what == 3) {
                try registry.requestUnbond(node) {} catch {}
            } else if (what == 4) {
                try registry.cancelUnbond(node) {} catch {}
            } else if (what == 5) {
                try registry.setActive(node, r >> 200 & 1 == 0) {} catch {}
            } else if (what == 6) {
                vm.warp(block.timestamp + bound(r >> 8, 1, 40 days));
            } else {
                try registry.withdrawBond(node, address(0xCAFE)) {
                    assertEq(locked, 0, "a lock was evaded");
                    assertTrue(before.unbondAt != 0 && block.timestamp >= before.unbondAt, "before the delay");
                    paid += before.bond;
                } catch {}
            }
            vm.stopPrank();
            Node memory record = registry.nodeOf(node);
            assertEq(record.lockedBond, locked, "what the market locked");
            assertLe(locked, record.bond, "is there");
            assertEq(token.balanceOf(address(0xCAFE)), paid, "paid");
            assertEq(
                token.balanceOf(address(registry)), record.bond + (NODES - 1) * BOND, "the registry holds all bonds"
            );
        }
    }

    function test_Case31_TheDelayEndsAndTheDutyDoesNot() external {
        _lock(node, 200 ether);
        vm.startPrank(owner);
        registry.requestUnbond(node);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StillLocked.selector, node, 200 ether));
        registry.withdrawBond(node, owner);
        vm.stopPrank();
        vm.prank(MARKET);
        registry.slash(node, 200 ether);
        vm.prank(owner);
        registry.withdrawBond(node, owner);
        assertEq(token.balanceOf(owner), BOND - 200 ether, "after the duty, the rest");
        assertEq(token.balanceOf(ESCROW), 200 ether, "slashed to the last wei");
    }

    function testFuzz_Case32_ASlashIsCappedByTheLockAndTakenOnce(uint128 lock, uint128 first, uint128 second) external {
        lock = uint128(bound(lock, 1, BOND));
        first = uint128(bound(first, 0, lock));
        _lock(node, lock);
        vm.startPrank(MARKET);
        registry.slash(node, first);
        uint256 left = lock - first;
        if (second > left) {
            vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotEnoughLockedBond.selector, node, left, second));
            registry.slash(node, second);
            vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotEnoughLockedBond.selector, node, left, second));
            registry.unlockBond(node, second);
            second = 0;
        } else {
            registry.slash(node, second);
        }
        vm.stopPrank();
        Node memory record = registry.nodeOf(node);
        assertEq(record.bond, BOND - first - second, "bond");
        assertEq(record.lockedBond, lock - first - second, "locked");
        assertEq(token.balanceOf(ESCROW), uint256(first) + second, "what left");
    }

    // ---- the pool cannot hold anything ----

    /// Each call has the gas of a transaction: a push without a limit of its own would take it all.
    function test_Case23_APoolGoneWrongStopsNeitherSlashNorExitNorAttestation() external {
        UnrulyPool unruly = _withUnrulyPool();
        for (uint8 mood = 1; mood < 4; ++mood) {
            uint256 snapshot = vm.snapshotState();
            _attestLevel(node, 4);
            unruly.set(UnrulyPool.Mood(mood));
            _lock(node, 10 ether);
            vm.expectEmit(address(registry));
            emit IAttestations.LevelPushFailed(node, 3, uint32(FIRST_DAY + 6));
            vm.prank(MARKET);
            uint256 gas = gasleft();
            registry.slash{gas: 500_000}(node, 10 ether);
            assertLe(gas - gasleft(), 200_000, "bounded");
            assertEq(_levelOf(node), 3, "slashed");
            assertEq(token.balanceOf(ESCROW), 10 ether, "paid");
            vm.startPrank(owner);
            vm.expectEmit(address(registry));
            emit IAttestations.LevelPushFailed(node, 0, 0);
            registry.requestUnbond{gas: 500_000}(node);
            vm.warp(block.timestamp + UNBOND);
            registry.withdrawBond(node, owner);
            vm.stopPrank();
            assertEq(token.balanceOf(owner), BOND - 10 ether, "gone");
            Attestation memory it = _measured(nodes[1], 4_000, 8_000);
            bytes[] memory signatures = _cosignatures(it, 4);
            vm.expectEmit(address(registry));
            emit IAttestations.LevelPushFailed(nodes[1], 2, uint32(FIRST_DAY + 6));
            registry.attest{gas: 800_000}(it, signatures);
            vm.revertToState(snapshot);
        }
    }

    function test_RefreshTellsAPoolThatDidNotHear() external {
        UnrulyPool unruly = _withUnrulyPool();
        _attestLevel(node, 4);
        assertEq(unruly.heard(), 1, "told");
        unruly.set(UnrulyPool.Mood.Reverting);
        _slash(node, 10 ether);
        assertEq(unruly.level(), 4, "did not hear");
        unruly.set(UnrulyPool.Mood.Listening);
        vm.prank(address(0xBEEF));
        registry.refresh(node);
        assertEq(unruly.heard(), 2, "told once");
        assertEq(unruly.node(), node, "of the node");
        assertEq(unruly.level(), 3, "the level");
        assertEq(unruly.untilDay(), FIRST_DAY + 6, "and its last day");
        _end(CLASS);
        _open(CLASS);
        _end(CLASS);
        registry.refresh(node);
        assertEq(unruly.heard(), 3, "a fall is told once");
        assertEq(unruly.level(), 2, "the missed round");
        vm.warp(block.timestamp + 7 days);
        registry.refresh(node);
        assertEq(unruly.level(), 0, "aged out");
        assertEq(unruly.untilDay(), 0, "without a last day");
    }

    function test_ThePoolHearsOfChangesAlone() external {
        UnrulyPool unruly = _withUnrulyPool();
        _attest(node, 1, 0);
        assertEq(unruly.heard(), 0, "no level, nothing to tell");
        _slash(node, 1 ether);
        assertEq(unruly.heard(), 0, "nothing to lose");
        _end(CLASS);
        _open(CLASS);
        _attestLevel(node, 1);
        _end(CLASS);
        _open(CLASS);
        _attestLevel(node, 1);
        assertEq(unruly.heard(), 2, "a later last day");
        assertEq(unruly.untilDay(), FIRST_DAY + 8, "is told");
    }

    /// Whoever calls cannot let the push run dry and the rest go through.
    function testFuzz_Case23_ALossIsHeardOrDoesNotHappen(uint256 gas) external {
        UnrulyPool unruly = _withUnrulyPool();
        _attestLevel(node, 4);
        gas = bound(gas, 30_000, 500_000);
        vm.prank(owner);
        (bool done,) = address(registry).call{gas: gas}(abi.encodeCall(INodeRegistry.requestUnbond, (node)));
        assertEq(unruly.level(), done ? 0 : 4, "heard");
        assertEq(_levelOf(node), done ? 0 : 4, "as it is");
        if (gas > 300_000) assertTrue(done, "enough");
    }

    function test_RevertWhen_TooLittleGasIsLeftToTellThePool() external {
        _attestLevel(node, 4);
        vm.prank(owner);
        (bool done, bytes memory answer) =
            address(registry).call{gas: 110_000}(abi.encodeCall(INodeRegistry.requestUnbond, (node)));
        assertTrue(!done, "refused");
        assertEq(bytes32(bytes4(answer)), bytes32(IAttestations.NotEnoughGas.selector), "by name");
    }

    function _withUnrulyPool() private returns (UnrulyPool unruly) {
        unruly = new UnrulyPool();
        NodeRegistry other = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        other.setMarket(MARKET, ESCROW);
        other.setPool(IStakingPool(address(unruly)));
        token.exempt(address(other), true);
        registry = other;
        for (uint256 i; i < 7; ++i) {
            _enlist(OWNER_KEY + i, NODE_KEY + i, CLASS);
        }
        _open(CLASS);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Escrow} from "../../src/Escrow.sol";
import {Job, Node, Order, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {OGPU} from "../../src/OGPU.sol";
import {TaskMarket} from "../../src/TaskMarket.sol";
import {Test} from "../support/Test.sol";
import {Handler} from "./Handler.sol";

contract LawsTest is Test {
    uint16 private constant CLASS = 7;
    uint256 private constant NODES = 10;

    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    uint256[15] private _reached;
    uint256[9] private _settledAs;
    Handler private handler;
    OGPU private token;
    NodeRegistry private registry;
    Escrow private escrow;
    TaskMarket private market;

    function setUp() external {
        handler = new Handler();
        (address t, address r, address e, address m) = handler.parts();
        (token, registry, escrow, market) = (OGPU(t), NodeRegistry(r), Escrow(e), TaskMarket(m));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (Selectors[] memory all) {
        all = new Selectors[](1);
        all[0].addr = address(handler);
        all[0].selectors = new bytes4[](6);
        all[0].selectors[0] = Handler.step.selector;
        all[0].selectors[1] = Handler.submit.selector;
        all[0].selectors[2] = Handler.pass.selector;
        all[0].selectors[3] = Handler.leave.selector;
        all[0].selectors[4] = Handler.provider.selector;
        all[0].selectors[5] = Handler.forbid.selector;
    }

    /// The handler is worth something only if it gets everywhere: every state, every row of the outcome table.
    function test_TheHandlerMeetsEveryStateAndEveryRow() external {
        for (uint256 round; round < 24; ++round) {
            handler = new Handler();
            (address t, address r, address e, address m) = handler.parts();
            (token, registry, escrow, market) = (OGPU(t), NodeRegistry(r), Escrow(e), TaskMarket(m));
            for (uint256 i; i < 80; ++i) {
                uint256 seed = uint256(keccak256(abi.encode(round, i)));
                if (i < 8) handler.submit(seed);
                handler.step(seed);
                if (seed >> 200 & 3 == 0) handler.pass(seed >> 8, 1);
                if (seed >> 202 & 15 == 0) handler.leave(seed);
                if (seed >> 206 & 15 == 0) handler.provider(seed);
                if (seed >> 210 & 7 == 0) handler.forbid(seed);
            }
            for (uint256 i; i < 15; ++i) {
                _reached[i] += handler.reached(i);
            }
            for (uint256 i; i < 9; ++i) {
                _settledAs[i] += handler.settledAs(i);
            }
            _allLaws();
            this.invariant_Case45_EverythingCanLeave();
        }
        for (uint256 i = 1; i < 15; ++i) {
            assertTrue(_reached[i] > 0, string.concat("state ", string(abi.encodePacked(uint8(48 + i)))));
        }
        for (uint256 i; i < 9; ++i) {
            assertTrue(_settledAs[i] > 0, string.concat("row ", string(abi.encodePacked(uint8(48 + i)))));
        }
    }

    function invariant_Case46_ConservationLocksAndOneEnd() external view {
        _allLaws();
    }

    /// Laws 1 to 12 of LAWS.md; 13 and 14 are asserted by EverythingCanLeave.
    function _allLaws() private view {
        _conservation();
        _locks();
        _finalIsFinal();
        for (uint256 i; i < handler.jobs(); ++i) {
            _jobLaws(handler.ids(i));
        }
        assertEq(handler.breaches(), 0, "forbidden moves and overpaid bills");
    }

    function _jobLaws(bytes32 id) private view {
        Job memory job = market.jobOf(id);
        assertLe(job.attempt, 4, "never more than three replacements");
        assertLe(handler.slashes(id), 1, "slashed at most once");
        assertEq(handler.ends(id), job.state == State.Settled ? 1 : 0, "settled once");
        bool isFinal = job.state >= State.Settled;
        assertTrue(isFinal || job.deadline != 0, "every state that is not final has a deadline");
        if (job.attempt == 0) return;
        assertLe(1_000, job.checkBps, "the floor of p");
        assertLe(job.checkBps, 10_000, "a probability");
        uint256 seats = job.members / 3 + (job.members < 7 ? 2 * job.members + 1 : 15);
        assertLe(job.base * seats, job.bond, "the bond pays every seat");
        assertLe(10_000 * uint256(job.base), uint256(job.bond) * job.checkBps, "and the odds");
        _distinctOthers(job, market.seatsOf(id));
        _distinctOthers(job, market.appealSeatsOf(id));
    }

    function _distinctOthers(Job memory job, Seat[] memory seats) private view {
        address nodeOwner = registry.ownerOf(job.node);
        for (uint256 i; i < seats.length; ++i) {
            address owner = registry.ownerOf(seats[i].member);
            assertTrue(owner != nodeOwner && owner != job.customer, "members are others");
            for (uint256 j; j < i; ++j) {
                assertTrue(owner != registry.ownerOf(seats[j].member), "and distinct");
            }
        }
    }

    function _conservation() private view {
        uint256 accounts = _account(_customer()) + _account(address(0x7EA));
        uint256 bonds;
        for (uint256 i; i < NODES; ++i) {
            address node = registry.ticketAt(CLASS, i);
            accounts += _account(registry.ownerOf(node));
            bonds += registry.nodeOf(node).bond;
        }
        assertEq(accounts, escrow.owed(), "accounts sum up to what is owed");
        assertEq(escrow.owed(), token.balanceOf(address(escrow)), "what is owed is held");
        assertEq(bonds, token.balanceOf(address(registry)), "bonds are held");
    }

    function _locks() private view {
        uint256[] memory duties = new uint256[](NODES);
        uint256[] memory locks = new uint256[](NODES + 1);
        for (uint256 i; i < handler.jobs(); ++i) {
            bytes32 id = handler.ids(i);
            Job memory job = market.jobOf(id);
            if (job.state >= State.Settled) continue;
            locks[NODES] += job.locked;
            if (job.state == State.Open || job.state == State.HandedBack) continue;
            uint256 node = registry.nodeOf(job.node).ticket;
            duties[node] += job.bond;
            bool inAppeal = job.roundFrom == 16;
            if (job.state == State.Appealed || inAppeal) {
                locks[job.settlement == Settlement.Malicious ? NODES : node] += market.appealLockOf(id);
            }
            if (job.state != State.Checking) continue;
            Seat[] memory seats = inAppeal ? market.appealSeatsOf(id) : market.seatsOf(id);
            for (uint256 s = inAppeal ? 0 : job.roundFrom; s < seats.length; ++s) {
                duties[registry.nodeOf(seats[s].member).ticket] += uint256(job.base) * 500 / 10_000;
            }
        }
        assertEq(escrow.lockedOf(_customer()), locks[NODES], "the customer's lock");
        for (uint256 i; i < NODES; ++i) {
            Node memory node = registry.nodeOf(registry.ticketAt(CLASS, i));
            assertEq(escrow.lockedOf(node.owner), locks[i], "the owner's appeals");
            assertEq(node.lockedBond, duties[i], "the node's duties");
            assertLe(node.lockedBond, node.bond, "locked is there");
        }
    }

    function _finalIsFinal() private view {
        for (uint256 i; i < handler.jobs(); ++i) {
            bytes32 id = handler.ids(i);
            bytes32 seen = handler.finalAs(id);
            if (seen != 0) assertEq(seen, keccak256(abi.encode(market.jobOf(id))), "final is final");
        }
    }

    /// The clock runs past every deadline; a stranger ends every job; everybody leaves with everything.
    function invariant_Case45_EverythingCanLeave() external {
        uint256 snapshot = vm.snapshotState();
        vm.startPrank(address(0xBEEF));
        for (uint256 i; i < handler.jobs(); ++i) {
            bytes32 id = handler.ids(i);
            Order memory order = handler.orderAt(i);
            // At most: a round closed, enlarged in vain, and a verdict executed.
            for (uint256 calls; calls < 4 && market.jobOf(id).state < State.Settled; ++calls) {
                Job memory job = market.jobOf(id);
                if (block.timestamp <= job.deadline) vm.warp(uint256(job.deadline) + 1);
                if (job.state >= State.Resulted) market.settle(order);
                else market.expire(order);
            }
            assertTrue(market.jobOf(id).state >= State.Settled, "ended");
        }
        vm.stopPrank();
        assertEq(escrow.lockedOf(_customer()), 0, "no lock is left");
        _leave(_customer());
        _leave(address(0x7EA));
        for (uint256 i; i < NODES; ++i) {
            address node = registry.ticketAt(CLASS, i);
            address owner = registry.ownerOf(node);
            _leave(owner);
            vm.startPrank(owner);
            try registry.requestUnbond(node) {} catch {}
            vm.warp(block.timestamp + 601);
            registry.withdrawBond(node, owner);
            vm.stopPrank();
        }
        assertEq(token.balanceOf(address(escrow)), 0, "the escrow is empty");
        assertEq(token.balanceOf(address(registry)), 0, "the registry is empty");
        vm.revertToState(snapshot);
    }

    function _leave(address account) private {
        uint256 balance = escrow.balanceOf(account);
        if (balance == 0) return;
        vm.prank(account);
        escrow.withdraw(balance, account);
    }

    function _customer() private pure returns (address) {
        return vm.addr(0xC0);
    }

    function _account(address account) private view returns (uint256) {
        return escrow.balanceOf(account) + escrow.lockedOf(account);
    }
}

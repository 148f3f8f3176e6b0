// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Guarded} from "../../src/access/Guarded.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Bid, Order} from "../../src/interfaces/Types.sol";
import {GovernanceFixture} from "./support/GovernanceFixture.sol";

/// The one power outside of votes, over all contracts together.
contract PauseTest is GovernanceFixture {
    uint256 private constant ALICE_KEY = 0xA11CE5;
    uint256 private constant NODE_KEY = 0x40DE;

    address private node;
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        alice = vm.addr(ALICE_KEY);
        node = vm.addr(NODE_KEY);
        token.transfer(alice, 10_000 ether);
        vm.startPrank(alice);
        token.approve(address(escrow), type(uint256).max);
        token.approve(address(registry), type(uint256).max);
        token.approve(address(pool), type(uint256).max);
        token.approve(address(streams), type(uint256).max);
        escrow.deposit(1_000 ether);
        registry.register(node, 7, 1, 1_000 ether, _registration());
        pool.stake(1_000 ether);
        channel = streams.open(bob, address(0), 1_000 ether);
        vm.stopPrank();
        // A day on which alice is active, with ETH in its pot.
        pool.fund{value: 5 ether}();
        vm.warp(block.timestamp + 1 days);
        vm.prank(alice);
        pool.activate();
        vm.warp(block.timestamp + 1 days);
    }

    function test_Case33_APauseStopsEveryEntry() external {
        _pauseAll();
        bytes memory paused = abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours);
        Order memory order;
        Bid memory bid;
        Order[] memory orders = new Order[](1);
        bytes[] memory signatures = new bytes[](1);
        bytes memory signature = _registration();
        vm.startPrank(alice);
        vm.expectRevert(paused);
        escrow.deposit(1 ether);
        vm.expectRevert(paused);
        escrow.depositFor(bob, 1 ether);
        vm.expectRevert(paused);
        escrow.depositWithPermit(1 ether, 0, 0, 0, 0);
        vm.expectRevert(paused);
        registry.register(node, 7, 1, 1_000 ether, signature);
        vm.expectRevert(paused);
        registry.registerWithPermit(node, 7, 1, 1_000 ether, signature, 0, 0, 0, 0);
        vm.expectRevert(paused);
        market.submit(order, "");
        vm.expectRevert(paused);
        market.submitMany(orders, signatures);
        vm.expectRevert(paused);
        market.submitAndAward(order, "", bid, "", "");
        vm.expectRevert(paused);
        market.award(order, bid, "", "");
        vm.expectRevert(paused);
        market.bid(order, bid, "");
        vm.expectRevert(paused);
        pool.stake(1 ether);
        vm.expectRevert(paused);
        pool.stakeWithPermit(1 ether, 0, 0, 0, 0);
        vm.expectRevert(paused);
        streams.open(bob, address(0), 1 ether);
        vm.expectRevert(paused);
        streams.openWithPermit(bob, address(0), 1 ether, 0, 0, 0, 0);
        vm.stopPrank();
    }

    function test_Case33_ExitsAndClaimsWorkWhileAllIsPaused() external {
        _pauseAll();
        vm.startPrank(alice);
        escrow.withdraw(1_000 ether, alice);
        assertEq(pool.claim(alice), 5 ether, "ETH of ended days");
        pool.activate();
        pool.boost();
        pool.unstake(1_000 ether, alice);
        streams.close(channel);
        registry.requestUnbond(node);
        uint256[] memory nonces = new uint256[](1);
        market.revokeNonces(nonces);
        vm.stopPrank();
        // What ends a job knows no pause: it only looks for the job.
        Order memory order;
        bytes32 id = market.orderId(order);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnknownOrder.selector, id));
        market.expire(order);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnknownOrder.selector, id));
        market.settle(order);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnknownOrder.selector, id));
        market.awardWindow(order);
        // Shares that time releases.
        vm.prank(address(timelock));
        vesting.grant(alice, 3_000 ether, 0);
        vm.warp(block.timestamp + 1 days);
        vm.prank(alice);
        assertTrue(vesting.release(1, alice) != 0, "vested");
        streams.finish(channel);
        vm.prank(alice);
        streams.withdraw(1_000 ether, alice);
        assertTrue(streams.pausedUntil() > block.timestamp, "still paused");
        vm.warp(block.timestamp + UNBONDING);
        vm.prank(alice);
        registry.withdrawBond(node, alice);
        assertLe(10_000 ether, token.balanceOf(alice), "all of it");
    }

    function test_Case33_APauseEndsByItselfAndCannotBeRenewed() external {
        _pauseAll();
        uint256 start = block.timestamp;
        for (uint256 i; i < guarded.length; ++i) {
            vm.warp(start);
            Guarded it = Guarded(guarded[i]);
            assertEq(it.pausedUntil(), start + 72 hours, "72 hours");
            vm.warp(start + 30 days - 1);
            vm.expectRevert(abi.encodeWithSelector(IGuarded.PauseTooSoon.selector, start + 30 days));
            vm.prank(guardian);
            it.pause();
            vm.warp(start + 30 days);
            vm.prank(guardian);
            it.pause();
        }
        vm.warp(start + 30 days + 72 hours);
        vm.prank(alice);
        pool.stake(1 ether);
        vm.prank(alice);
        streams.open(bob, address(0), 1 ether);
        vm.prank(alice);
        escrow.deposit(1 ether);
    }

    function test_Case33_TheGuardianCanPauseAndNothingElse() external {
        for (uint256 i; i < guarded.length; ++i) {
            Guarded it = Guarded(guarded[i]);
            vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, alice));
            vm.prank(alice);
            it.pause();
            vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, address(timelock)));
            vm.prank(address(timelock));
            it.pause();
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
            vm.prank(guardian);
            it.setGuardian(alice);
            vm.prank(guardian);
            it.pause();
            vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, alice));
            vm.prank(alice);
            it.unpause();
            // Voters can end a pause, and name another guardian, who has to wait as this one.
            vm.startPrank(address(timelock));
            it.unpause();
            it.setGuardian(alice);
            vm.stopPrank();
            vm.expectRevert(abi.encodeWithSelector(IGuarded.PauseTooSoon.selector, block.timestamp + 30 days));
            vm.prank(alice);
            it.pause();
        }
    }

    function _registration() private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(NODE_KEY, registry.registrationDigest(alice, node));
        return abi.encodePacked(r, s, v);
    }
}

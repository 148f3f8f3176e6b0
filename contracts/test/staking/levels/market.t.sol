// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestation} from "../../../src/interfaces/IAttestations.sol";
import {StakingPool} from "../../../src/staking/StakingPool.sol";
import {MarketFixture} from "../../support/MarketFixture.sol";

/// A loss in the market reaches staking through the registry, all three as they are deployed.
contract MarketLevelsTest is MarketFixture {
    StakingPool private pool;
    address private provider;

    function setUp() public override {
        super.setUp();
        // The start of a day.
        vm.warp(block.timestamp / 1 days * 1 days);
        provider = _owner(0);
        pool = new StakingPool(token, address(this), guardian);
        token.exempt(address(pool), true);
        pool.setRegistry(registry);
        registry.setPool(pool);
        token.transfer(provider, 10 ether);
        vm.startPrank(provider);
        token.approve(address(pool), 10 ether);
        pool.stake(10 ether);
        pool.nameNode(_node(0));
        vm.stopPrank();
        vm.warp(block.timestamp + 1 days);
        _attest();
        vm.prank(provider);
        pool.activate();
        order.submitBy = uint64(block.timestamp + 1 hours);
    }

    function test_Case23_APenaltyOfTheMarketLowersTodaysWeightInTheSameTransaction() external {
        assertEq(pool.accountOf(provider).weight, 17.5 ether, "level 4");
        _submit();
        _award();
        assertEq(pool.accountOf(provider).weight, 17.5 ether, "a lock is no loss");
        vm.warp(market.jobOf(id).deadline + 1);
        market.expire(order);
        assertEq(pool.accountOf(provider).weight, 15 ether, "never started: level 3");
        assertEq(registry.powerOf(_node(0)), 14_000, "what was measured stays measured");
    }

    function test_Case31_LeavingAtAwardKeepsTheLockAndLosesTheLevel() external {
        _submit();
        _award();
        uint256 locked = registry.nodeOf(_node(0)).lockedBond;
        assertTrue(locked > 0, "locked");
        vm.prank(provider);
        registry.requestUnbond(_node(0));
        assertEq(pool.accountOf(provider).weight, 10 ether, "no level");
        assertEq(registry.nodeOf(_node(0)).lockedBond, locked, "still locked");
        vm.warp(market.jobOf(id).deadline + 1);
        market.expire(order);
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "the duty ended");
        assertTrue(registry.nodeOf(_node(0)).bond < BOND, "at its price");
        assertSolvent();
    }

    function _attest() private {
        registry.announceRound(CLASS);
        vm.roll(block.number + 3);
        registry.fixRound(CLASS);
        address node = _node(0);
        Attestation memory it = Attestation({
            node: node,
            gpuClass: CLASS,
            round: 1,
            power: 14_000,
            vramMiB: 24_564,
            challenge: registry.challengeOf(node),
            answer: keccak256("answer")
        });
        address[] memory drawn = registry.attestorsOf(node);
        bytes[] memory signatures = new bytes[](drawn.length);
        for (uint256 i; i < drawn.length; ++i) {
            signatures[i] = abi.encodePacked(drawn[i], _signDigest(keyOf[drawn[i]], registry.attestationDigest(it)));
        }
        registry.attest(it, signatures);
    }
}

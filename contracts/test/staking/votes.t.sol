// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IStakingPool} from "../../src/staking/IStakingPool.sol";
import {FlashStaker} from "./support/Receivers.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

/// The smallest Governor with an absolute quorum.
contract SmallGovernor is Governor, GovernorCountingSimple, GovernorVotes {
    constructor(IVotes votes) Governor("Small") GovernorVotes(votes) {}

    function votingDelay() public pure override returns (uint256) {
        return 1 days;
    }

    function votingPeriod() public pure override returns (uint256) {
        return 3 days;
    }

    function quorum(uint256) public pure override returns (uint256) {
        return 50 ether;
    }
}

contract VotesTest is StakingFixture {
    function test_VotesFollowStakeAndDelegation() external {
        _stake(alice, 10 ether);
        assertEq(pool.getVotes(alice), 0, "not delegated");
        vm.prank(alice);
        pool.delegate(bob);
        assertEq(pool.getVotes(bob), 10 ether, "all of it, today's addition too");
        _stake(alice, 5 ether);
        assertEq(pool.getVotes(bob), 15 ether, "staked");
        _at(3, 0);
        _unstake(alice, 7 ether);
        assertEq(pool.getVotes(bob), 8 ether, "unstaked");
        vm.prank(alice);
        pool.delegate(alice);
        assertEq(pool.getVotes(bob), 0, "moved");
        assertEq(pool.getVotes(alice), 8 ether, "to herself");
        vm.prank(alice);
        pool.delegate(address(0));
        _stake(alice, 1 ether);
        assertEq(pool.getVotes(alice), 0, "given up");
        assertEq(pool.delegates(alice), address(0), "nobody");
        assertEq(pool.stakeOf(alice), 9 ether, "the stake is whole");
    }

    function test_DelegatingChangesNothingElse() external {
        _stake(alice, 10 ether);
        _at(1, 0);
        _activate(alice);
        vm.prank(alice);
        pool.delegate(bob);
        assertEq(_state(alice).counted, 10 ether, "stake");
        assertEq(_state(alice).openDay, FIRST_DAY + 1, "day");
        assertEq(_state(alice).weight, 10 ether, "weight");
    }

    function test_Case50_VotesOfThePastAreWhatTheyWere() external {
        vm.prank(alice);
        pool.delegate(alice);
        _stake(alice, 10 ether);
        _at(1, 0);
        _stake(alice, 10 ether);
        assertEq(pool.getPastVotes(alice, block.timestamp - 1), 10 ether, "yesterday's");
        vm.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, block.timestamp, uint48(block.timestamp))
        );
        pool.getPastVotes(alice, block.timestamp);
        assertEq(uint256(pool.clock()), block.timestamp, "by time");
        assertEq(keccak256(bytes(pool.CLOCK_MODE())), keccak256("mode=timestamp"), "told so");
    }

    function test_Case50_StakedAndTakenOutInOneBlockVotesNothing() external {
        FlashStaker flash = new FlashStaker();
        token.transfer(address(flash), 400_000 ether);
        vm.prank(address(flash));
        pool.delegate(address(flash));
        uint256 time = block.timestamp;
        flash.run(pool, 400_000 ether);
        vm.warp(time + 1);
        assertEq(pool.getPastVotes(address(flash), time), 0, "one checkpoint a second, the last");
    }

    function test_Case51_StakeThatMovesToAnotherWalletVotesOnce() external {
        SmallGovernor governor = new SmallGovernor(IVotes(address(pool)));
        vm.prank(alice);
        pool.delegate(alice);
        vm.prank(bob);
        pool.delegate(bob);
        _stake(alice, 60 ether);
        _at(1, 0);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(token);
        calls[0] = abi.encodeCall(token.transfer, (address(0xD40), 5 ether));
        token.transfer(address(governor), 5 ether);
        vm.prank(alice);
        uint256 id = governor.propose(targets, values, calls, "Pay");
        _at(2, 1);
        vm.prank(alice);
        governor.castVote(id, 1);
        vm.prank(alice);
        pool.unstake(60 ether, bob);
        _stake(bob, 60 ether);
        vm.prank(bob);
        assertEq(governor.castVote(id, 1), 0, "the moved stake counts as of the snapshot");
        (, uint256 inFavour,) = governor.proposalVotes(id);
        assertEq(inFavour, 60 ether, "once");
        _at(6, 0);
        governor.execute(targets, values, calls, keccak256("Pay"));
        assertEq(token.balanceOf(address(0xD40)), 5 ether, "executed");
    }

    function test_Case56_ASignedDelegationIsUsedOnce() external {
        bytes32 kind = keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");
        _stake(alice, 10 ether);
        (,,,, address self,,) = pool.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("OpenGPU StakingPool"),
                keccak256("1"),
                block.chainid,
                self
            )
        );
        bytes32 digest =
            keccak256(abi.encodePacked("\x19\x01", domain, keccak256(abi.encode(kind, bob, 0, block.timestamp))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(0), digest);
        pool.delegateBySig(bob, 0, block.timestamp, v, r, s);
        assertEq(pool.getVotes(bob), 10 ether, "delegated");
        _stake(alice, 1 ether);
        assertEq(pool.getVotes(bob), 11 ether, "and marked");
        vm.expectRevert();
        pool.delegateBySig(bob, 0, block.timestamp, v, r, s);
        uint256 expiry = block.timestamp;
        vm.warp(expiry + 1);
        vm.expectRevert(abi.encodeWithSelector(IVotes.VotesExpiredSignature.selector, expiry));
        pool.delegateBySig(bob, 1, expiry, v, r, s);
    }

    function test_RevertWhen_TheTotalIsAsked() external {
        vm.expectRevert(IStakingPool.TotalNotTracked.selector);
        IERC5805(address(pool)).getPastTotalSupply(0);
    }
}

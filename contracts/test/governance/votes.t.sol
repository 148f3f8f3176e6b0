// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {FlashVoter} from "./support/Attackers.sol";
import {GovernanceFixture} from "./support/GovernanceFixture.sol";

contract GovernorVotesTest is GovernanceFixture {
    function test_Case50_BorrowedStakeVotesNothing() external {
        uint256 id = _propose(_lower());
        vm.warp(governor.proposalSnapshot(id) + 1);
        // All in one transaction, by a holder as large as one may be.
        FlashVoter flash = new FlashVoter();
        token.transfer(address(flash), 400_000 ether);
        assertEq(flash.run(token, pool, governor, id), 0, "nothing at the snapshot");
        // And staked for good, but after the snapshot.
        token.transfer(alice, 400_000 ether);
        _stakeAll(alice);
        vm.prank(alice);
        assertEq(governor.castVote(id, FOR), 0, "nothing either");
        (uint256 against, uint256 inFavour, uint256 abstain) = governor.proposalVotes(id);
        assertEq(against + inFavour + abstain, 0, "no vote");
    }

    function test_Case50_ProposingNeedsVotesOfTheSecondBefore() external {
        token.transfer(alice, 400_000 ether);
        _stakeAll(alice);
        Plan memory plan = _lower();
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, alice, 0, THRESHOLD)
        );
        vm.prank(alice);
        governor.propose(plan.targets, plan.values, plan.calls, plan.description);
        vm.warp(block.timestamp + 1);
        vm.prank(alice);
        governor.propose(plan.targets, plan.values, plan.calls, plan.description);
    }

    function test_Case51_StakeThatMovesOnVotesOnce() external {
        uint256 id = _propose(_lower());
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(id, 0, FOR);
        vm.prank(_voter(0));
        pool.unstake(EACH, alice);
        _stakeAll(alice);
        vm.prank(alice);
        assertEq(governor.castVote(id, FOR), 0, "the second wallet");
        vm.prank(_voter(1));
        pool.delegate(alice);
        _vote(id, 1, FOR);
        (, uint256 inFavour,) = governor.proposalVotes(id);
        assertEq(inFavour, 2 * EACH, "each stake as of the snapshot");
    }

    function test_Case55_WhatCannotVoteRaisesNoHurdle() external {
        // Treasury, locked shares, the pair and undelegated stake are most of the supply. The quorum is a number.
        token.transfer(treasury, 1_000_000 ether);
        token.transfer(alice, 400_000 ether);
        vm.startPrank(alice);
        token.approve(address(pool), 400_000 ether);
        pool.stake(400_000 ether);
        vm.stopPrank();
        assertEq(governor.quorum(block.timestamp), QUORUM, "not a share of anything");
        Plan memory plan = _lower();
        uint256 id = _propose(plan);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(id, 0, FOR);
        _vote(id, 1, FOR);
        uint256 before = vm.snapshotState();
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Defeated, "400,000 are not enough");
        vm.revertToState(before);
        _vote(id, 2, AGAINST);
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Defeated, "votes against do not help to reach it");
        vm.revertToState(before);
        _vote(id, 2, ABSTAIN);
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Succeeded, "three wallets below the wallet limit reach it");
    }

    function test_Case55_AQuorumThatIsRaisedLaterIsNotThatOfARunningVote() external {
        Plan memory raise =
            _plan(address(governor), abi.encodeCall(governor.setQuorum, (2_000_000 ether)), "Raise the quorum");
        _ready(raise);
        Plan memory plan = _lower();
        uint256 id = _propose(plan);
        vm.warp(governor.proposalSnapshot(id) + 1);
        for (uint256 i; i < 3; ++i) {
            _vote(id, i, FOR);
        }
        _execute(raise);
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Succeeded, "by the quorum of its snapshot");
        uint256 next = _propose(_plan(address(token), abi.encodeCall(token.setTax, (2)), "Later"));
        _accept(next);
        _is(next, IGovernor.ProposalState.Defeated, "the later one by the new quorum");
    }

    function test_Case53_ALateQuorumGivesTheOthersTime() external {
        uint256 id = _propose(_lower());
        uint256 end = governor.proposalDeadline(id);
        vm.warp(end - 1 hours);
        _vote(id, 0, FOR);
        _vote(id, 1, FOR);
        assertEq(governor.proposalDeadline(id), end, "no quorum yet");
        _vote(id, 2, FOR);
        assertEq(governor.proposalDeadline(id), end - 1 hours + 1 days, "a day from the quorum");
        vm.warp(end + 1 hours);
        _vote(id, 3, AGAINST);
        assertEq(governor.proposalDeadline(id), end - 1 hours + 1 days, "once");
    }

    function test_Case53_SpamNeedsStake() external {
        token.transfer(alice, THRESHOLD - 1);
        _stakeAll(alice);
        vm.warp(block.timestamp + 1);
        Plan memory plan = _lower();
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, alice, THRESHOLD - 1, THRESHOLD
            )
        );
        vm.prank(alice);
        governor.propose(plan.targets, plan.values, plan.calls, plan.description);
    }

    function test_Case53_NobodyProposesInAnothersName() external {
        Plan memory plan = _lower();
        plan.description = string.concat(plan.description, "#proposer=0x00000000000000000000000000000000000707e0");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, _voter(1)));
        vm.prank(_voter(1));
        governor.propose(plan.targets, plan.values, plan.calls, plan.description);
        uint256 id = _propose(plan);
        assertEq(governor.proposalProposer(id), _voter(0), "its own");
    }

    function test_Case53_OnlyTheProposerCancelsAndOnlyBeforeTheVote() external {
        Plan memory plan = _lower();
        uint256 id = _propose(plan);
        bytes32 description = keccak256(bytes(plan.description));
        address[3] memory others = [_voter(1), guardian, address(this)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, others[i]));
            vm.prank(others[i]);
            governor.cancel(plan.targets, plan.values, plan.calls, description);
        }
        uint256 before = vm.snapshotState();
        vm.prank(_voter(0));
        governor.cancel(plan.targets, plan.values, plan.calls, description);
        _is(id, IGovernor.ProposalState.Canceled, "by its proposer");
        vm.expectRevert();
        _propose(plan);
        vm.revertToState(before);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _cannotCancel(id, plan);
        _accept(id);
        _cannotCancel(id, plan);
        _queue(plan);
        _cannotCancel(id, plan);
    }

    function _cannotCancel(uint256 id, Plan memory plan) private {
        bytes32 description = keccak256(bytes(plan.description));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, _voter(0)));
        vm.prank(_voter(0));
        governor.cancel(plan.targets, plan.values, plan.calls, description);
    }

    function _lower() private view returns (Plan memory) {
        return _plan(address(token), abi.encodeCall(token.setTax, (100)), "Lower the tax to one percent");
    }
}

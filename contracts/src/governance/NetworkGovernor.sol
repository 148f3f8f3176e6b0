// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {INetworkGovernor, VotingTerms} from "./INetworkGovernor.sol";
import {GovernanceBounds} from "./rules/GovernanceBounds.sol";

/// Stakers decide. OpenZeppelin's Governor over the staking pool's votes, with bounds in the setters and a quorum that is a
/// number: nobody has to count what is staked, and what cannot vote (treasury, locked shares, idle stake) raises no hurdle.
contract NetworkGovernor is
    INetworkGovernor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorTimelockControl,
    GovernorPreventLateQuorum
{
    using Checkpoints for Checkpoints.Trace208;

    /// By time, so that a change touches no proposal whose snapshot is over.
    Checkpoints.Trace208 private _quorums;

    /// Reverts with OutOfBounds, and with NotProposerOf unless the timelock was made for this governor.
    constructor(IVotes votes, TimelockController timelock_, VotingTerms memory terms)
        Governor("OpenGPU Governor")
        GovernorSettings(terms.votingDelay, terms.votingPeriod, terms.proposalThreshold)
        GovernorVotes(votes)
        GovernorTimelockControl(timelock_)
        GovernorPreventLateQuorum(terms.lateQuorum)
    {
        if (!timelock_.hasRole(timelock_.PROPOSER_ROLE(), address(this))) revert NotProposerOf(address(timelock_));
        _setQuorum(terms.quorum);
    }

    /// @inheritdoc INetworkGovernor
    function setQuorum(uint256 quorum_) external onlyGovernance {
        _setQuorum(quorum_);
    }

    /// @notice Votes for and abstaining that a proposal needs whose snapshot is at `timepoint`, in wei.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return _quorums.upperLookupRecent(uint48(timepoint));
    }

    /// @notice Nobody can call this with success: a timelock without its delay would be a way around it. A new governor comes
    /// with a new timelock, to which this one hands the contracts.
    /// @dev Reverts with TimelockFixed.
    function updateTimelock(TimelockController) public pure override {
        revert TimelockFixed();
    }

    // ---- bounds ----

    function _setVotingDelay(uint48 seconds_) internal override {
        GovernanceBounds.checkVotingDelay(seconds_);
        super._setVotingDelay(seconds_);
    }

    function _setVotingPeriod(uint32 seconds_) internal override {
        GovernanceBounds.checkVotingPeriod(seconds_);
        super._setVotingPeriod(seconds_);
    }

    function _setProposalThreshold(uint256 votes) internal override {
        GovernanceBounds.checkThreshold(votes);
        super._setProposalThreshold(votes);
    }

    function _setLateQuorumVoteExtension(uint48 seconds_) internal override {
        GovernanceBounds.checkLateQuorum(seconds_);
        super._setLateQuorumVoteExtension(seconds_);
    }

    function _setQuorum(uint256 votes) private {
        GovernanceBounds.checkQuorum(votes);
        (uint256 before, uint256 now_) = _quorums.push(clock(), uint208(votes));
        emit QuorumSet(before, now_);
    }

    // ---- what OpenZeppelin's modules ask to be said ----

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}

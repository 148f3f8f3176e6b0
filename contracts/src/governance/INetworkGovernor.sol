// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// How the network votes. Delays in seconds, votes in wei of staked oGPU.
struct VotingTerms {
    /// From the proposal to the snapshot of votes: 1 to 7 days.
    uint48 votingDelay;
    /// From the snapshot to the end of the vote: 3 to 14 days.
    uint32 votingPeriod;
    /// What is left of the vote at least when the quorum is reached: 1 to 7 days, at most the voting period.
    uint48 lateQuorum;
    /// Votes that a proposer needs: 21,000 to 210,000 oGPU.
    uint256 proposalThreshold;
    /// Votes for and abstaining that a decision needs: 420,000 to 2,100,000 oGPU.
    uint256 quorum;
}

/// What the governor has beside OpenZeppelin's functions, which say themselves what they do:
///
/// - propose: anyone with votes above the threshold a second before. A description that ends in `#proposer=0x<address>` can
///   only be proposed by that address, so that nobody can take somebody's proposal and cancel it.
/// - cancel: the proposer alone, before the snapshot. Afterwards nobody can.
/// - castVote, castVoteBySig: anyone, with the votes at the snapshot, once. For, against or abstain; for must exceed against,
///   and for with abstain reach the quorum.
/// - queue, execute: anyone, once the vote succeeded and once the timelock's delay is over.
///
/// setVotingDelay, setVotingPeriod, setLateQuorumVoteExtension, setProposalThreshold and setQuorum work by proposals alone and
/// revert with OutOfBounds beyond the bounds of VotingTerms. On development chains delays may be a second.
interface INetworkGovernor {
    event QuorumSet(uint256 oldQuorum, uint256 newQuorum);

    /// The governor stays with the timelock that it was made with.
    error TimelockFixed();
    /// The timelock does not know this governor as its proposer.
    error NotProposerOf(address timelock);

    /// @notice Sets the quorum of proposals whose snapshot is later.
    /// @dev By a proposal alone. Reverts with GovernorOnlyExecutor or OutOfBounds.
    /// @param quorum wei of votes, 420,000 to 2,100,000 oGPU
    function setQuorum(uint256 quorum) external;
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INodeLevels} from "../staking/INodeLevels.sol";
import {IStakingPool} from "../staking/IStakingPool.sol";
import {IProviderEmission} from "./IProviderEmission.sol";

/// What a node's benchmark gave in one round; the node's attestors co-sign it (EIP-712, in the registry's domain).
struct Attestation {
    address node;
    uint16 gpuClass;
    uint32 round;
    /// GFLOP a second, see rules/NodeLevel.sol.
    uint64 power;
    /// The device's memory in MiB.
    uint32 vramMiB;
    /// `challengeOf(node)`: binds the round's seed, so that a signature does not outlive a reorganisation.
    bytes32 challenge;
    /// Hash of the bytes that answered the challenge, which the attestors checked.
    bytes32 answer;
}

/// A class's present or last round.
struct Round {
    /// Counted from 1; 0 before the first.
    uint32 id;
    /// How many tickets of all classes existed when it was announced: attestors are drawn among these.
    uint32 tickets;
    /// The block whose hash makes the seed.
    uint40 seedBlock;
    /// When the seed was fixed and answers began; 0 until then.
    uint40 openedAt;
    /// Attestations are taken before this time. 0 until the seed is fixed.
    uint40 endsAt;
    /// 0 until it is fixed.
    bytes32 seed;
}

/// What the registry knows of a node's capability.
struct AttestedView {
    uint64 power;
    uint32 vramMiB;
    /// The last round the node answered, or that had been announced when it registered.
    uint32 round;
    /// As of now: missed rounds count at once, written down or not.
    uint8 level;
    /// When the attestation ages out; 0 without one.
    uint40 expiresAt;
}

/// Capability of nodes: validated, not believed.
///
/// All nodes of a class answer one common challenge round, whose seed is the hash of a block that was still to come when
/// the round was announced, within a time that one device needs for one answer; so one device cannot answer for many. Other
/// owners' nodes, drawn by that seed for each node, measure and check the answer and co-sign what it showed. They count time
/// from the seed block, not from the call that fixed the seed: with the block everybody knows it.
///
/// Laws: at most one attestation a node and round, and only in rounds announced after the node registered (its key cannot be
/// ground to draw friendly attestors). A level is at most what NodeLevel gives for what was attested, and falls by one with
/// each round missed and each slash; a node that leaves or is turned off for want of bond has none. Nothing counts longer than
/// seven days. The staking pool hears of each change in the transaction that makes it, and no pool can stop that transaction.
interface IAttestations is INodeLevels {
    event RoundAnnounced(uint16 indexed gpuClass, uint32 indexed round, uint40 seedBlock, uint32 tickets);
    event RoundSeedAgedOut(uint16 indexed gpuClass, uint32 indexed round, uint40 seedBlock);
    event RoundOpened(uint16 indexed gpuClass, uint32 indexed round, bytes32 seed, uint40 endsAt);
    event Attested(
        address indexed node,
        uint16 indexed gpuClass,
        uint32 indexed round,
        uint64 power,
        uint32 vramMiB,
        bytes32 answer,
        address[] attestors
    );
    /// `untilDay` is 0 with level 0.
    event NodeLevelChanged(address indexed node, uint8 level, uint32 untilDay);
    /// The pool refused or burned its gas. What was done here holds; `refresh(node)` tells the pool again.
    event LevelPushFailed(address indexed node, uint8 level, uint32 untilDay);
    event RoundParametersChanged(uint40 roundSeconds, uint8 attestors);
    event PoolSet(address pool);
    event EmissionSet(address emission);

    error ClassEmpty(uint16 gpuClass);
    error RoundPending(uint16 gpuClass, uint32 round, uint256 seedBlock);
    error RoundRunning(uint16 gpuClass, uint32 round, uint256 endsAt);
    error NothingAnnounced(uint16 gpuClass);
    error SeedNotReady(uint16 gpuClass, uint256 seedBlock);
    error RoundNotOpen(uint16 gpuClass, uint32 round, uint32 latest, uint256 endsAt);
    error NodeNotLive(address node);
    error WrongClass(address node, uint16 gpuClass, uint16 expected);
    /// The node answered this round, or registered after it was announced.
    error AlreadyAttested(address node, uint32 round);
    error WrongChallenge(address node, bytes32 challenge, bytes32 expected);
    error PowerOutOfBounds(uint256 power, uint256 min, uint256 max);
    error NotEnoughAttestors(address node, uint256 signed, uint256 needed);
    error NotEnoughGas(uint256 left, uint256 needed);
    error AlreadySet(address current);
    error NoContract(address account);

    /// @notice Announces the next round of a class: fixes its tickets and the block that will make its seed. Anyone may call.
    /// @dev Before the seed exists, so nobody who calls, registers or waits can know what it will be.
    /// @return round the round's number in its class, from 1
    /// Reverts with ClassEmpty, with RoundPending until the announced round has its seed, with RoundRunning until it ended.
    function announceRound(uint16 gpuClass) external returns (uint32 round);

    /// @notice Fixes the seed of the announced round by the hash of its seed block and opens the round. Anyone may call.
    /// @dev Once. A hash that is out of reach (256 blocks) is replaced by that of a fresh block still to come, with the tickets
    /// of the announcement: whoever dislikes a seed would need everybody else not to call for 256 blocks.
    /// @return seed the seed; zero when a fresh block was named instead
    /// Reverts with NothingAnnounced, or with SeedNotReady up to the seed block.
    function fixRound(uint16 gpuClass) external returns (bytes32 seed);

    /// @notice Records what a node's benchmark gave in the open round, and sets its level. Anyone may carry it.
    /// @param attestation the message; its node must be live
    /// @param signatures one for each attestor, in any order: its node's address (20 bytes) and behind it the signature. Those
    /// of nodes that are not drawn, doubled ones and wrong ones do not count and do no harm
    /// @dev At least 2/3 (rounded up) of `attestors` must have signed, however few could be drawn. The duty is recorded for the
    /// emission: attested power x 60 seconds for the node's owner, own attested power x 30 seconds for each attestor's.
    /// Reverts with NodeUnknown, NodeNotLive, WrongClass, RoundNotOpen, AlreadyAttested, WrongChallenge, PowerOutOfBounds,
    /// NotEnoughAttestors or NotEnoughGas.
    function attest(Attestation calldata attestation, bytes[] calldata signatures) external;

    /// @notice Writes down what time did to a node's level (missed rounds, age) and tells the pool. Anyone may call, any time.
    /// @dev Also mends a push that failed. Reverts with NodeUnknown or NotEnoughGas.
    function refresh(address node) external;

    /// @notice Length of later rounds in seconds, and how many attestors are drawn for a node. The owner alone.
    /// @dev 1 hour to 3 days and 3 to 15; on local chain ids from 1 second and from 1. Reverts with ParameterOutOfBounds.
    function setRoundParameters(uint40 roundSeconds, uint8 attestors) external;

    /// @notice Names the staking pool that hears of levels. The owner alone, once.
    /// @dev Reverts with AlreadySet, or with NoContract where there is none.
    function setPool(IStakingPool pool) external;

    /// @notice Names the emission that duties are recorded in. The owner alone, once; none are recorded before.
    /// @dev This registry must be one of its recorders by then. Reverts with AlreadySet, or with NoContract where there is none.
    function setEmission(IProviderEmission emission) external;

    /// @notice Seconds from the fixing of a seed to the end of its round.
    function roundSeconds() external view returns (uint40);
    /// @notice How many attestors are drawn for a node in a round.
    function attestors() external view returns (uint8);
    /// @notice Zero until it is set.
    function pool() external view returns (IStakingPool);
    /// @notice Zero until it is set.
    function emission() external view returns (IProviderEmission);
    /// @notice The class's present or last round.
    function roundOf(uint16 gpuClass) external view returns (Round memory);
    /// @notice What the node must answer in its class's open round: keccak256(abi.encode(seed, node)).
    /// @dev Reverts with NodeUnknown, or with RoundNotOpen.
    function challengeOf(address node) external view returns (bytes32);
    /// @notice The nodes whose signatures count for `node` in its class's open round, as of now: live, of distinct other owners,
    /// drawn among all tickets of all classes that existed when the round was announced.
    /// @dev A check of an answer is cheap, so attestors need no device of the class, and a class of few owners cannot attest
    /// itself. One that leaves is followed by the next of the draw. Reverts with NodeUnknown, or with RoundNotOpen.
    function attestorsOf(address node) external view returns (address[] memory);
    /// @notice The node's capability as of now; zeros when it has none.
    function attestedOf(address node) external view returns (AttestedView memory);
    /// @notice The digest that attestors sign.
    function attestationDigest(Attestation calldata attestation) external view returns (bytes32);
}

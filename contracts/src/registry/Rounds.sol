// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Guarded} from "../access/Guarded.sol";
import {IAttestations, Round} from "../interfaces/IAttestations.sol";
import {LocalChain} from "../rules/LocalChain.sol";
import {NodeBook} from "./NodeBook.sol";

/// Common challenge rounds, one after the other in each class.
abstract contract Rounds is IAttestations, NodeBook, Guarded {
    /// From the announcement to the block that makes the seed: whoever makes the block of the announcement does not make
    /// the next one too, as a rule.
    uint256 internal constant SEED_BLOCKS = 2;

    /// @inheritdoc IAttestations
    uint40 public roundSeconds;
    /// @inheritdoc IAttestations
    uint8 public attestors;
    /// Two slots a class, written over by its next round; the events keep the history. Until a seed is fixed the last round's
    /// stands in its place.
    mapping(uint16 gpuClass => Round) private _rounds;

    constructor() {
        _setRoundParameters(1 days, 5);
    }

    /// @inheritdoc IAttestations
    function announceRound(uint16 gpuClass) external returns (uint32 id) {
        Round storage round = _rounds[gpuClass];
        id = round.id;
        if (_tickets[gpuClass].length == 0 || gpuClass == EVERY_CLASS) revert ClassEmpty(gpuClass);
        if (id != 0 && round.endsAt == 0) revert RoundPending(gpuClass, id, round.seedBlock);
        if (block.timestamp < round.endsAt) revert RoundRunning(gpuClass, id, round.endsAt);
        ++id;
        round.id = id;
        round.tickets = uint32(_tickets[EVERY_CLASS].length);
        round.seedBlock = uint40(block.number + SEED_BLOCKS);
        round.openedAt = 0;
        round.endsAt = 0;
        emit RoundAnnounced(gpuClass, id, round.seedBlock, round.tickets);
    }

    /// @inheritdoc IAttestations
    function fixRound(uint16 gpuClass) external returns (bytes32 seed) {
        Round storage round = _rounds[gpuClass];
        if (round.id == 0 || round.endsAt != 0) revert NothingAnnounced(gpuClass);
        if (block.number <= round.seedBlock) revert SeedNotReady(gpuClass, round.seedBlock);
        bytes32 hash = blockhash(round.seedBlock);
        if (hash == 0) {
            round.seedBlock = uint40(block.number + SEED_BLOCKS);
            emit RoundSeedAgedOut(gpuClass, round.id, round.seedBlock);
            return 0;
        }
        seed = keccak256(abi.encode(hash, gpuClass, round.id));
        round.seed = seed;
        round.openedAt = uint40(block.timestamp);
        round.endsAt = uint40(block.timestamp) + roundSeconds;
        emit RoundOpened(gpuClass, round.id, seed, round.endsAt);
    }

    /// @inheritdoc IAttestations
    function setRoundParameters(uint40 roundSeconds_, uint8 attestors_) external onlyOwner {
        _setRoundParameters(roundSeconds_, attestors_);
    }

    /// @inheritdoc IAttestations
    function roundOf(uint16 gpuClass) external view returns (Round memory round) {
        round = _rounds[gpuClass];
        if (round.endsAt == 0) round.seed = 0;
    }

    /// The class's round, which must be `id` and open.
    function _openRound(uint16 gpuClass, uint32 id) internal view returns (Round memory round) {
        round = _rounds[gpuClass];
        if (id == 0 || id != round.id || block.timestamp >= round.endsAt) {
            revert RoundNotOpen(gpuClass, id, round.id, round.endsAt);
        }
    }

    /// The number of the class's last announced round, 0 before the first.
    function _latestRound(uint16 gpuClass) internal view returns (uint32) {
        return _rounds[gpuClass].id;
    }

    /// The number of the class's last round that is over, 0 before the first.
    function _endedRound(uint16 gpuClass) internal view returns (uint32 id) {
        Round storage round = _rounds[gpuClass];
        id = round.id;
        if (id != 0 && (round.endsAt == 0 || block.timestamp < round.endsAt)) --id;
    }

    function _setRoundParameters(uint40 roundSeconds_, uint8 attestors_) private {
        bool local = LocalChain.isLocal();
        // Shorter than an attestation lives by far, so that a node that answers never ages out.
        _requireWithin("roundSeconds", roundSeconds_, local ? 1 : 1 hours, 3 days);
        _requireWithin("attestors", attestors_, local ? 1 : 3, 15);
        (roundSeconds, attestors) = (roundSeconds_, attestors_);
        emit RoundParametersChanged(roundSeconds_, attestors_);
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert ParameterOutOfBounds(name, value, min, max);
    }
}

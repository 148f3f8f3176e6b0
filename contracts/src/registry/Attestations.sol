// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Signatures} from "../access/Signatures.sol";
import {Attestation, AttestedView, IAttestations, Round} from "../interfaces/IAttestations.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {IProviderEmission} from "../interfaces/IProviderEmission.sol";
import {Node} from "../interfaces/Types.sol";
import {CommitteeDraw} from "../rules/CommitteeDraw.sol";
import {NodeLevel} from "../rules/NodeLevel.sol";
import {INodeLevels} from "../staking/INodeLevels.sol";
import {IStakingPool} from "../staking/IStakingPool.sol";
import {Rounds} from "./Rounds.sol";

/// Attested power and levels, and who hears of them.
abstract contract Attestations is Rounds, EIP712 {
    bytes32 internal constant ATTESTATION = keccak256(
        "Attestation(address node,uint16 gpuClass,uint32 round,uint64 power,uint32 vramMiB,bytes32 challenge,bytes32 answer)"
    );
    uint256 internal constant AGE = 7 days;
    /// Seconds that an answered round and a co-signature count as in the emission's units.
    uint64 internal constant ANSWER_SECONDS = 60;
    uint64 internal constant CHECK_SECONDS = 30;
    /// For the pool to take a level in: several times what it needs, and little enough that a pool gone wrong stops nothing.
    uint256 internal constant PUSH_GAS = 100_000;
    /// What must be left before a push: 63/64 of it are PUSH_GAS. A caller with less could make a loss unheard.
    uint256 internal constant GAS_BEFORE_PUSH = PUSH_GAS * 64 / 63 + 10_000;

    /// One slot, apart from the record that the market reads.
    struct Standing {
        uint64 power;
        uint32 vramMiB;
        /// The last round answered, or announced before the node registered.
        uint32 round;
        /// Rounds up to this one are inside level.
        uint32 counted;
        uint40 expiresAt;
        uint8 level;
    }

    /// @inheritdoc IAttestations
    IStakingPool public pool;
    /// @inheritdoc IAttestations
    IProviderEmission public emission;
    mapping(address node => Standing) private _standings;

    /// @inheritdoc IAttestations
    function attest(Attestation calldata it, bytes[] calldata signatures) external {
        Node storage node = _nodes[it.node];
        _knownOwner(it.node);
        if (!_live(node)) revert NodeNotLive(it.node);
        if (it.gpuClass != node.gpuClass) revert WrongClass(it.node, it.gpuClass, node.gpuClass);
        Round memory round = _openRound(it.gpuClass, it.round);
        Standing memory s = _standings[it.node];
        if (it.round <= s.round) revert AlreadyAttested(it.node, s.round);
        bytes32 challenge = _challenge(round.seed, it.node);
        if (it.challenge != challenge) revert WrongChallenge(it.node, it.challenge, challenge);
        if (it.power == 0 || it.power > NodeLevel.MAX_POWER) {
            revert PowerOutOfBounds(it.power, 1, NodeLevel.MAX_POWER);
        }
        address[] memory signers = _signers(it, signatures, round);

        (uint8 levelBefore, uint40 expiryBefore) = (s.level, s.expiresAt);
        s.power = it.power;
        s.vramMiB = it.vramMiB;
        s.round = it.round;
        s.counted = it.round;
        s.expiresAt = uint40(round.openedAt + AGE);
        s.level = NodeLevel.earned(it.power, it.vramMiB);
        _standings[it.node] = s;
        emit Attested(it.node, it.gpuClass, it.round, it.power, it.vramMiB, it.answer, signers);
        if (s.level != levelBefore || (s.level != 0 && s.expiresAt != expiryBefore)) _tell(it.node, s);
        _recordDuties(node.owner, it.power, signers);
    }

    /// @inheritdoc IAttestations
    function refresh(address node) external {
        _knownOwner(node);
        if (!_fall(node, 0)) _push(node, _standings[node]);
    }

    /// @inheritdoc IAttestations
    function setPool(IStakingPool pool_) external onlyOwner {
        if (address(pool) != address(0)) revert AlreadySet(address(pool));
        if (address(pool_).code.length == 0) revert NoContract(address(pool_));
        pool = pool_;
        emit PoolSet(address(pool_));
    }

    /// @inheritdoc IAttestations
    function setEmission(IProviderEmission emission_) external onlyOwner {
        if (address(emission) != address(0)) revert AlreadySet(address(emission));
        if (address(emission_).code.length == 0) revert NoContract(address(emission_));
        emission = emission_;
        emit EmissionSet(address(emission_));
    }

    /// @inheritdoc INodeRegistry
    function powerOf(address node) public view returns (uint64) {
        Standing storage s = _standings[node];
        return block.timestamp < s.expiresAt ? s.power : 0;
    }

    /// @inheritdoc INodeLevels
    function standingOf(address node) external view returns (address owner, uint8 level, uint32 untilDay) {
        Standing memory s = _standings[node];
        owner = _nodes[node].owner;
        level = _levelNow(s, _nodes[node].gpuClass);
        untilDay = _untilDay(level, s.expiresAt);
    }

    /// @inheritdoc IAttestations
    function attestedOf(address node) external view returns (AttestedView memory v) {
        Standing memory s = _standings[node];
        v.round = s.round;
        if (block.timestamp >= s.expiresAt) return v;
        v.power = s.power;
        v.vramMiB = s.vramMiB;
        v.level = _levelNow(s, _nodes[node].gpuClass);
        v.expiresAt = s.expiresAt;
    }

    /// @inheritdoc IAttestations
    function challengeOf(address node) external view returns (bytes32) {
        _knownOwner(node);
        return _challenge(_presentRound(node).seed, node);
    }

    /// @inheritdoc IAttestations
    function attestorsOf(address node) external view returns (address[] memory) {
        _knownOwner(node);
        return _drawn(node, _presentRound(node));
    }

    /// @inheritdoc IAttestations
    function attestationDigest(Attestation calldata it) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION, it)));
    }

    /// A new node takes part from the next round that is announced: its key was chosen before that round's seed.
    function _joinRounds(address node, uint16 gpuClass) internal {
        uint32 latest = _latestRound(gpuClass);
        if (latest != 0) (_standings[node].round, _standings[node].counted) = (latest, latest);
    }

    /// Takes missed rounds and `steps` more off the level, and tells the pool if anything changed.
    function _fall(address node, uint256 steps) internal returns (bool fell) {
        Standing memory s = _standings[node];
        if (s.level == 0) return false;
        uint16 gpuClass = _nodes[node].gpuClass;
        uint8 level = NodeLevel.lowered(_levelNow(s, gpuClass), steps);
        if (level == s.level) return false;
        s.level = level;
        uint32 ended = _endedRound(gpuClass);
        if (ended > s.counted) s.counted = ended;
        _standings[node] = s;
        _tell(node, s);
        return true;
    }

    /// The node leaves or is off for want of bond: nothing attested of it counts any more.
    function _forget(address node) internal {
        Standing memory s = _standings[node];
        if (s.expiresAt == 0) return;
        bool hadLevel = s.level != 0;
        (s.power, s.vramMiB, s.expiresAt, s.level) = (0, 0, 0, 0);
        _standings[node] = s;
        if (hadLevel) _tell(node, s);
    }

    function _tell(address node, Standing memory s) private {
        emit NodeLevelChanged(node, s.level, _untilDay(s.level, s.expiresAt));
        _push(node, s);
    }

    /// The one place where a failure is swallowed: staking must never hold a slash or an exit.
    function _push(address node, Standing memory s) private {
        IStakingPool target = pool;
        if (address(target) == address(0)) return;
        if (gasleft() < GAS_BEFORE_PUSH) revert NotEnoughGas(gasleft(), GAS_BEFORE_PUSH);
        uint32 untilDay = _untilDay(s.level, s.expiresAt);
        try target.pushLevel{gas: PUSH_GAS}(node, s.level, untilDay) {}
        catch {
            emit LevelPushFailed(node, s.level, untilDay);
        }
    }

    function _recordDuties(address owner, uint64 power, address[] memory signers) private {
        IProviderEmission target = emission;
        if (address(target) == address(0)) return;
        target.recordDuty(owner, power * ANSWER_SECONDS);
        for (uint256 i; i < signers.length; ++i) {
            uint64 own = powerOf(signers[i]);
            if (own != 0) target.recordDuty(_nodes[signers[i]].owner, own * CHECK_SECONDS);
        }
    }

    /// Those of the drawn that signed, each once; enough of them.
    function _signers(Attestation calldata it, bytes[] calldata signatures, Round memory round)
        private
        view
        returns (address[] memory signers)
    {
        address[] memory drawn = _drawn(it.node, round);
        bytes32 digest = attestationDigest(it);
        signers = new address[](drawn.length);
        uint256 count;
        for (uint256 i; i < signatures.length; ++i) {
            bytes calldata item = signatures[i];
            if (item.length < 20) continue;
            address signer = address(bytes20(item[:20]));
            uint256 place = _indexOf(drawn, signer);
            if (place == drawn.length || !Signatures.isValid(signer, digest, item[20:])) continue;
            // Not to be found a second time.
            drawn[place] = address(0);
            signers[count++] = signer;
        }
        uint256 needed = (uint256(attestors) * 2 + 2) / 3;
        if (count < needed) revert NotEnoughAttestors(it.node, count, needed);
        assembly ("memory-safe") {
            mstore(signers, count)
        }
    }

    /// The nodes drawn for `node`, over the tickets of all classes.
    function _drawn(address node, Round memory round) private view returns (address[] memory) {
        address owner = _nodes[node].owner;
        return CommitteeDraw.pick(
            INodeRegistry(address(this)),
            CommitteeDraw.Lot({
                seed: keccak256(abi.encode(round.seed, node, ATTESTATION)),
                gpuClass: EVERY_CLASS,
                tickets: round.tickets,
                members: attestors,
                nodeOwner: owner,
                customer: owner,
                fine: 0
            })
        );
    }

    function _presentRound(address node) private view returns (Round memory) {
        uint16 gpuClass = _nodes[node].gpuClass;
        return _openRound(gpuClass, _latestRound(gpuClass));
    }

    /// The level less the rounds that were missed since; 0 from the day on which it ages out, which does not count any more.
    function _levelNow(Standing memory s, uint16 gpuClass) private view returns (uint8) {
        if (s.level == 0 || block.timestamp / 1 days >= s.expiresAt / 1 days) return 0;
        uint256 ended = _endedRound(gpuClass);
        return ended > s.counted ? NodeLevel.lowered(s.level, ended - s.counted) : s.level;
    }

    /// The last whole UTC day of an attestation, rounded down: a level never counts longer than its age.
    function _untilDay(uint8 level, uint256 expiresAt) private pure returns (uint32) {
        return level == 0 ? 0 : uint32(expiresAt / 1 days - 1);
    }

    function _challenge(bytes32 seed, address node) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, node));
    }

    function _indexOf(address[] memory list, address item) private pure returns (uint256 i) {
        if (item == address(0)) return list.length;
        while (i < list.length && list[i] != item) ++i;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guarded} from "./access/Guarded.sol";
import {Signatures} from "./access/Signatures.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {Node} from "./interfaces/Types.sol";
import {LocalChain} from "./rules/LocalChain.sol";

/// Node records, their tickets for committee draws, and their bonds.
contract NodeRegistry is INodeRegistry, Guarded, EIP712 {
    using SafeERC20 for IERC20;

    bytes32 internal constant REGISTRATION = keccak256("Registration(address owner,address node)");

    IERC20 public immutable token;
    address public market;
    address public escrow;
    uint128 public minimumBond;
    uint40 public unbondSeconds;

    mapping(address node => Node) private _nodes;
    /// Append-only: a draw uses the tickets that existed at award.
    mapping(uint16 gpuClass => address[]) private _tickets;
    mapping(address owner => mapping(uint16 gpuClass => uint256)) public liveNodesOf;
    mapping(uint16 gpuClass => uint256) public liveOwners;
    mapping(address node => uint64) public powerOf;

    modifier onlyMarket() {
        if (msg.sender != market) revert NotMarket(msg.sender);
        _;
    }

    modifier onlyNodeOwner(address node) {
        address nodeOwner = _nodes[node].owner;
        if (nodeOwner == address(0)) revert NodeUnknown(node);
        if (nodeOwner != msg.sender) revert NotNodeOwner(node, msg.sender, nodeOwner);
        _;
    }

    constructor(IERC20 token_, uint128 minimumBond_, uint40 unbondSeconds_, address owner_, address guardian_)
        Guarded(owner_, guardian_)
        EIP712("OpenGPU NodeRegistry", "1")
    {
        token = token_;
        _setParameters(minimumBond_, unbondSeconds_);
    }

    /// Once and for all, as in the Escrow.
    function setMarket(address market_, address escrow_) external onlyOwner {
        if (market != address(0)) revert MarketAlreadySet(market);
        if (market_ == address(0) || escrow_ == address(0)) revert ZeroAddress();
        market = market_;
        escrow = escrow_;
        emit MarketSet(market_, escrow_);
    }

    function setParameters(uint128 minimumBond_, uint40 unbondSeconds_) external onlyOwner {
        _setParameters(minimumBond_, unbondSeconds_);
    }

    function register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        external
    {
        _register(node, gpuClass, ask, bondAmount, nodeSignature);
    }

    function registerWithPermit(
        address node,
        uint16 gpuClass,
        uint128 ask,
        uint256 bondAmount,
        bytes calldata nodeSignature,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        // A permit that somebody carried before us has already done its work.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), bondAmount, deadline, v, r, s) {} catch {}
        _register(node, gpuClass, ask, bondAmount, nodeSignature);
    }

    function addBond(address node, uint256 amount) external {
        if (_nodes[node].owner == address(0)) revert NodeUnknown(node);
        uint128 received = _pull(amount);
        _nodes[node].bond += received;
        emit BondAdded(node, received, _nodes[node].bond);
    }

    function setAsk(address node, uint128 ask) external onlyNodeOwner(node) {
        _nodes[node].ask = ask;
        emit AskChanged(node, ask);
    }

    function setActive(address node, bool active) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (active && record.bond < minimumBond) revert BondTooSmall(record.bond, minimumBond);
        bool wasLive = _live(record);
        record.active = active;
        _count(record, wasLive);
        emit ActiveChanged(node, active);
    }

    function requestUnbond(address node) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (record.unbondAt != 0) revert UnbondingUntil(node, record.unbondAt);
        bool wasLive = _live(record);
        record.unbondAt = uint40(block.timestamp) + unbondSeconds;
        _count(record, wasLive);
        emit UnbondRequested(node, record.unbondAt);
    }

    /// Takes a leaving node back, also after its bond was withdrawn and added again.
    function cancelUnbond(address node) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (record.unbondAt == 0) revert NotUnbonding(node);
        if (record.bond < minimumBond) revert BondTooSmall(record.bond, minimumBond);
        bool wasLive = _live(record);
        record.unbondAt = 0;
        _count(record, wasLive);
        emit UnbondCancelled(node);
    }

    function withdrawBond(address node, address to) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (record.unbondAt == 0) revert NotUnbonding(node);
        if (block.timestamp < record.unbondAt) revert UnbondingUntil(node, record.unbondAt);
        if (record.lockedBond != 0) revert StillLocked(node, record.lockedBond);
        uint128 amount = record.bond;
        record.bond = 0;
        emit BondWithdrawn(node, to, amount);
        token.safeTransfer(to, amount);
    }

    function lockBond(address node, uint128 amount) external onlyMarket {
        Node storage record = _nodes[node];
        uint256 free = record.bond - record.lockedBond;
        if (free < amount) revert NotEnoughFreeBond(node, free, amount);
        record.lockedBond += amount;
        emit BondLocked(node, amount);
    }

    function unlockBond(address node, uint128 amount) external onlyMarket {
        _nodes[node].lockedBond -= amount;
        emit BondUnlocked(node, amount);
    }

    /// A node whose bond falls below the minimum stops taking work until its owner adds to it and turns it on again.
    function slash(address node, uint128 amount) external onlyMarket {
        Node storage record = _nodes[node];
        record.lockedBond -= amount;
        record.bond -= amount;
        emit BondSlashed(node, amount);
        if (record.bond < minimumBond && record.active) {
            bool wasLive = _live(record);
            record.active = false;
            _count(record, wasLive);
            emit ActiveChanged(node, false);
        }
        token.safeTransfer(escrow, amount);
    }

    function nodeOf(address node) external view returns (Node memory) {
        return _nodes[node];
    }

    function ownerOf(address node) external view returns (address) {
        return _nodes[node].owner;
    }

    function isLive(address node) external view returns (bool) {
        return _live(_nodes[node]);
    }

    function freeBond(address node) external view returns (uint256) {
        return _nodes[node].bond - _nodes[node].lockedBond;
    }

    function ticketCount(uint16 gpuClass) external view returns (uint256) {
        return _tickets[gpuClass].length;
    }

    function ticketAt(uint16 gpuClass, uint256 index) external view returns (address) {
        return _tickets[gpuClass][index];
    }

    function registrationDigest(address owner_, address node) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REGISTRATION, owner_, node)));
    }

    function _register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        private
        whenOpen
    {
        address taken = _nodes[node].owner;
        if (taken != address(0)) revert NodeTaken(node, taken);
        // The key itself must agree, or anybody could register another's key and shut it out.
        bytes32 digest = registrationDigest(msg.sender, node);
        if (!Signatures.isValid(node, digest, nodeSignature)) revert SignatureInvalid(node, digest);
        uint128 bond = _pull(bondAmount);
        if (bond < minimumBond) revert BondTooSmall(bond, minimumBond);
        uint32 ticket = uint32(_tickets[gpuClass].length);
        _tickets[gpuClass].push(node);
        _nodes[node] = Node({
            owner: msg.sender,
            gpuClass: gpuClass,
            active: true,
            unbondAt: 0,
            ticket: ticket,
            ask: ask,
            bond: bond,
            lockedBond: 0
        });
        _count(_nodes[node], false);
        emit NodeRegistered(node, msg.sender, gpuClass, ticket, ask, bond);
    }

    /// Pulls from the caller and returns what arrived.
    function _pull(uint256 amount) private returns (uint128) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received > type(uint128).max) revert AmountTooLarge(received);
        return uint128(received);
    }

    /// Keeps the counts of live nodes and owners right after a change of `record`.
    function _count(Node storage record, bool wasLive) private {
        bool live = _live(record);
        if (live == wasLive) return;
        uint16 gpuClass = record.gpuClass;
        if (live) {
            if (liveNodesOf[record.owner][gpuClass]++ == 0) ++liveOwners[gpuClass];
        } else if (--liveNodesOf[record.owner][gpuClass] == 0) {
            --liveOwners[gpuClass];
        }
    }

    function _live(Node storage record) private view returns (bool) {
        return record.active && record.unbondAt == 0;
    }

    function _setParameters(uint128 minimumBond_, uint40 unbondSeconds_) private {
        uint256 shortest = LocalChain.isLocal() ? 1 : 7 days;
        if (unbondSeconds_ < shortest || unbondSeconds_ > 30 days) {
            revert ParameterOutOfBounds("unbondSeconds", unbondSeconds_, shortest, 30 days);
        }
        if (minimumBond_ == 0 || minimumBond_ > 1_000_000 ether) {
            revert ParameterOutOfBounds("minimumBond", minimumBond_, 1, 1_000_000 ether);
        }
        minimumBond = minimumBond_;
        unbondSeconds = unbondSeconds_;
        emit ParametersChanged(minimumBond_, unbondSeconds_);
    }
}

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
import {Attestations} from "./registry/Attestations.sol";
import {LocalChain} from "./rules/LocalChain.sol";

/// Nodes and their bonds here, their records and tickets in NodeBook, challenge rounds in Rounds, levels in Attestations.
/// What the functions do is said in INodeRegistry and IAttestations.
contract NodeRegistry is Attestations {
    using SafeERC20 for IERC20;

    bytes32 internal constant REGISTRATION = keccak256("Registration(address owner,address node)");

    /// @inheritdoc INodeRegistry
    IERC20 public immutable token;
    /// @inheritdoc INodeRegistry
    address public market;
    /// @inheritdoc INodeRegistry
    address public escrow;
    /// @inheritdoc INodeRegistry
    uint128 public minimumBond;
    /// @inheritdoc INodeRegistry
    uint40 public unbondSeconds;

    modifier onlyMarket() {
        if (msg.sender != market) revert NotMarket(msg.sender);
        _;
    }

    /// Rounds begin with a day and five attestors (setRoundParameters). Reverts with ParameterOutOfBounds.
    constructor(IERC20 token_, uint128 minimumBond_, uint40 unbondSeconds_, address owner_, address guardian_)
        Guarded(owner_, guardian_)
        EIP712("OpenGPU NodeRegistry", "1")
    {
        token = token_;
        _setParameters(minimumBond_, unbondSeconds_);
    }

    /// @inheritdoc INodeRegistry
    function setMarket(address market_, address escrow_) external onlyOwner {
        if (market != address(0)) revert MarketAlreadySet(market);
        if (market_ == address(0) || escrow_ == address(0)) revert ZeroAddress();
        market = market_;
        escrow = escrow_;
        emit MarketSet(market_, escrow_);
    }

    /// @inheritdoc INodeRegistry
    function setParameters(uint128 minimumBond_, uint40 unbondSeconds_) external onlyOwner {
        _setParameters(minimumBond_, unbondSeconds_);
    }

    /// @inheritdoc INodeRegistry
    function register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        external
    {
        _register(node, gpuClass, ask, bondAmount, nodeSignature);
    }

    /// @inheritdoc INodeRegistry
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

    /// @inheritdoc INodeRegistry
    function addBond(address node, uint256 amount) external {
        _knownOwner(node);
        uint88 received = _pull(amount);
        _nodes[node].bond += received;
        emit BondAdded(node, received, _nodes[node].bond);
    }

    /// @inheritdoc INodeRegistry
    function setAsk(address node, uint128 ask) external onlyNodeOwner(node) {
        _nodes[node].ask = _toAsk(ask);
        emit AskChanged(node, ask);
    }

    /// @inheritdoc INodeRegistry
    function setActive(address node, bool active) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (active && record.bond < minimumBond) revert BondTooSmall(record.bond, minimumBond);
        bool wasLive = _live(record);
        record.active = active;
        _count(record, wasLive);
        emit ActiveChanged(node, active);
    }

    /// @inheritdoc INodeRegistry
    function requestUnbond(address node) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (record.unbondAt != 0) revert UnbondingUntil(node, record.unbondAt);
        bool wasLive = _live(record);
        record.unbondAt = uint40(block.timestamp) + unbondSeconds;
        _count(record, wasLive);
        emit UnbondRequested(node, record.unbondAt);
        _forget(node);
    }

    /// @inheritdoc INodeRegistry
    function cancelUnbond(address node) external onlyNodeOwner(node) {
        Node storage record = _nodes[node];
        if (record.unbondAt == 0) revert NotUnbonding(node);
        if (record.bond < minimumBond) revert BondTooSmall(record.bond, minimumBond);
        bool wasLive = _live(record);
        record.unbondAt = 0;
        _count(record, wasLive);
        emit UnbondCancelled(node);
    }

    /// @inheritdoc INodeRegistry
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

    /// @inheritdoc INodeRegistry
    function lockBond(address node, uint128 amount) external onlyMarket {
        Node storage record = _nodes[node];
        (uint256 bond, uint256 locked) = (record.bond, record.lockedBond);
        if (bond - locked < amount) revert NotEnoughFreeBond(node, bond - locked, amount);
        // At most the bond.
        record.lockedBond = uint88(locked + amount);
        emit BondLocked(node, amount);
    }

    /// @inheritdoc INodeRegistry
    function unlockBond(address node, uint128 amount) external onlyMarket {
        Node storage record = _nodes[node];
        uint256 locked = record.lockedBond;
        if (locked < amount) revert NotEnoughLockedBond(node, locked, amount);
        record.lockedBond = uint88(locked - amount);
        emit BondUnlocked(node, amount);
    }

    /// @inheritdoc INodeRegistry
    function slash(address node, uint128 amount) external onlyMarket {
        Node storage record = _nodes[node];
        (uint256 bond, uint256 locked) = (record.bond, record.lockedBond);
        if (locked < amount) revert NotEnoughLockedBond(node, locked, amount);
        // No more than is locked, which is no more than the bond.
        record.bond = uint88(bond - amount);
        record.lockedBond = uint88(locked - amount);
        emit BondSlashed(node, amount);
        if (bond - amount < minimumBond && record.active) {
            bool wasLive = _live(record);
            record.active = false;
            _count(record, wasLive);
            emit ActiveChanged(node, false);
            _forget(node);
        } else {
            _fall(node, 1);
        }
        token.safeTransfer(escrow, amount);
    }

    /// @inheritdoc INodeRegistry
    function registrationDigest(address owner_, address node) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REGISTRATION, owner_, node)));
    }

    function _register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        private
        whenOpen
    {
        if (gpuClass == EVERY_CLASS) revert ClassReserved(gpuClass);
        address taken = _nodes[node].owner;
        if (taken != address(0)) revert NodeTaken(node, taken);
        // The key itself must agree, or anybody could register another's key and shut it out.
        bytes32 digest = registrationDigest(msg.sender, node);
        if (!Signatures.isValid(node, digest, nodeSignature)) revert SignatureInvalid(node, digest);
        uint88 bond = _pull(bondAmount);
        if (bond < minimumBond) revert BondTooSmall(bond, minimumBond);
        uint32 ticket = _addTickets(node, gpuClass);
        _nodes[node] = Node({
            owner: msg.sender,
            gpuClass: gpuClass,
            active: true,
            unbondAt: 0,
            ticket: ticket,
            ask: _toAsk(ask),
            bond: bond,
            lockedBond: 0
        });
        _joinRounds(node, gpuClass);
        _count(_nodes[node], false);
        emit NodeRegistered(node, msg.sender, gpuClass, ticket, ask, bond);
    }

    /// Pulls from the caller and returns what arrived.
    function _pull(uint256 amount) private returns (uint88) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received > type(uint88).max) revert AmountTooLarge(received);
        return uint88(received);
    }

    function _toAsk(uint128 ask) private pure returns (uint80) {
        if (ask > type(uint80).max) revert AmountTooLarge(ask);
        return uint80(ask);
    }

    function _setParameters(uint128 minimumBond_, uint40 unbondSeconds_) private {
        _requireWithin("unbondSeconds", unbondSeconds_, LocalChain.isLocal() ? 1 : 7 days, 30 days);
        _requireWithin("minimumBond", minimumBond_, 1, 1_000_000 ether);
        minimumBond = minimumBond_;
        unbondSeconds = unbondSeconds_;
        emit ParametersChanged(minimumBond_, unbondSeconds_);
    }
}

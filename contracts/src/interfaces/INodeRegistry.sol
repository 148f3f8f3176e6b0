// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Node} from "./Types.sol";

/// Node records and their bonds. Locked bond never leaves before its duty ends.
interface INodeRegistry {
    event NodeRegistered(
        address indexed node, address indexed owner, uint16 indexed gpuClass, uint32 ticket, uint128 ask, uint128 bond
    );
    event AskChanged(address indexed node, uint128 ask);
    event ActiveChanged(address indexed node, bool active);
    event BondAdded(address indexed node, uint128 amount, uint128 bond);
    event UnbondRequested(address indexed node, uint40 unbondAt);
    event UnbondCancelled(address indexed node);
    event BondWithdrawn(address indexed node, address indexed to, uint128 amount);
    event BondLocked(address indexed node, uint128 amount);
    event BondUnlocked(address indexed node, uint128 amount);
    event BondSlashed(address indexed node, uint128 amount);
    event ParametersChanged(uint128 minimumBond, uint40 unbondSeconds);
    event MarketSet(address market, address escrow);

    error NodeTaken(address node, address owner);
    error NodeUnknown(address node);
    error NotNodeOwner(address node, address caller, address owner);
    error BondTooSmall(uint256 bond, uint256 minimum);
    error NotEnoughFreeBond(address node, uint256 free, uint256 needed);
    error StillLocked(address node, uint256 locked);
    error UnbondingUntil(address node, uint256 unbondAt);
    error NotUnbonding(address node);
    error AmountTooLarge(uint256 amount);
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error NotMarket(address caller);
    error MarketAlreadySet(address market);
    error ZeroAddress();
    error SignatureInvalid(address signer, bytes32 digest);

    function token() external view returns (IERC20);
    function market() external view returns (address);
    function escrow() external view returns (address);
    function minimumBond() external view returns (uint128);
    function unbondSeconds() external view returns (uint40);

    function nodeOf(address node) external view returns (Node memory);
    function ownerOf(address node) external view returns (address);
    /// Registered, active and not leaving.
    function isLive(address node) external view returns (bool);
    function freeBond(address node) external view returns (uint256);
    /// Attested power of a node; 0 before its first attestation.
    function powerOf(address node) external view returns (uint64);
    function ticketCount(uint16 gpuClass) external view returns (uint256);
    function ticketAt(uint16 gpuClass, uint256 index) external view returns (address node);
    /// Owners with at least one live node in the class.
    function liveOwners(uint16 gpuClass) external view returns (uint256);
    function liveNodesOf(address owner, uint16 gpuClass) external view returns (uint256);
    /// The digest that the node's key signs to be registered by `owner`.
    function registrationDigest(address owner, address node) external view returns (bytes32);

    /// Registers the caller as owner of `node` and pulls the bond. `nodeSignature` is the node key's Registration(owner,node).
    function register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        external;
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
    ) external;
    /// Anyone may add to a bond; it belongs to the node's owner from then on.
    function addBond(address node, uint256 amount) external;
    function setAsk(address node, uint128 ask) external;
    /// false = draining: what runs goes on, nothing new comes.
    function setActive(address node, bool active) external;
    function requestUnbond(address node) external;
    function cancelUnbond(address node) external;
    /// After the delay: the whole bond, once nothing of it is locked.
    function withdrawBond(address node, address to) external;

    /// TaskMarket alone.
    function lockBond(address node, uint128 amount) external;
    function unlockBond(address node, uint128 amount) external;
    /// TaskMarket alone: takes `amount` of the locked bond and sends it into the Escrow.
    function slash(address node, uint128 amount) external;

    function setParameters(uint128 minimumBond, uint40 unbondSeconds) external;
    function setMarket(address market, address escrow) external;
}

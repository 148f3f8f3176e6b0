// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Node} from "./Types.sol";

/// Node records and their bonds. Money in wei of oGPU, times in seconds.
///
/// Laws: the registry holds the sum of all bonds. A bond is at least what is locked of it, and what is locked is what the market
/// locked and did not free or slash. Locked bond never leaves, whatever the owner does and however much time goes by; free bond
/// leaves after the unbonding delay alone, to where the owner says. A slash takes what the market locked, and each wei of it
/// once. Tickets are never taken back and never change their place.
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
    error ClassReserved(uint16 gpuClass);
    error BondTooSmall(uint256 bond, uint256 minimum);
    error NotEnoughFreeBond(address node, uint256 free, uint256 needed);
    error NotEnoughLockedBond(address node, uint256 locked, uint256 needed);
    error StillLocked(address node, uint256 locked);
    error UnbondingUntil(address node, uint256 unbondAt);
    error NotUnbonding(address node);
    error AmountTooLarge(uint256 amount);
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error NotMarket(address caller);
    error MarketAlreadySet(address market);
    error ZeroAddress();
    error SignatureInvalid(address signer, bytes32 digest);

    /// @notice The token of the bonds.
    function token() external view returns (IERC20);
    /// @notice The one contract that locks, frees and slashes; zero until it is set.
    function market() external view returns (address);
    /// @notice Where slashed bond goes; zero until it is set.
    function escrow() external view returns (address);
    /// @notice What a node must have to register and to be turned on.
    function minimumBond() external view returns (uint128);
    /// @notice Seconds from the wish to leave to the bond. A later change does not touch who is leaving already.
    function unbondSeconds() external view returns (uint40);

    /// @notice A node's record; all zero for an unknown node.
    function nodeOf(address node) external view returns (Node memory);
    /// @notice A node's owner, who never changes; zero for an unknown node.
    function ownerOf(address node) external view returns (address);
    /// @notice Registered, active and not leaving.
    function isLive(address node) external view returns (bool);
    /// @notice Bond that is not locked.
    function freeBond(address node) external view returns (uint256);
    /// @notice The node's attested power in GFLOP a second (1 to 100,000,000), 0 without an attestation of the last seven days
    /// or after it left. Units of the emission are power x seconds.
    function powerOf(address node) external view returns (uint64);
    /// @notice How many nodes were ever registered in the class; class 65535 stands for all classes together.
    function ticketCount(uint16 gpuClass) external view returns (uint256);
    /// @notice The node of a ticket, in the order of registration; class 65535 stands for all classes together.
    /// @dev Reverts (panic) beyond ticketCount.
    function ticketAt(uint16 gpuClass, uint256 index) external view returns (address node);
    /// @notice Owners with at least one live node in the class.
    function liveOwners(uint16 gpuClass) external view returns (uint256);
    /// @notice An owner's live nodes in the class.
    function liveNodesOf(address owner, uint16 gpuClass) external view returns (uint256);
    /// @notice The digest that the node's key signs to be registered by `owner`.
    function registrationDigest(address owner, address node) external view returns (bytes32);

    /// @notice Registers the caller as owner of `node` and pulls the bond from him. Anyone; not while entries are paused.
    /// @param node the address of the node's own signing key, new to the registry
    /// @param gpuClass 0 to 65534
    /// @param ask wei per GPU second, below 2^80; shown, not binding
    /// @param bondAmount wei of oGPU; what arrives is the bond
    /// @param nodeSignature the node key's Registration(owner,node)
    /// @dev Reverts with EntriesPaused, ClassReserved, NodeTaken, SignatureInvalid, BondTooSmall or AmountTooLarge, or as the
    /// token does.
    function register(address node, uint16 gpuClass, uint128 ask, uint256 bondAmount, bytes calldata nodeSignature)
        external;
    /// @notice As register, with the token's permit. A permit that somebody carried before is as good.
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
    /// @notice Adds the caller's oGPU to a bond; it is the node's owner's from then on. Anyone.
    /// @dev Reverts with NodeUnknown or AmountTooLarge, or as the token does.
    function addBond(address node, uint256 amount) external;
    /// @notice Changes the ask (below 2^80). The node's owner alone.
    /// @dev Reverts with NodeUnknown, NotNodeOwner or AmountTooLarge.
    function setAsk(address node, uint128 ask) external;
    /// @notice false = draining: what runs goes on, nothing new comes, the level stays until it is missed in rounds. The node's
    /// owner alone.
    /// @dev Reverts with NodeUnknown or NotNodeOwner, to be turned on also with BondTooSmall.
    function setActive(address node, bool active) external;
    /// @notice Begins to leave: no new work, no level from now on, the bond after the delay. The node's owner alone, at any time.
    /// @dev Reverts with NodeUnknown, NotNodeOwner or UnbondingUntil, or with NotEnoughGas to tell the staking pool.
    function requestUnbond(address node) external;
    /// @notice Takes a leaving node back, also after its bond was withdrawn and added again. Its level comes with a later
    /// round. The node's owner alone.
    /// @dev Reverts with NodeUnknown, NotNodeOwner, NotUnbonding or BondTooSmall.
    function cancelUnbond(address node) external;
    /// @notice Pays the whole bond to `to`, after the delay and once nothing of it is locked. The node's owner alone; never
    /// paused.
    /// @dev Reverts with NodeUnknown, NotNodeOwner, NotUnbonding, UnbondingUntil or StillLocked, or as the token does when `to`
    /// cannot hold it.
    function withdrawBond(address node, address to) external;

    /// @notice Binds free bond to a duty. The market alone.
    /// @dev Reverts with NotMarket or NotEnoughFreeBond.
    function lockBond(address node, uint128 amount) external;
    /// @notice Frees bond of a duty that ended well. The market alone.
    /// @dev Reverts with NotMarket or NotEnoughLockedBond.
    function unlockBond(address node, uint128 amount) external;
    /// @notice Takes `amount` of the locked bond and sends it into the Escrow. The market alone.
    /// @dev The node's level falls by one; below the minimum bond it is turned off and has none. Its owner adds to the bond and
    /// turns it on again. Reverts with NotMarket or NotEnoughLockedBond, or with NotEnoughGas to tell the staking pool; whatever
    /// else that pool does changes nothing.
    function slash(address node, uint128 amount) external;

    /// @notice `minimumBond` 1 wei to 1,000,000 oGPU, `unbondSeconds` 7 to 30 days, from a second on local chain ids. The owner alone.
    /// @dev Reverts with ParameterOutOfBounds.
    function setParameters(uint128 minimumBond, uint40 unbondSeconds) external;
    /// @notice Names market and Escrow. The owner alone, once.
    /// @dev Reverts with MarketAlreadySet or ZeroAddress.
    function setMarket(address market, address escrow) external;
}

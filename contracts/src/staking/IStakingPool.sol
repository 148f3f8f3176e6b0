// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INodeLevels} from "./INodeLevels.sol";

/// Why an item of a batch was skipped.
enum Skip {
    None,
    /// The signature's day is over.
    Late,
    /// The signature's day has not begun.
    Early,
    /// Already activated today, or boosted less than 24 hours ago.
    Used,
    /// Nothing staked that counts today.
    NoStake,
    /// Neither the account's key nor its contract accepts the signature.
    BadSignature
}

/// All that is known of an account, in wei, seconds and UTC days. An addition whose day is over is shown as joined.
struct AccountView {
    uint256 counted;
    uint256 added;
    uint256 start;
    uint256 openDay;
    uint256 weight;
    uint256 claimable;
    uint256 boostedAt;
    uint256 streak;
    uint256 level;
    uint256 levelUntil;
    address node;
}

/// Staked oGPU earns ETH by the day and carries votes.
///
/// weight(day) = amount x duration x level x boost, each factor in basis points, multiplied once, rounded down.
/// reward(day) = pot x weight / sum of weights, rounded down: the remainder, less than 1 wei an account and day, stays.
/// ETH that arrives on a day is shared on a later one: the first activation of a day fixes its pot to all ETH that arrived
/// before it and is in no other pot. Every function costs the same whatever the number of accounts or days missed.
///
/// Law: paid + claimable + owed for open days + carry + today's arrivals + remainders = ETH received <= balance.
interface IStakingPool {
    event Staked(address indexed account, uint256 amount, uint256 staked);
    event Unstaked(address indexed account, address indexed to, uint256 amount);
    /// `settledDay` is the account's last day, whose `reward` became claimable; 0 when none was open. (An event of its own
    /// would cost every activation 1,200 gas more.)
    event Activated(address indexed account, uint256 indexed day, uint256 weight, uint256 settledDay, uint256 reward);
    /// A weight changed after its activation, on the same day.
    event WeightChanged(address indexed account, uint256 indexed day, uint256 weight);
    event DayOpened(uint256 indexed day, uint256 pot);
    event Boosted(address indexed account, uint256 streak);
    /// `reward` of `settledDay` is part of `amount`; both 0 when no day was open.
    event Claimed(address indexed account, address indexed to, uint256 amount, uint256 settledDay, uint256 reward);
    event Funded(address indexed from, uint256 indexed day, uint256 amount);
    event ActivationSkipped(address indexed account, uint256 day, Skip reason);
    event BoostSkipped(address indexed account, uint256 day, Skip reason);
    event NodeNamed(address indexed account, address indexed node);
    event LevelChanged(address indexed account, uint256 level, uint256 untilDay);
    event RegistrySet(address registry);

    error ZeroAmount();
    error ZeroAddress();
    error InsufficientStake(address account, uint256 staked, uint256 needed);
    /// Nothing of the account counts on `day`: what was added today counts from tomorrow.
    error NothingCounts(address account, uint256 day);
    error AlreadyActivated(address account, uint256 day);
    error BoostTooSoon(address account, uint256 from);
    error NothingToClaim(address account);
    error NotPaid(address to, uint256 amount);
    error ReceiverNotAllowed(address to);
    error NotRegistry(address caller);
    error RegistryAlreadySet(address registry);
    error RegistryNotSet();
    error NotNodeOwner(address node, address caller, address owner);
    error LevelUnknown(uint256 level, uint256 highest);
    error TooMuchEth(uint256 waiting, uint256 limit);
    error SupplyTooLarge(uint256 supply, uint256 limit);
    error TotalNotTracked();
    error UnequalLengths(uint256 accounts, uint256 signatures);

    /// @notice The staked token.
    function token() external view returns (IERC20);

    /// @notice Where levels come from; zero until it was set.
    function registry() external view returns (INodeLevels);

    /// @notice Today's number: timestamp / 86400, UTC.
    function today() external view returns (uint256);

    /// @notice Adds `amount` wei of oGPU of the caller, pulled by allowance. It counts from tomorrow, with age 0 then.
    /// @dev Anyone, for himself. Credits what arrived, not what was asked for. Votes, where delegated, follow at once.
    /// Reverts with EntriesPaused, ZeroAmount, and the token's own errors.
    /// @return received wei that arrived
    function stake(uint256 amount) external returns (uint256 received);

    /// @notice Like stake, with an EIP-2612 permit that somebody else may have carried already.
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 received);

    /// @notice Pays `amount` wei of the caller's oGPU to `to`. Today's addition goes first; the rest lowers today's weight to
    /// what the remaining amount weighs, in the same transaction. Ended days keep their reward.
    /// @dev Anyone, for himself, always: never paused. Reverts with ZeroAmount, ReceiverNotAllowed (the pool or zero),
    /// InsufficientStake, and the token's own errors for `to`.
    function unstake(uint256 amount, address to) external;

    /// @notice Takes part in today's pot with the weight of now. Settles the account's last day.
    /// @dev Anyone, for himself, once a UTC day. The weight depends on the day, not on the time of day. Never paused.
    /// Reverts with AlreadyActivated or NothingCounts.
    /// @return weight of today
    function activate() external returns (uint256 weight);

    /// @notice Activates every account whose signature of `Activation(address account,uint32 day)` (EIP-712) holds, and skips
    /// and reports the others. The UTC day stands for a nonce: a signature can be used once, on that day.
    /// @dev Anyone. A contract account's ERC-1271 answer gets 150,000 gas. Never paused. Reverts with UnequalLengths alone.
    /// @param day of all signatures; on any other day every item is skipped
    /// @return done how many were activated
    function activateBatch(uint256 day, address[] calldata accounts, bytes[] calldata signatures)
        external
        returns (uint256 done);

    /// @notice Raises the caller's weight for today, whether activated already or later today: 1.10, and 0.02 more for each
    /// boost that came 24 to 48 hours after the one before, at most 1.30.
    /// @dev Anyone with stake that counts, for himself, once in 24 hours. Never paused. Reverts with BoostTooSoon or
    /// NothingCounts.
    /// @return streak steps, 0 for a first boost
    function boost() external returns (uint256 streak);

    /// @notice Boosts every account whose signature of `Boost(address account,uint32 day)` holds. See activateBatch.
    function boostBatch(uint256 day, address[] calldata accounts, bytes[] calldata signatures)
        external
        returns (uint256 done);

    /// @notice Pays all of the caller's ETH from ended days to `to`.
    /// @dev Anyone, for himself. Never paused. Reverts with NothingToClaim, ReceiverNotAllowed (the pool or zero), and
    /// NotPaid when `to` refuses: then nothing changed.
    /// @return amount wei of ETH
    function claim(address to) external returns (uint256 amount);

    /// @notice Adds the sent ETH to a later day's pot. A plain transfer does the same.
    /// @dev Anyone. Reverts with TooMuchEth beyond 2^96 wei in waiting.
    function fund() external payable;

    /// @notice Names the node whose level counts for the caller; zero names none. A node counts for one account at a time:
    /// who named it before loses it in the same transaction.
    /// @dev Anyone, for himself. A lower level lowers today's weight at once, a higher one counts from the next activation.
    /// Reverts with RegistryNotSet or NotNodeOwner.
    function nameNode(address node) external;

    /// @notice The node's level changed, ran out or went with the node. Does nothing when no account named the node.
    /// @dev The registry alone. A loss lowers today's weight in the same transaction, a raise counts from the next
    /// activation. After `untilDay` the level counts as 0 without any call. Reverts with NotRegistry or LevelUnknown
    /// and with nothing else, so that no slash or leave can be blocked here.
    function pushLevel(address node, uint8 level, uint32 untilDay) external;

    /// @notice Sets the registry, once and for all. The owner alone.
    function setRegistry(INodeLevels registry) external;

    /// @notice Wei of ETH the account would be paid by claim now.
    function claimableOf(address account) external view returns (uint256);

    /// @notice Wei of oGPU staked, counted and added today.
    function stakeOf(address account) external view returns (uint256);

    /// @notice What the account weighs today: as fixed, or as an activation now would fix it.
    function weightOf(address account) external view returns (uint256);

    function accountOf(address account) external view returns (AccountView memory);

    /// @notice The account that named the node, or zero.
    function holderOf(address node) external view returns (address);

    /// @notice A day's pot in wei, the sum of its weights, and whether somebody activated on it.
    function dayOf(uint256 day) external view returns (uint256 pot, uint256 weight, bool opened);

    /// @notice ETH in no pot: `carry` arrived before today, `arrived` today. `lastDay` is the last opened day; when that
    /// ended without weight, the next opening gives its pot back first.
    function books() external view returns (uint256 carry, uint256 arrived, uint256 lastDay);

    /// @notice What the account's key signs to be activated, or boosted, on `day`.
    function activationDigest(address account, uint256 day) external view returns (bytes32);
    function boostDigest(address account, uint256 day) external view returns (bytes32);
}

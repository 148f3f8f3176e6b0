// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {Guarded} from "../access/Guarded.sol";
import {Signatures} from "../access/Signatures.sol";
import {INodeLevels} from "./INodeLevels.sol";
import {IStakingPool, Signed, Skip} from "./IStakingPool.sol";
import {Levels} from "./Levels.sol";
import {Weight} from "./rules/Weight.sol";
import {Gain, Stake} from "./rules/Words.sol";

/// Stakes, activations, boosts, claims and votes. See IStakingPool for the laws it keeps.
contract StakingPool is Levels, Votes, Guarded, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 internal constant ACTIVATION = keccak256("Activation(address account,uint32 day)");
    bytes32 internal constant BOOST = keccak256("Boost(address account,uint32 day)");
    uint256 internal constant SUPPLY = 21_000_000 ether;
    uint256 internal constant BOOST_PAUSE = 24 hours;
    uint256 internal constant STREAK_ENDS = 48 hours;

    /// @inheritdoc IStakingPool
    IERC20 public immutable token;

    /// The words of an account hold amounts up to the network's supply, which cannot grow.
    constructor(IERC20 token_, address owner_, address guardian_)
        Guarded(owner_, guardian_)
        EIP712("OpenGPU StakingPool", "1")
    {
        uint256 supply = token_.totalSupply();
        if (supply > SUPPLY) revert SupplyTooLarge(supply, SUPPLY);
        token = token_;
    }

    /// @inheritdoc IStakingPool
    function stake(uint256 amount) external returns (uint256) {
        return _stake(amount);
    }

    /// @inheritdoc IStakingPool
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256)
    {
        // Anybody may have carried the permit before us; then the allowance is there and the call goes on.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _stake(amount);
    }

    /// @inheritdoc IStakingPool
    function unstake(uint256 amount, address to) external {
        if (amount == 0) revert ZeroAmount();
        if (to == address(0) || to == address(this)) revert ReceiverNotAllowed(to);
        uint256 day = today();
        Stake memory s = _stakeOf(msg.sender, day);
        uint256 staked = s.amount + s.added;
        if (amount > staked) revert InsufficientStake(msg.sender, staked, amount);
        if (amount <= s.added) {
            s.added -= amount;
        } else {
            s.amount -= amount - s.added;
            s.added = 0;
            if (s.openDay == day) {
                Gain memory g = _gainOf(msg.sender);
                _reweigh(msg.sender, day, s, g);
                _store(msg.sender, g);
            }
        }
        _store(msg.sender, s);
        if (s.delegated) _moveDelegateVotes(delegates(msg.sender), address(0), amount);
        emit Unstaked(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IStakingPool
    function activate() external returns (uint256) {
        uint256 day = today();
        Stake memory s = _stakeOf(msg.sender, day);
        if (s.openDay == day) revert AlreadyActivated(msg.sender, day);
        if (s.amount == 0) revert NothingCounts(msg.sender, day);
        return _activateAndStore(msg.sender, day, s);
    }

    /// @inheritdoc IStakingPool
    function activateBatch(Signed[] calldata items) external returns (uint256 done) {
        uint256 day = today();
        for (uint256 i; i < items.length; ++i) {
            Signed calldata item = items[i];
            Stake memory s = _stakeOf(item.account, day);
            Skip skip = _dayOfItem(item.day, day);
            if (skip == Skip.None && s.openDay == day) skip = Skip.Used;
            if (skip == Skip.None && s.amount == 0) skip = Skip.NoStake;
            if (skip == Skip.None && !_signed(ACTIVATION, item)) skip = Skip.BadSignature;
            if (skip != Skip.None) {
                emit ActivationSkipped(item.account, item.day, skip);
                continue;
            }
            _activateAndStore(item.account, day, s);
            ++done;
        }
    }

    /// @inheritdoc IStakingPool
    function boost() external returns (uint256) {
        uint256 day = today();
        Stake memory s = _stakeOf(msg.sender, day);
        Gain memory g = _gainOf(msg.sender);
        if (block.timestamp < g.boostedAt + BOOST_PAUSE) revert BoostTooSoon(msg.sender, g.boostedAt + BOOST_PAUSE);
        if (s.amount == 0) revert NothingCounts(msg.sender, day);
        return _boostAndStore(msg.sender, day, s, g);
    }

    /// @inheritdoc IStakingPool
    function boostBatch(Signed[] calldata items) external returns (uint256 done) {
        uint256 day = today();
        for (uint256 i; i < items.length; ++i) {
            Signed calldata item = items[i];
            Stake memory s = _stakeOf(item.account, day);
            Gain memory g = _gainOf(item.account);
            Skip skip = _dayOfItem(item.day, day);
            if (skip == Skip.None && block.timestamp < g.boostedAt + BOOST_PAUSE) skip = Skip.Used;
            if (skip == Skip.None && s.amount == 0) skip = Skip.NoStake;
            if (skip == Skip.None && !_signed(BOOST, item)) skip = Skip.BadSignature;
            if (skip != Skip.None) {
                emit BoostSkipped(item.account, item.day, skip);
                continue;
            }
            _boostAndStore(item.account, day, s, g);
            ++done;
        }
    }

    /// @inheritdoc IStakingPool
    function claim(address to) external returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert ReceiverNotAllowed(to);
        uint256 day = today();
        Gain memory g = _gainOf(msg.sender);
        // The stake is read only where a day may be open.
        if (g.weight != 0) _settle(msg.sender, day, _stakeOf(msg.sender, day), g);
        amount = g.claimable;
        if (amount == 0) revert NothingToClaim(msg.sender);
        g.claimable = 0;
        _store(msg.sender, g);
        emit Claimed(msg.sender, to, amount);
        // After everything is stored: who comes back in finds nothing to claim. The answer's bytes are not copied.
        bool paid;
        assembly ("memory-safe") {
            paid := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!paid) revert NotPaid(to, amount);
    }

    /// @inheritdoc IStakingPool
    function setRegistry(INodeLevels registry_) external onlyOwner {
        _setRegistry(registry_);
    }

    /// @inheritdoc IStakingPool
    function activationDigest(address account, uint256 day) external view returns (bytes32) {
        return _digest(ACTIVATION, account, day);
    }

    /// @inheritdoc IStakingPool
    function boostDigest(address account, uint256 day) external view returns (bytes32) {
        return _digest(BOOST, account, day);
    }

    /// @notice Votes are counted by time (ERC-6372), in seconds.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice `mode=timestamp`.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice Reverts with TotalNotTracked: the quorum is an absolute number, and each stake is cheaper for it.
    function getPastTotalSupply(uint256) public pure override returns (uint256) {
        revert TotalNotTracked();
    }

    function _stake(uint256 amount) private whenOpen nonReentrant returns (uint256 received) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert ZeroAmount();
        uint256 day = today();
        Stake memory s = _stakeOf(msg.sender, day);
        s.added += received;
        s.addedDay = day;
        _store(msg.sender, s);
        if (s.delegated) _moveDelegateVotes(address(0), delegates(msg.sender), received);
        emit Staked(msg.sender, received, s.amount + s.added);
    }

    function _activateAndStore(address account, uint256 day, Stake memory s) private returns (uint256) {
        Gain memory g = _gainOf(account);
        _activate(account, day, s, g);
        _store(account, g);
        _store(account, s);
        return g.weight;
    }

    function _boostAndStore(address account, uint256 day, Stake memory s, Gain memory g) private returns (uint256) {
        bool goesOn = g.boostedAt != 0 && block.timestamp <= g.boostedAt + STREAK_ENDS;
        if (!goesOn) g.streak = 0;
        else if (g.streak < Weight.TOP_STREAK) ++g.streak;
        g.boostedAt = block.timestamp;
        if (s.openDay == day) _reweigh(account, day, s, g);
        _store(account, g);
        emit Boosted(account, g.streak);
        return g.streak;
    }

    /// OpenZeppelin's delegation, which also marks the stake, so that an account without a delegate never pays for votes.
    function _delegate(address account, address delegatee) internal override {
        Stake memory s = _stakeOf(account, today());
        s.delegated = delegatee != address(0);
        _store(account, s);
        super._delegate(account, delegatee);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return stakeOf(account);
    }

    function _signed(bytes32 typeHash, Signed calldata item) private view returns (bool) {
        return Signatures.isValid(item.account, _digest(typeHash, item.account, item.day), item.signature);
    }

    function _digest(bytes32 typeHash, address account, uint256 day) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(typeHash, account, day)));
    }

    function _dayOfItem(uint256 itemDay, uint256 day) private pure returns (Skip) {
        return itemDay < day ? Skip.Late : itemDay > day ? Skip.Early : Skip.None;
    }
}

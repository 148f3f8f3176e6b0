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
import {IStakingPool, Skip} from "./IStakingPool.sol";
import {Levels} from "./Levels.sol";
import {Weight} from "./rules/Weight.sol";
import {GainWord, StakeWord} from "./rules/Words.sol";

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
        StakeWord s = _stakeOf(msg.sender, day);
        (uint256 counted, uint256 added) = (s.amount(), s.added());
        if (amount > counted + added) revert InsufficientStake(msg.sender, counted + added, amount);
        if (amount <= added) {
            s = s.withAmounts(counted, added - amount);
        } else {
            s = s.withAmounts(counted + added - amount, 0);
            if (s.openDay() == day) _gains[msg.sender] = _reweighed(msg.sender, day, s, _gains[msg.sender]);
        }
        _stakes[msg.sender] = s;
        if (s.delegated()) _moveDelegateVotes(delegates(msg.sender), address(0), amount);
        emit Unstaked(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IStakingPool
    function activate() external returns (uint256) {
        uint256 day = today();
        StakeWord s = _stakeOf(msg.sender, day);
        if (s.openDay() == day) revert AlreadyActivated(msg.sender, day);
        if (s.amount() == 0) revert NothingCounts(msg.sender, day);
        return _activate(msg.sender, day, s);
    }

    /// @inheritdoc IStakingPool
    function activateBatch(uint256 day, address[] calldata accounts, bytes[] calldata signatures)
        external
        returns (uint256 done)
    {
        Skip misdated = _misdated(day, accounts.length, signatures.length);
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[i];
            StakeWord s = _stakeOf(account, day);
            Skip skip = misdated;
            if (skip == Skip.None) {
                if (s.openDay() == day) skip = Skip.Used;
                else if (s.amount() == 0) skip = Skip.NoStake;
                else if (!_signed(ACTIVATION, account, day, signatures[i])) skip = Skip.BadSignature;
            }
            if (skip == Skip.None) {
                _activate(account, day, s);
                ++done;
            } else {
                emit ActivationSkipped(account, day, skip);
            }
        }
    }

    /// @inheritdoc IStakingPool
    function boost() external returns (uint256) {
        uint256 day = today();
        StakeWord s = _stakeOf(msg.sender, day);
        GainWord g = _gains[msg.sender];
        uint256 from = g.boostedAt() + BOOST_PAUSE;
        if (block.timestamp < from) revert BoostTooSoon(msg.sender, from);
        if (s.amount() == 0) revert NothingCounts(msg.sender, day);
        return _boost(msg.sender, day, s, g);
    }

    /// @inheritdoc IStakingPool
    function boostBatch(uint256 day, address[] calldata accounts, bytes[] calldata signatures)
        external
        returns (uint256 done)
    {
        Skip misdated = _misdated(day, accounts.length, signatures.length);
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[i];
            StakeWord s = _stakeOf(account, day);
            GainWord g = _gains[account];
            Skip skip = misdated;
            if (skip == Skip.None) {
                if (block.timestamp < g.boostedAt() + BOOST_PAUSE) skip = Skip.Used;
                else if (s.amount() == 0) skip = Skip.NoStake;
                else if (!_signed(BOOST, account, day, signatures[i])) skip = Skip.BadSignature;
            }
            if (skip == Skip.None) {
                _boost(account, day, s, g);
                ++done;
            } else {
                emit BoostSkipped(account, day, skip);
            }
        }
    }

    /// @inheritdoc IStakingPool
    function claim(address to) external returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert ReceiverNotAllowed(to);
        GainWord g = _gains[msg.sender];
        // The stake is read only where a day may be open.
        uint256 settledDay;
        uint256 reward;
        if (g.weight() != 0) (g, settledDay, reward) = _settled(today(), _stakes[msg.sender].openDay(), g);
        amount = g.claimable();
        if (amount == 0) revert NothingToClaim(msg.sender);
        _gains[msg.sender] = g.withClaimable(0);
        emit Claimed(msg.sender, to, amount, settledDay, reward);
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
        StakeWord s = _stakeOf(msg.sender, day);
        s = s.withAddition(s.added() + received, day);
        _stakes[msg.sender] = s;
        if (s.delegated()) _moveDelegateVotes(address(0), delegates(msg.sender), received);
        emit Staked(msg.sender, received, s.amount() + s.added());
    }

    function _boost(address account, uint256 day, StakeWord s, GainWord g) private returns (uint256 streak) {
        uint256 last = g.boostedAt();
        if (last != 0 && block.timestamp <= last + STREAK_ENDS) {
            streak = g.streak();
            if (streak < Weight.TOP_STREAK) ++streak;
        }
        g = g.withBoost(block.timestamp, streak);
        if (s.openDay() == day) g = _reweighed(account, day, s, g);
        _gains[account] = g;
        emit Boosted(account, streak);
    }

    /// OpenZeppelin's delegation, which also marks the stake, so that an account without a delegate never pays for votes.
    function _delegate(address account, address delegatee) internal override {
        _stakes[account] = _stakes[account].withDelegated(delegatee != address(0));
        super._delegate(account, delegatee);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return stakeOf(account);
    }

    function _signed(bytes32 typeHash, address account, uint256 day, bytes calldata signature)
        private
        view
        returns (bool)
    {
        return Signatures.isValid(account, _digest(typeHash, account, day), signature);
    }

    function _digest(bytes32 typeHash, address account, uint256 day) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(typeHash, account, day)));
    }

    /// Why no item of a batch for `day` can hold now.
    function _misdated(uint256 day, uint256 accounts, uint256 signatures) private view returns (Skip) {
        if (accounts != signatures) revert UnequalLengths(accounts, signatures);
        uint256 now_ = today();
        return day < now_ ? Skip.Late : day > now_ ? Skip.Early : Skip.None;
    }
}

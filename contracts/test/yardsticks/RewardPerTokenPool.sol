// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// The yardstick that StakingPool is measured against: a reward pool of the design that Synthetix made common (a reward
/// for each staked token that only grows, remembered for each account when it acts), as it is usually written: one
/// storage slot for each number, OpenZeppelin's guards, rewards in a second token. Frozen: it is not made better or worse
/// afterwards.
contract RewardPerTokenPool is Ownable, Pausable, ReentrancyGuard {
    using SafeERC20 for IERC20;

    IERC20 public stakingToken;
    IERC20 public rewardToken;
    uint256 public periodEnd;
    uint256 public rewardPerSecond;
    uint256 public periodSeconds = 7 days;
    uint256 public updatedAt;
    uint256 public storedRewardPerToken;
    uint256 public totalStaked;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => uint256) public paidRewardPerToken;
    mapping(address account => uint256) public rewards;

    event Staked(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event RewardPaid(address indexed account, uint256 amount);
    event RewardAdded(uint256 amount);

    error ZeroAmount();
    error RewardTooHigh(uint256 rewardPerSecond, uint256 held);

    modifier updating(address account) {
        storedRewardPerToken = rewardPerToken();
        updatedAt = lastRewardedTime();
        if (account != address(0)) {
            rewards[account] = earned(account);
            paidRewardPerToken[account] = storedRewardPerToken;
        }
        _;
    }

    constructor(IERC20 stakingToken_, IERC20 rewardToken_) Ownable(msg.sender) {
        stakingToken = stakingToken_;
        rewardToken = rewardToken_;
    }

    function stake(uint256 amount) external nonReentrant whenNotPaused updating(msg.sender) {
        if (amount == 0) revert ZeroAmount();
        totalStaked += amount;
        balanceOf[msg.sender] += amount;
        stakingToken.safeTransferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, amount);
    }

    function withdraw(uint256 amount) external nonReentrant updating(msg.sender) {
        if (amount == 0) revert ZeroAmount();
        totalStaked -= amount;
        balanceOf[msg.sender] -= amount;
        stakingToken.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }

    function claim() external nonReentrant updating(msg.sender) {
        uint256 reward = rewards[msg.sender];
        if (reward > 0) {
            rewards[msg.sender] = 0;
            rewardToken.safeTransfer(msg.sender, reward);
            emit RewardPaid(msg.sender, reward);
        }
    }

    /// The reward must lie in the pool already.
    function addReward(uint256 amount) external onlyOwner updating(address(0)) {
        uint256 left = block.timestamp >= periodEnd ? 0 : (periodEnd - block.timestamp) * rewardPerSecond;
        rewardPerSecond = (amount + left) / periodSeconds;
        uint256 held = rewardToken.balanceOf(address(this));
        if (rewardPerSecond > held / periodSeconds) revert RewardTooHigh(rewardPerSecond, held);
        updatedAt = block.timestamp;
        periodEnd = block.timestamp + periodSeconds;
        emit RewardAdded(amount);
    }

    function lastRewardedTime() public view returns (uint256) {
        return block.timestamp < periodEnd ? block.timestamp : periodEnd;
    }

    function rewardPerToken() public view returns (uint256) {
        if (totalStaked == 0) return storedRewardPerToken;
        return storedRewardPerToken + (lastRewardedTime() - updatedAt) * rewardPerSecond * 1e18 / totalStaked;
    }

    function earned(address account) public view returns (uint256) {
        return balanceOf[account] * (rewardPerToken() - paidRewardPerToken[account]) / 1e18 + rewards[account];
    }
}

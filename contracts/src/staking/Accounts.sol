// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccountView, IStakingPool} from "./IStakingPool.sol";
import {Pots} from "./Pots.sol";
import {Joining} from "./rules/Joining.sol";
import {Weight} from "./rules/Weight.sol";
import {Gain, Stake, Words} from "./rules/Words.sol";

/// An account's two words, and what follows from them: its weight today and the reward of its last day.
abstract contract Accounts is Pots {
    using Joining for Stake;
    using Words for uint256;
    using Words for Stake;
    using Words for Gain;

    mapping(address account => uint256) private _stakes;
    mapping(address account => uint256) private _gains;

    /// @inheritdoc IStakingPool
    function stakeOf(address account) public view returns (uint256) {
        Stake memory s = _stakes[account].toStake();
        return s.amount + s.added;
    }

    /// @inheritdoc IStakingPool
    function claimableOf(address account) public view returns (uint256) {
        Gain memory g = _gainOf(account);
        return g.claimable + _owed(g, _stakes[account].toStake(), today());
    }

    /// @inheritdoc IStakingPool
    function weightOf(address account) external view returns (uint256) {
        uint256 day = today();
        Stake memory s = _stakeOf(account, day);
        Gain memory g = _gainOf(account);
        if (s.openDay != day) g.usedLevel = _levelOn(g, day);
        return _weightOn(day, s, g);
    }

    /// What accountOf shows but the node, which Levels knows.
    function _view(address account) internal view returns (AccountView memory v) {
        Stake memory s = _stakeOf(account, today());
        Gain memory g = _gainOf(account);
        v.counted = s.amount;
        v.added = s.added;
        v.start = s.start;
        v.openDay = s.openDay;
        v.weight = g.weight;
        v.claimable = g.claimable;
        v.boostedAt = g.boostedAt;
        v.streak = g.streak;
        v.level = g.level;
        v.levelUntil = g.levelUntil;
    }

    /// The account's stake as of `day`, with an earlier addition joined.
    function _stakeOf(address account, uint256 day) internal view returns (Stake memory s) {
        s = _stakes[account].toStake();
        s.join(day);
    }

    function _gainOf(address account) internal view returns (Gain memory) {
        return _gains[account].toGain();
    }

    function _store(address account, Stake memory s) internal {
        _stakes[account] = s.pack();
    }

    function _store(address account, Gain memory g) internal {
        _gains[account] = g.pack();
    }

    /// The caller stores `s` and `g`. `s` has stake that counts, and did not activate on `day`.
    function _activate(address account, uint256 day, Stake memory s, Gain memory g) internal {
        _settle(account, day, s, g);
        g.usedLevel = _levelOn(g, day);
        g.weight = _weightOn(day, s, g);
        s.openDay = day;
        _weigh(day, 0, g.weight);
        emit Activated(account, day, g.weight);
    }

    /// Makes the reward of the account's ended day claimable. The caller stores `g`.
    function _settle(address account, uint256 day, Stake memory s, Gain memory g) internal {
        if (g.weight == 0 || s.openDay == day) return;
        uint256 reward = _rewardOf(g.weight, s.openDay);
        g.weight = 0;
        g.claimable += reward;
        emit Settled(account, s.openDay, reward);
    }

    /// Brings the weight of an account that activated today in line with its stake, level and boost. The caller stores `g`.
    function _reweigh(address account, uint256 day, Stake memory s, Gain memory g) internal {
        uint256 weight = _weightOn(day, s, g);
        if (weight == g.weight) return;
        _weigh(day, g.weight, weight);
        g.weight = weight;
        emit WeightChanged(account, day, weight);
    }

    /// The level that an activation on `day` uses: a level that ran out is 0 without any call.
    function _levelOn(Gain memory g, uint256 day) internal pure returns (uint256) {
        return day <= g.levelUntil ? g.level : 0;
    }

    function _owed(Gain memory g, Stake memory s, uint256 day) private view returns (uint256) {
        return g.weight == 0 || s.openDay == day ? 0 : _rewardOf(g.weight, s.openDay);
    }

    /// The age is taken at the start of the day, so that the time of day changes nothing.
    function _weightOn(uint256 day, Stake memory s, Gain memory g) private pure returns (uint256) {
        if (s.amount == 0) return 0;
        uint256 boost = g.boostedAt / 1 days == day ? Weight.boostBps(g.streak) : Weight.ONE;
        return Weight.product(s.amount, day * 1 days - s.start, g.usedLevel, boost);
    }
}

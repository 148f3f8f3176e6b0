// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccountView, IStakingPool} from "./IStakingPool.sol";
import {Pots} from "./Pots.sol";
import {Joining} from "./rules/Joining.sol";
import {Weight} from "./rules/Weight.sol";
import {GainWord, StakeWord} from "./rules/Words.sol";

/// An account's two words, and what follows from them: its weight today and the reward of its last day.
abstract contract Accounts is Pots {
    mapping(address account => StakeWord) internal _stakes;
    mapping(address account => GainWord) internal _gains;

    /// @inheritdoc IStakingPool
    function stakeOf(address account) public view returns (uint256) {
        StakeWord s = _stakes[account];
        return s.amount() + s.added();
    }

    /// @inheritdoc IStakingPool
    function claimableOf(address account) public view returns (uint256) {
        (GainWord g,,) = _settled(today(), _stakes[account].openDay(), _gains[account]);
        return g.claimable();
    }

    /// @inheritdoc IStakingPool
    function weightOf(address account) external view returns (uint256) {
        uint256 day = today();
        StakeWord s = _stakeOf(account, day);
        GainWord g = _gains[account];
        if (s.openDay() != day) g = g.withUsedLevel(g.levelOn(day));
        return s.amount() == 0 ? 0 : Weight.weigh(s, g, day);
    }

    /// What accountOf shows but the node, which Levels knows.
    function _view(address account) internal view returns (AccountView memory v) {
        StakeWord s = _stakeOf(account, today());
        GainWord g = _gains[account];
        v.counted = s.amount();
        v.added = s.added();
        v.start = s.start();
        v.openDay = s.openDay();
        v.weight = g.weight();
        v.claimable = g.claimable();
        v.boostedAt = g.boostedAt();
        v.streak = g.streak();
        v.level = g.level();
        v.levelUntil = g.levelUntil();
    }

    /// The account's stake as of `day`, with an earlier addition joined.
    function _stakeOf(address account, uint256 day) internal view returns (StakeWord) {
        return Joining.joined(_stakes[account], day);
    }

    /// `s` has stake that counts on `day`, and the account did not activate on it.
    function _activate(address account, uint256 day, StakeWord s) internal returns (uint256 weight) {
        (GainWord g, uint256 settledDay, uint256 reward) = _settled(day, s.openDay(), _gains[account]);
        g = g.withUsedLevel(g.levelOn(day));
        weight = Weight.weigh(s, g, day);
        _gains[account] = g.withWeight(weight);
        _stakes[account] = s.withOpenDay(day);
        _weigh(day, 0, weight);
        emit Activated(account, day, weight, settledDay, reward);
    }

    /// `g` with the reward of `openDay` claimable if that day has ended and is not settled; then it is `settledDay`. The
    /// caller stores `g`.
    function _settled(uint256 day, uint256 openDay, GainWord g)
        internal
        view
        returns (GainWord, uint256 settledDay, uint256 reward)
    {
        uint256 weight = g.weight();
        if (weight == 0 || openDay == day) return (g, 0, 0);
        reward = _rewardOf(weight, openDay);
        return (g.withWeight(0).withClaimable(g.claimable() + reward), openDay, reward);
    }

    /// `g` with the weight in line with stake, level and boost again, for an account that activated today. The caller
    /// stores it.
    function _reweighed(address account, uint256 day, StakeWord s, GainWord g) internal returns (GainWord) {
        uint256 weight = s.amount() == 0 ? 0 : Weight.weigh(s, g, day);
        if (weight == g.weight()) return g;
        _weigh(day, g.weight(), weight);
        emit WeightChanged(account, day, weight);
        return g.withWeight(weight);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Accounts} from "./Accounts.sol";
import {AccountView, IStakingPool} from "./IStakingPool.sol";
import {INodeLevels} from "./INodeLevels.sol";
import {Weight} from "./rules/Weight.sol";
import {GainWord, StakeWord} from "./rules/Words.sol";

/// Which node lifts which account. One node lifts one account, one account is lifted by one node.
abstract contract Levels is Accounts {
    /// @inheritdoc IStakingPool
    INodeLevels public registry;
    /// @inheritdoc IStakingPool
    mapping(address node => address account) public holderOf;
    mapping(address account => address node) private _nodes;

    /// @inheritdoc IStakingPool
    function accountOf(address account) external view returns (AccountView memory v) {
        v = _view(account);
        v.node = _nodes[account];
    }

    /// @inheritdoc IStakingPool
    function nameNode(address node) external {
        address before = _nodes[msg.sender];
        if (before != address(0)) delete holderOf[before];
        uint8 level;
        uint32 untilDay;
        if (node != address(0)) {
            if (address(registry) == address(0)) revert RegistryNotSet();
            address owner;
            (owner, level, untilDay) = registry.standingOf(node);
            if (owner != msg.sender) revert NotNodeOwner(node, msg.sender, owner);
            _checkLevel(level);
            address holder = holderOf[node];
            if (holder != address(0)) {
                // The node was handed on: its former holder may not keep the level for the rest of the day.
                delete _nodes[holder];
                emit NodeNamed(holder, address(0));
                _setLevel(holder, 0, 0);
            }
            holderOf[node] = msg.sender;
        }
        _nodes[msg.sender] = node;
        emit NodeNamed(msg.sender, node);
        _setLevel(msg.sender, level, untilDay);
    }

    /// @inheritdoc IStakingPool
    function pushLevel(address node, uint8 level, uint32 untilDay) external {
        if (msg.sender != address(registry)) revert NotRegistry(msg.sender);
        _checkLevel(level);
        address account = holderOf[node];
        if (account != address(0)) _setLevel(account, level, untilDay);
    }

    function _setRegistry(INodeLevels registry_) internal {
        if (address(registry) != address(0)) revert RegistryAlreadySet(address(registry));
        if (address(registry_) == address(0)) revert ZeroAddress();
        registry = registry_;
        emit RegistrySet(address(registry_));
    }

    function _setLevel(address account, uint256 level, uint256 untilDay) private {
        uint256 day = today();
        GainWord g = _gains[account].withLevel(level, untilDay);
        StakeWord s = _stakeOf(account, day);
        uint256 counts = g.levelOn(day);
        if (s.openDay() == day && counts < g.usedLevel()) g = _reweighed(account, day, s, g.withUsedLevel(counts));
        _gains[account] = g;
        emit LevelChanged(account, level, untilDay);
    }

    function _checkLevel(uint256 level) private pure {
        if (level > Weight.TOP_LEVEL) revert LevelUnknown(level, Weight.TOP_LEVEL);
    }
}

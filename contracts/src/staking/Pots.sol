// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool} from "./IStakingPool.sol";
import {BooksWord, DayWord, Words} from "./rules/Words.sol";

/// The ETH side: what arrived, and the pot and the weights of each day. Forced ETH is outside: the books count, the
/// balance is never asked.
abstract contract Pots is IStakingPool {
    BooksWord private _books;
    mapping(uint256 day => DayWord) private _days;

    receive() external payable {
        _fund();
    }

    /// @inheritdoc IStakingPool
    function fund() external payable {
        _fund();
    }

    /// @inheritdoc IStakingPool
    function today() public view returns (uint256) {
        return block.timestamp / 1 days;
    }

    /// @inheritdoc IStakingPool
    function dayOf(uint256 day) external view returns (uint256 pot, uint256 weight, bool opened) {
        DayWord d = _days[day];
        return (d.pot(), d.weight(), d.opened());
    }

    /// @inheritdoc IStakingPool
    function books() external view returns (uint256 carry, uint256 arrived, uint256 lastDay) {
        BooksWord b = _books.on(today());
        return (b.carry(), b.arrived(), b.lastDay());
    }

    function _fund() private {
        uint256 day = today();
        BooksWord b = _books.on(day);
        uint256 waiting = b.carry() + b.arrived() + msg.value;
        if (waiting > type(uint96).max) revert TooMuchEth(waiting, type(uint96).max);
        _books = Words.toBooks(b.carry(), b.arrived() + msg.value, day, b.lastDay());
        emit Funded(msg.sender, day, msg.value);
    }

    /// Moves an account's part of today's weights. The first one fixes the pot.
    function _weigh(uint256 day, uint256 from, uint256 to) internal {
        DayWord d = _days[day];
        uint256 pot = d.opened() ? d.pot() : _fixPot(day);
        _days[day] = Words.toDay(pot, d.weight() + to - from);
    }

    /// The part of `weight` in the pot of an ended day. Rounded down, so that all together never get more than the pot;
    /// each account loses less than 1 wei.
    function _rewardOf(uint256 weight, uint256 day) internal view returns (uint256) {
        DayWord d = _days[day];
        // 96 and 88 bits; who has weight is part of the sum.
        unchecked {
            return d.pot() * weight / d.weight();
        }
    }

    /// All counted ETH that arrived before `day` and is in no other pot. A pot that found no weight comes back first.
    function _fixPot(uint256 day) private returns (uint256 pot) {
        BooksWord b = _books.on(day);
        pot = b.carry();
        uint256 lastDay = b.lastDay();
        DayWord last = _days[lastDay];
        if (last.weight() == 0 && last.pot() != 0) {
            pot += last.pot();
            _days[lastDay] = Words.toDay(0, 0);
        }
        _books = Words.toBooks(0, b.arrived(), day, day);
        emit DayOpened(day, pot);
    }
}

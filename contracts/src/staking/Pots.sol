// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool} from "./IStakingPool.sol";
import {Books, Day, Words} from "./rules/Words.sol";

/// The ETH side: what arrived, and the pot and the weights of each day. Forced ETH is outside: the books count, the
/// balance is never asked.
abstract contract Pots is IStakingPool {
    using Words for uint256;
    using Words for Books;
    using Words for Day;

    uint256 private _books;
    mapping(uint256 day => uint256) private _days;

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
        Day memory d = _days[day].toDay();
        return (d.pot, d.weight, d.opened);
    }

    /// @inheritdoc IStakingPool
    function books() external view returns (uint256 carry, uint256 arrived, uint256 lastDay) {
        Books memory b = _booksOn(today());
        return (b.carry, b.arrived, b.lastDay);
    }

    function _fund() private {
        uint256 day = today();
        Books memory b = _booksOn(day);
        uint256 waiting = b.carry + b.arrived + msg.value;
        if (waiting > type(uint96).max) revert TooMuchEth(waiting, type(uint96).max);
        b.arrived += msg.value;
        _books = b.pack();
        emit Funded(msg.sender, day, msg.value);
    }

    /// Moves an account's part of today's weights. The first one fixes the pot.
    function _weigh(uint256 day, uint256 from, uint256 to) internal {
        Day memory d = _days[day].toDay();
        if (!d.opened) {
            d.opened = true;
            d.pot = _fixPot(day);
            emit DayOpened(day, d.pot);
        }
        d.weight = d.weight + to - from;
        _days[day] = d.pack();
    }

    /// The part of `weight` in the pot of an ended day, rounded down: for the account at most 1 wei less than its share,
    /// never more than the pot for all together.
    function _rewardOf(uint256 weight, uint256 day) internal view returns (uint256) {
        Day memory d = _days[day].toDay();
        return d.pot * weight / d.weight;
    }

    /// All counted ETH that arrived before `day` and is in no other pot. A pot that found no weight comes back first.
    function _fixPot(uint256 day) private returns (uint256 pot) {
        Books memory b = _booksOn(day);
        pot = b.carry;
        Day memory last = _days[b.lastDay].toDay();
        if (last.weight == 0 && last.pot != 0) {
            pot += last.pot;
            last.pot = 0;
            _days[b.lastDay] = last.pack();
        }
        b.carry = 0;
        b.lastDay = day;
        _books = b.pack();
    }

    /// The books as of `day`: arrivals of a day that is over are carried.
    function _booksOn(uint256 day) private view returns (Books memory b) {
        b = _books.toBooks();
        if (b.day == day) return b;
        b.carry += b.arrived;
        b.arrived = 0;
        b.day = day;
    }
}

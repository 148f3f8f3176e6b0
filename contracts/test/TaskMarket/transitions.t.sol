// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AttemptMessage,
    Bid,
    Job,
    ResultMessage,
    RevealMessage,
    SealMessage,
    State
} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// The one table of legal moves, tried out in full: from every state, every function, before and after the deadline.
/// What is not in the table must revert, so that each job has exactly one end. [case 46]
contract TransitionsTest is MarketFixture {
    enum Move {
        Submit,
        Award,
        Bid,
        AwardWindow,
        Start,
        HandBack,
        Replace,
        Result,
        Draw,
        Seal,
        Reveal,
        Settle,
        Cancel,
        Expire,
        Challenge,
        Appeal
    }

    uint256 private constant MOVES = 16;

    function test_Case46_OnlyTheLegalMovesSucceedInTime() external {
        _tryAll(false);
    }

    function test_Case46_OnlyTheLegalMovesSucceedAfterTheDeadline() external {
        _tryAll(true);
    }

    function _tryAll(bool late) private {
        for (uint8 s; s <= uint8(State.Expired); ++s) {
            for (uint256 move; move < MOVES; ++move) {
                uint256 snapshot = vm.snapshotState();
                _to(State(s));
                if (late) {
                    vm.warp(uint256(market.jobOf(id).deadline) + 1);
                    if (s == 0) vm.warp(order.submitBy + 1);
                }
                vm.roll(block.number + 2);
                bool legal = late ? _legalLate(State(s), Move(move)) : _legal(State(s), Move(move));
                bool done = _try(Move(move));
                if (done != legal) revert Unequal("state x move (legal, done)", s * 100 + move, done ? 1 : 0);
                vm.revertToState(snapshot);
            }
        }
    }

    function _legal(State s, Move m) private pure returns (bool) {
        if (s == State.None) return m == Move.Submit;
        if (s == State.Open) return m == Move.Award || m == Move.Cancel;
        if (s == State.Window) return m == Move.Bid || m == Move.Cancel;
        if (s == State.Awarded) {
            return m == Move.Start || m == Move.HandBack || m == Move.Replace || m == Move.Cancel;
        }
        if (s == State.Running) {
            return m == Move.HandBack || m == Move.Replace || m == Move.Result || m == Move.Cancel;
        }
        if (s == State.HandedBack) return m == Move.Replace || m == Move.Cancel;
        if (s == State.Resulted) return m == Move.Draw;
        if (s == State.Unchecked) return m == Move.Challenge;
        if (s == State.Checking) return m == Move.Seal;
        if (s == State.Enlarging || s == State.Appealed) return m == Move.Draw;
        return s == State.Judged && m == Move.Appeal;
    }

    function _legalLate(State s, Move m) private pure returns (bool) {
        if (s == State.Open || s == State.Window || s == State.Awarded || s == State.HandedBack) {
            return m == Move.Expire || m == Move.Cancel;
        }
        if (s == State.Running) return m == Move.Expire;
        if (s == State.Resulted || s == State.Enlarging || s == State.Appealed) {
            return m == Move.Draw || m == Move.Settle;
        }
        if (s == State.Unchecked) return m == Move.Reveal || m == Move.Settle;
        return (s == State.Checking || s == State.Judged) && m == Move.Settle;
    }

    function _try(Move move) private returns (bool) {
        try this.act(move) {
            return true;
        } catch {
            return false;
        }
    }

    /// Every move as well made as can be: right signatures, right attempt.
    function act(Move move) external {
        Job memory job = market.jobOf(id);
        if (move == Move.Submit) {
            market.submit(order, _signOrder());
        } else if (move == Move.Award) {
            _award(_firstBid(1, 5 ether));
        } else if (move == Move.Bid) {
            _placeBid(_firstBid(1, 5 ether));
        } else if (move == Move.AwardWindow) {
            market.awardWindow(order);
        } else if (move == Move.Start) {
            _start();
        } else if (move == Move.HandBack) {
            _handBack();
        } else if (move == Move.Replace) {
            _replace(_bid(1, 5 ether), AUCTIONEER_KEY);
        } else if (move == Move.Result) {
            _result();
        } else if (move == Move.Draw) {
            market.draw(order);
        } else if (move == Move.Seal) {
            _sealSeat(0, _says(Messages.SUCCESS, GOOD));
        } else if (move == Move.Reveal) {
            _open();
        } else if (move == Move.Settle) {
            market.settle(order);
        } else if (move == Move.Cancel) {
            market.cancel(order, _sign(CUSTOMER_KEY, keccak256(abi.encode(Messages.CANCEL, id))));
        } else if (move == Move.Expire) {
            market.expire(order);
        } else if (move == Move.Challenge) {
            vm.prank(customer);
            market.challenge(order);
        } else if (move == Move.Appeal) {
            _appeal();
        }
        // A move that "succeeds" must have changed something.
        assertTrue(
            keccak256(abi.encode(job, _members().length)) != keccak256(abi.encode(market.jobOf(id), _members().length))
                || move == Move.Draw,
            "a change"
        );
    }

    function _firstBid(uint256 i, uint128 price) private view returns (Bid memory nodeBid) {
        nodeBid = _bid(i, price);
        nodeBid.attempt = 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Seat, Settlement} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";

/// What a committee found, from its revealed seats: the row of the outcome table and the seats that are paid for it.
library Verdict {
    struct Question {
        bool exact;
        /// RUN_OUTCOME of the node's opening; 0 when it never came.
        uint8 nodeOutcome;
        bytes32 nodeOutputHash;
        /// Members that the round asked for; fewer may have been drawn.
        uint256 members;
        /// Seats of the first committee: they spoke before those of an enlargement had outputs to speak about.
        uint256 firstSeats;
    }

    struct Tally {
        uint256 revealed;
        uint256 ran;
        uint256 successes;
        uint256 failures;
        uint256 failing;
        uint256 malicious;
        uint256 noData;
        uint256 withNode;
    }

    /// The paid seats as a bit mask (bit i = seat i). The rules apply in this order:
    /// malicious, no data, unopened, customer's fault, correct, not deterministic, wrong, no quorum.
    ///
    /// Unopened takes one revealed seat: each has done its work, and the node alone could show what it promised.
    ///
    /// What confirms the node needs 2/3 of the seats drawn. What takes somebody's money on other grounds (malicious, wrong,
    /// not deterministic) needs 2/3 of the members ordered, so that a committee of one can never do it.
    function decide(Question memory q, Seat[] memory seats) internal pure returns (Settlement, uint256 paid) {
        Tally memory t = _tally(q, seats);
        uint256 need = twoThirds(seats.length);
        uint256 needToTake = twoThirds(q.members);

        if (t.malicious >= needToTake) return (Settlement.Malicious, _having(seats, Messages.MALICIOUS));
        if (t.noData >= needToTake) return (Settlement.Wrong, _having(seats, Messages.NO_DATA));
        if (q.nodeOutcome == 0 && t.revealed > 0) return (Settlement.Unopened, revealedMask(seats));
        if (t.revealed < need || seats.length == 0) return (Settlement.NoQuorum, revealedMask(seats));

        if (q.nodeOutcome != Messages.SUCCESS && t.failing >= need) {
            return (Settlement.CustomerFault, _having(seats, Messages.FAILURE) | _having(seats, Messages.TIMEOUT));
        }
        if (t.withNode >= need) return (Settlement.Correct, _confirmed(q, seats));
        if (t.ran >= needToTake && !_anyTwoAgree(q, seats, t)) {
            return (Settlement.NotDeterministic, _ran(seats));
        }
        paid = _against(q, seats, t, needToTake);
        if (paid != 0) return (Settlement.Wrong, paid);
        return (Settlement.NoQuorum, revealedMask(seats));
    }

    /// ceil(2n / 3)
    function twoThirds(uint256 n) internal pure returns (uint256) {
        return (2 * n + 2) / 3;
    }

    /// The lower median of the masked seats' seconds, each at most `cap`; 0 for an empty mask.
    function medianSeconds(Seat[] memory seats, uint256 mask, uint256 cap) internal pure returns (uint256) {
        uint256[] memory sorted = new uint256[](seats.length);
        uint256 count;
        for (uint256 i; i < seats.length; ++i) {
            if (mask & (1 << i) == 0) continue;
            uint256 value = seats[i].secondsUsed < cap ? seats[i].secondsUsed : cap;
            uint256 place = count++;
            for (; place > 0 && sorted[place - 1] > value; --place) {
                sorted[place] = sorted[place - 1];
            }
            sorted[place] = value;
        }
        return count == 0 ? 0 : sorted[(count - 1) / 2];
    }

    function _tally(Question memory q, Seat[] memory seats) private pure returns (Tally memory t) {
        for (uint256 i; i < seats.length; ++i) {
            uint8 outcome = seats[i].outcome;
            if (outcome == 0) continue;
            ++t.revealed;
            if (outcome == Messages.SUCCESS) {
                ++t.successes;
                if (_agreesWithNode(q, seats[i])) ++t.withNode;
            } else if (outcome == Messages.MALICIOUS) {
                ++t.malicious;
            } else if (outcome == Messages.NO_DATA) {
                ++t.noData;
            } else if (outcome == Messages.FAILURE) {
                ++t.failures;
            }
        }
        t.ran = t.revealed - t.malicious - t.noData;
        t.failing = t.ran - t.successes;
    }

    /// Members that contradict the node and each other not: the largest is taken, 0 when below `need`.
    ///
    /// A claimed success is contradicted by `need` other outputs that agree, or by `need` failures while nobody got the
    /// node's output. Members' time-outs alone contradict nothing: they may just be slower machines.
    /// A claimed failure or time-out is contradicted by `need` successes that agree.
    function _against(Question memory q, Seat[] memory seats, Tally memory t, uint256 need)
        private
        pure
        returns (uint256 mask)
    {
        bool claimsSuccess = q.nodeOutcome == Messages.SUCCESS;
        if (claimsSuccess && t.failures >= need && t.withNode == 0) return _having(seats, Messages.FAILURE);
        uint256 best = need;
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i].outcome != Messages.SUCCESS || _agreesWithNode(q, seats[i])) continue;
            uint256 group = 1 << i;
            uint256 size = 1;
            for (uint256 j; j < seats.length; ++j) {
                if (j == i || _agreesWithNode(q, seats[j]) || !_agree(q, seats, i, j)) continue;
                group |= 1 << j;
                ++size;
            }
            if (size >= best) {
                best = size + 1;
                mask = group;
            }
        }
    }

    /// The seats of an earlier committee whose word fits a final verdict that is not theirs.
    function confirming(Question memory q, Seat[] memory seats, Settlement settlement)
        internal
        pure
        returns (uint256 mask)
    {
        if (settlement == Settlement.Correct) return _confirmed(q, seats);
        if (settlement == Settlement.CustomerFault) {
            return _having(seats, Messages.FAILURE) | _having(seats, Messages.TIMEOUT);
        }
        if (settlement == Settlement.Malicious) return _having(seats, Messages.MALICIOUS);
        if (settlement == Settlement.NotDeterministic) return _ran(seats);
        if (settlement == Settlement.Wrong) return _contradicting(q, seats);
        return revealedMask(seats);
    }

    /// Seats that agree with the node. Under a tolerant comparison only those that at least half of the other revealing
    /// members confirm (of those that could know it), so that garbage sealed and an agreement claimed afterwards earns nothing.
    function _confirmed(Question memory q, Seat[] memory seats) private pure returns (uint256 mask) {
        for (uint256 i; i < seats.length; ++i) {
            if (!_agreesWithNode(q, seats[i])) continue;
            if (!q.exact) {
                uint256 others;
                uint256 confirmations;
                for (uint256 j; j < seats.length; ++j) {
                    if (j == i || seats[j].outcome == 0 || !_knows(q, j, i)) continue;
                    ++others;
                    if (_says(seats[j], seats[i], i + 1)) ++confirmations;
                }
                if (2 * confirmations < others) continue;
            }
            mask |= 1 << i;
        }
    }

    /// Outputs that are not the node's; against a claimed success also failures, against an unopened one missing data.
    function _contradicting(Question memory q, Seat[] memory seats) private pure returns (uint256 mask) {
        for (uint256 i; i < seats.length; ++i) {
            uint8 outcome = seats[i].outcome;
            if (
                (outcome == Messages.SUCCESS && !_agreesWithNode(q, seats[i]))
                    || (outcome == Messages.FAILURE && q.nodeOutcome == Messages.SUCCESS) || outcome == Messages.NO_DATA
            ) mask |= 1 << i;
        }
    }

    function _anyTwoAgree(Question memory q, Seat[] memory seats, Tally memory t) private pure returns (bool) {
        if (t.withNode > 0 || t.failing > 1) return true;
        if (q.nodeOutcome != Messages.SUCCESS && t.failing > 0) return true;
        for (uint256 i; i < seats.length; ++i) {
            for (uint256 j; j < i; ++j) {
                if (_agree(q, seats, i, j)) return true;
            }
        }
        return false;
    }

    /// Two members' outputs agree: equal bytes, or under a tolerant comparison both say so; of two rounds the later one.
    function _agree(Question memory q, Seat[] memory seats, uint256 i, uint256 j) private pure returns (bool) {
        if (seats[i].outcome != Messages.SUCCESS || seats[j].outcome != Messages.SUCCESS) return false;
        if (seats[i].outputHash == seats[j].outputHash) return true;
        return !q.exact && (!_knows(q, i, j) || _says(seats[i], seats[j], j + 1))
            && (!_knows(q, j, i) || _says(seats[j], seats[i], i + 1));
    }

    function _agreesWithNode(Question memory q, Seat memory seat) private pure returns (bool) {
        if (q.nodeOutcome != Messages.SUCCESS || seat.outcome != Messages.SUCCESS) return false;
        return seat.outputHash == q.nodeOutputHash || (!q.exact && seat.agrees & 1 != 0);
    }

    /// Whether seat `speaker` revealed when the output of seat `about` could be known.
    function _knows(Question memory q, uint256 speaker, uint256 about) private pure returns (bool) {
        return speaker >= q.firstSeats || about < q.firstSeats;
    }

    /// Whether a successful `speaker` has the bit for `about` set, or holds the very same bytes.
    function _says(Seat memory speaker, Seat memory about, uint256 bit) private pure returns (bool) {
        if (speaker.outcome != Messages.SUCCESS) return false;
        return speaker.agrees & (1 << bit) != 0 || speaker.outputHash == about.outputHash;
    }

    function _having(Seat[] memory seats, uint8 outcome) private pure returns (uint256 mask) {
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i].outcome == outcome) mask |= 1 << i;
        }
    }

    function revealedMask(Seat[] memory seats) internal pure returns (uint256 mask) {
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i].outcome != 0) mask |= 1 << i;
        }
    }

    function _ran(Seat[] memory seats) private pure returns (uint256) {
        return _having(seats, Messages.SUCCESS) | _having(seats, Messages.FAILURE) | _having(seats, Messages.TIMEOUT);
    }
}

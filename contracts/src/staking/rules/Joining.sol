// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Weight} from "./Weight.sol";
import {Stake} from "./Words.sol";

/// When added stake joins what counts.
library Joining {
    /// Once the day of an addition is over, the addition counts: it joins with age 0 at the start of the next day. The age
    /// of what was there is capped before the mean by amount is taken, and the mean rounds to the younger side, so that
    /// amount x age never grows by adding. Done at the account's next action, with the same result whenever that is.
    function join(Stake memory s, uint256 today) internal pure {
        if (s.added == 0 || s.addedDay >= today) return;
        uint256 at = (s.addedDay + 1) * 1 days;
        uint256 sum = s.amount + s.added;
        uint256 age = at - s.start;
        if (age > Weight.FULL_AGE) age = Weight.FULL_AGE;
        s.start = at - age * s.amount / sum;
        s.amount = sum;
        s.added = 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Weight} from "./Weight.sol";
import {StakeWord} from "./Words.sol";

/// When added stake joins what counts.
library Joining {
    /// Once the day of an addition is over, the addition counts: it joins with age 0 at the start of the next day. The age
    /// of what was there is capped before the mean by amount is taken, and the mean rounds to the younger side, so that
    /// amount x age never grows by adding. Done at the account's next action, with the same result whenever that is.
    function joined(StakeWord s, uint256 today) internal pure returns (StakeWord) {
        uint256 added = s.added();
        if (added == 0 || s.addedDay() >= today) return s;
        // Amounts are below 2^88, ages and times below 2^36, and no stake starts after an addition counts.
        unchecked {
            uint256 amount = s.amount();
            uint256 from = (s.addedDay() + 1) * 1 days;
            uint256 age = from - s.start();
            if (age > Weight.FULL_AGE) age = Weight.FULL_AGE;
            return s.withAmounts(amount + added, 0).withStart(from - age * amount / (amount + added));
        }
    }
}

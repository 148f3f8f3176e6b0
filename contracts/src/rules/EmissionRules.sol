// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// How the providers' share is cut. Everything rounds down.
library EmissionRules {
    /// What is left, spread evenly over what is left of the time, for the part of it that the epoch has. The last epoch
    /// gets all.
    function budget(uint256 left, uint256 from, uint256 to, uint256 end) internal pure returns (uint256) {
        if (to >= end) return left;
        return left * (to - from) / (end - from);
    }

    /// An owner's part of `budget_`; 0 for no units at all.
    function share(uint256 budget_, uint256 units, uint256 all) internal pure returns (uint256) {
        return all == 0 ? 0 : budget_ * units / all;
    }

    /// The most that an owner gets for jobs whose customers paid this much to others.
    function cap(uint256 paidToOthers, uint256 capBps) internal pure returns (uint256) {
        return paidToOthers * capBps / 10_000;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LocalChain} from "../../rules/LocalChain.sol";

/// The hard bounds of governance itself, in wei of votes and seconds. No vote can leave them. Delays are short on development
/// chains alone.
library GovernanceBounds {
    /// 2% and 10% of 21 million.
    uint256 internal constant MIN_QUORUM = 420_000 ether;
    uint256 internal constant MAX_QUORUM = 2_100_000 ether;
    /// 0.1% and 1%.
    uint256 internal constant MIN_THRESHOLD = 21_000 ether;
    uint256 internal constant MAX_THRESHOLD = 210_000 ether;

    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    function checkQuorum(uint256 value) internal pure {
        _check("quorum", value, MIN_QUORUM, MAX_QUORUM);
    }

    function checkThreshold(uint256 value) internal pure {
        _check("proposalThreshold", value, MIN_THRESHOLD, MAX_THRESHOLD);
    }

    /// Time to stake or delegate before the snapshot.
    function checkVotingDelay(uint256 value) internal view {
        _check("votingDelay", value, _least(1 days), 7 days);
    }

    function checkVotingPeriod(uint256 value) internal view {
        _check("votingPeriod", value, _least(3 days), 14 days);
    }

    /// How long the others still have after somebody reached the quorum.
    function checkLateQuorum(uint256 value) internal view {
        _check("lateQuorum", value, _least(1 days), 7 days);
    }

    /// Time to leave before a decision takes effect.
    function checkTimelock(uint256 value) internal view {
        _check("timelock", value, _least(2 days), 30 days);
    }

    function _least(uint256 elsewhere) private view returns (uint256) {
        return LocalChain.isLocal() ? 1 : elsewhere;
    }

    function _check(bytes32 name, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert OutOfBounds(name, value, min, max);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Stands where the staking pool stands, and does what a test says: takes a level in, reverts, burns all gas, or answers
/// with a megabyte.
contract UnrulyPool {
    enum Mood {
        Listening,
        Reverting,
        Burning,
        Talking
    }

    Mood public mood;
    uint256 public heard;
    address public node;
    uint8 public level;
    uint32 public untilDay;

    function set(Mood mood_) external {
        mood = mood_;
    }

    function pushLevel(address node_, uint8 level_, uint32 untilDay_) external {
        if (mood == Mood.Reverting) revert("not today");
        if (mood == Mood.Burning) {
            while (true) {}
        }
        if (mood == Mood.Talking) {
            assembly {
                revert(0, 1000000)
            }
        }
        ++heard;
        (node, level, untilDay) = (node_, level_, untilDay_);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGuarded} from "../interfaces/IGuarded.sol";

/// A two-step owner for the parameters, and a guardian that may pause entries for at most 72 hours once in 30 days.
/// Neither can touch money: exits carry no `whenOpen`.
abstract contract Guarded is Ownable2Step, IGuarded {
    uint256 internal constant PAUSE_SECONDS = 72 hours;
    uint256 internal constant PAUSE_INTERVAL = 30 days;

    address public guardian;
    uint256 public pausedUntil;
    uint256 public nextPauseAt;

    /// For entries only.
    modifier whenOpen() {
        if (block.timestamp < pausedUntil) revert EntriesPaused(pausedUntil);
        _;
    }

    constructor(address owner_, address guardian_) Ownable(owner_) {
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    function pause() external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        if (block.timestamp < nextPauseAt) revert PauseTooSoon(nextPauseAt);
        pausedUntil = block.timestamp + PAUSE_SECONDS;
        nextPauseAt = block.timestamp + PAUSE_INTERVAL;
        emit Paused(pausedUntil);
    }

    function unpause() external {
        if (msg.sender != guardian && msg.sender != owner()) revert NotGuardian(msg.sender);
        pausedUntil = 0;
        emit Unpaused();
    }

    function setGuardian(address guardian_) external onlyOwner {
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    /// Parameters without an owner could never be mended: the owner can be handed on, not dropped.
    function renounceOwnership() public pure override {
        revert OwnerRequired();
    }
}

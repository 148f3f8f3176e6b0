// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Entries that a guardian may pause for a while. Exits are never paused.
interface IGuarded {
    event GuardianChanged(address guardian);
    event Paused(uint256 until);
    event Unpaused();

    error NotGuardian(address caller);
    error EntriesPaused(uint256 until);
    error PauseTooSoon(uint256 from);
    error OwnerRequired();

    function guardian() external view returns (address);
    /// Entries revert until this time.
    function pausedUntil() external view returns (uint256);
    /// The next time at which the guardian may pause again.
    function nextPauseAt() external view returns (uint256);
    function pause() external;
    function unpause() external;
    function setGuardian(address guardian) external;
}

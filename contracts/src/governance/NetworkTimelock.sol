// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernanceBounds} from "./rules/GovernanceBounds.sol";

/// The owner of every contract. Does what the governor decided, not before the delay; then anyone may execute. From its
/// first block it has no admin but itself: whoever deploys it keeps nothing.
contract NetworkTimelock is TimelockController {
    /// `governor` alone may schedule and cancel; it may be deployed later, at an address that is known before. Reverts with
    /// OutOfBounds: 2 to 30 days, on development chains from a second.
    constructor(uint256 minDelay, address governor)
        TimelockController(minDelay, _list(governor), _list(address(0)), address(0))
    {
        GovernanceBounds.checkTimelock(minDelay);
    }

    /// @notice Accepts contracts whose owners offered them to the timelock.
    /// @dev Anyone may call: it can only make the timelock an owner. Otherwise a deployment would need an admin, or a vote for
    /// each contract. Reverts as acceptOwnership does when a contract was not offered.
    function acceptOwnershipOf(Ownable2Step[] calldata contracts) external {
        for (uint256 i; i < contracts.length; ++i) {
            contracts[i].acceptOwnership();
        }
    }

    /// @notice Sets the delay of what is scheduled later: 2 to 30 days, on development chains from a second.
    /// @dev By a proposal alone. Reverts with TimelockUnauthorizedCaller or OutOfBounds.
    function updateDelay(uint256 newDelay) public override {
        GovernanceBounds.checkTimelock(newDelay);
        super.updateDelay(newDelay);
    }

    function _list(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}

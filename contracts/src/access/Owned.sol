// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// A two-step owner that cannot be dropped: parameters without an owner could never be mended.
abstract contract Owned is Ownable2Step {
    error OwnerRequired();

    constructor(address owner_) Ownable(owner_) {}

    /// Nobody can call this with success. Reverts with OwnerRequired.
    function renounceOwnership() public pure override {
        revert OwnerRequired();
    }
}

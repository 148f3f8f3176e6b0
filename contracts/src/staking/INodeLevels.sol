// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What the pool asks the registry when an account names a node. The registry answers later changes by pushLevel.
interface INodeLevels {
    /// @return owner the owner's wallet, zero for an unknown node
    /// @return level 0 to 5; 0 for a node that left or has no attestation
    /// @return untilDay the last UTC day (timestamp / 86400) on which the level counts
    function standingOf(address node) external view returns (address owner, uint8 level, uint32 untilDay);
}

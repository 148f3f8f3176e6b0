// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INodeLevels} from "../../../src/staking/INodeLevels.sol";
import {IStakingPool} from "../../../src/staking/IStakingPool.sol";

/// Stands where the node registry stands, with standings that a test sets.
contract OpenRegistry is INodeLevels {
    struct Standing {
        address owner;
        uint8 level;
        uint32 untilDay;
    }

    mapping(address node => Standing) public standingOf;

    /// Changes a node's standing and tells the pool, as the registry does.
    function set(IStakingPool pool, address node, address owner, uint8 level, uint32 untilDay) external {
        standingOf[node] = Standing(owner, level, untilDay);
        pool.pushLevel(node, level, untilDay);
    }

    /// A node that changes hands keeps its attestation, and nobody tells the pool.
    function hand(address node, address owner) external {
        standingOf[node].owner = owner;
    }
}

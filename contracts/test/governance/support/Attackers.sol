// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {StakingPool} from "../../../src/staking/StakingPool.sol";

/// Is paid by a proposal and executes it again from inside.
contract Reenterer {
    IGovernor private immutable GOVERNOR;
    uint256 public calls;
    uint256 public refused;

    address[] private _targets;
    uint256[] private _values;
    bytes[] private _calls;
    bytes32 private _description;

    constructor(IGovernor governor) {
        GOVERNOR = governor;
    }

    function prepare(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calls_,
        bytes32 description
    ) external {
        (_targets, _values, _description) = (targets, values, description);
        for (uint256 i; i < calls_.length; ++i) {
            _calls.push(calls_[i]);
        }
    }

    function go() external {
        ++calls;
        try GOVERNOR.execute(_targets, _values, _calls, _description) {}
        catch {
            ++refused;
        }
    }
}

/// Stakes borrowed oGPU, votes, and takes it out again in one transaction.
contract FlashVoter {
    function run(IERC20 token, StakingPool pool, IGovernor governor, uint256 proposal)
        external
        returns (uint256 weight)
    {
        uint256 amount = token.balanceOf(address(this));
        token.approve(address(pool), amount);
        pool.delegate(address(this));
        pool.stake(amount);
        weight = governor.castVote(proposal, 1);
        pool.unstake(amount, address(this));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool} from "../../../src/staking/IStakingPool.sol";

/// A staking account that is a contract.
contract Staker {
    IStakingPool internal immutable POOL;

    constructor(IStakingPool pool) {
        POOL = pool;
    }

    function stake(uint256 amount) external {
        POOL.token().approve(address(POOL), amount);
        POOL.stake(amount);
    }

    function activate() external {
        POOL.activate();
    }

    function claim(address to) external {
        POOL.claim(to);
    }

    function unstake(uint256 amount, address to) external {
        POOL.unstake(amount, to);
    }
}

/// Refuses ETH.
contract Refusing is Staker {
    constructor(IStakingPool pool) Staker(pool) {}

    receive() external payable {
        revert("no");
    }
}

/// Burns all gas it is given.
contract Burning is Staker {
    constructor(IStakingPool pool) Staker(pool) {}

    receive() external payable {
        while (true) {}
    }
}

/// Comes back into everything while it is being paid.
contract Returning is Staker {
    uint256 public entered;
    uint256 public succeeded;

    constructor(IStakingPool pool) Staker(pool) {}

    receive() external payable {
        ++entered;
        try POOL.claim(address(this)) {
            ++succeeded;
        } catch {}
        try POOL.activate() {
            ++succeeded;
        } catch {}
        uint256 staked = POOL.stakeOf(address(this));
        if (staked != 0) POOL.unstake(staked, address(this));
    }
}

/// Stakes, pays in, takes part and leaves within one transaction.
contract FlashStaker {
    function run(IStakingPool pool, uint256 amount) external payable returns (uint256 earned) {
        pool.token().approve(address(pool), amount);
        pool.stake(amount);
        pool.fund{value: msg.value}();
        try pool.activate() {} catch {}
        try pool.boost() {} catch {}
        pool.unstake(amount, msg.sender);
        return pool.claimableOf(address(this));
    }
}

/// Forces ETH into an address.
contract Forcing {
    constructor(address payable target) payable {
        selfdestruct(target);
    }
}


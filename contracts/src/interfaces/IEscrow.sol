// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Customers' and providers' oGPU. Law: sum of balances + sum of locks <= oGPU held.
interface IEscrow {
    event Deposited(address indexed account, address indexed from, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    event Locked(address indexed account, uint256 amount);
    event Released(address indexed account, uint256 amount);
    event Paid(address indexed from, address indexed to, uint256 amount);
    event Credited(address indexed account, uint256 amount);
    event MarketSet(address market);

    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    error InsufficientLocked(address account, uint256 locked, uint256 needed);
    error Insolvent(uint256 owed, uint256 held);
    error NotMarket(address caller);
    error MarketAlreadySet(address market);
    error ZeroAmount();
    error ZeroAddress();
    error SignatureInvalid(address signer, bytes32 digest);
    error SignatureExpired(uint256 deadline, uint256 now_);

    function token() external view returns (IERC20);
    function market() external view returns (address);
    /// Free balance, withdrawable at any time.
    function balanceOf(address account) external view returns (uint256);
    /// Locked for running jobs.
    function lockedOf(address account) external view returns (uint256);
    /// Sum of all balances and locks.
    function owed() external view returns (uint256);
    function nonces(address account) external view returns (uint256);

    /// Pulls `amount` and credits what arrived.
    function deposit(uint256 amount) external returns (uint256 credited);
    function depositFor(address account, uint256 amount) external returns (uint256 credited);
    /// Like deposit, with a permit that may already have been used by somebody else.
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 credited);
    function withdraw(uint256 amount, address to) external;
    /// Anyone may carry an account's Withdrawal(account,to,amount,nonce,deadline).
    function withdrawWithSig(address account, address to, uint256 amount, uint256 deadline, bytes calldata signature)
        external;

    /// TaskMarket alone: free balance to lock.
    function lock(address account, uint256 amount) external;
    /// TaskMarket alone: lock back to free balance.
    function release(address account, uint256 amount) external;
    /// TaskMarket alone: from a lock to somebody's free balance.
    function pay(address from, address to, uint256 amount) external;
    /// TaskMarket alone: gives oGPU that arrived by a slash to an account. Reverts beyond what is held.
    function credit(address account, uint256 amount) external;
    function setMarket(address market) external;
}

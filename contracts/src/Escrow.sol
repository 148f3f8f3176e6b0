// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guarded} from "./access/Guarded.sol";
import {Signatures} from "./access/Signatures.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";

/// Holds customers' and providers' oGPU. See IEscrow for the law it keeps.
contract Escrow is IEscrow, Guarded, EIP712, Nonces, ReentrancyGuard {
    using SafeERC20 for IERC20;

    bytes32 internal constant WITHDRAWAL =
        keccak256("Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)");

    IERC20 public immutable token;
    address public market;
    uint256 public owed;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => uint256) public lockedOf;

    modifier onlyMarket() {
        if (msg.sender != market) revert NotMarket(msg.sender);
        _;
    }

    constructor(IERC20 token_, address owner_, address guardian_)
        Guarded(owner_, guardian_)
        EIP712("OpenGPU Escrow", "1")
    {
        token = token_;
    }

    /// Once and for all: a new market is a new escrow that people move to.
    function setMarket(address market_) external onlyOwner {
        if (market != address(0)) revert MarketAlreadySet(market);
        if (market_ == address(0)) revert ZeroAddress();
        market = market_;
        emit MarketSet(market_);
    }

    function deposit(uint256 amount) external returns (uint256) {
        return _deposit(msg.sender, amount);
    }

    function depositFor(address account, uint256 amount) external returns (uint256) {
        if (account == address(0)) revert ZeroAddress();
        return _deposit(account, amount);
    }

    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256)
    {
        // Anybody may have carried the permit before us; then the allowance is there and the call goes on.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _deposit(msg.sender, amount);
    }

    function withdraw(uint256 amount, address to) external {
        _withdraw(msg.sender, amount, to);
    }

    function withdrawWithSig(address account, address to, uint256 amount, uint256 deadline, bytes calldata signature)
        external
    {
        if (block.timestamp > deadline) revert SignatureExpired(deadline, block.timestamp);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(WITHDRAWAL, account, to, amount, _useNonce(account), deadline)));
        if (!Signatures.isValid(account, digest, signature)) revert SignatureInvalid(account, digest);
        _withdraw(account, amount, to);
    }

    function lock(address account, uint256 amount) external onlyMarket {
        _debit(account, amount);
        lockedOf[account] += amount;
        emit Locked(account, amount);
    }

    function release(address account, uint256 amount) external onlyMarket {
        _debitLocked(account, amount);
        balanceOf[account] += amount;
        emit Released(account, amount);
    }

    function pay(address from, address to, uint256 amount) external onlyMarket {
        _debitLocked(from, amount);
        balanceOf[to] += amount;
        emit Paid(from, to, amount);
    }

    function credit(address account, uint256 amount) external onlyMarket {
        owed += amount;
        uint256 held = token.balanceOf(address(this));
        if (owed > held) revert Insolvent(owed, held);
        balanceOf[account] += amount;
        emit Credited(account, amount);
    }

    function nonces(address account) public view override(IEscrow, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// Credits what arrived, not what was asked for: a taxed transfer must not make the escrow owe more than it holds.
    function _deposit(address account, uint256 amount) private whenOpen nonReentrant returns (uint256 credited) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        credited = token.balanceOf(address(this)) - before;
        if (credited == 0) revert ZeroAmount();
        owed += credited;
        balanceOf[account] += credited;
        emit Deposited(account, msg.sender, credited);
    }

    function _withdraw(address account, uint256 amount, address to) private nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _debit(account, amount);
        owed -= amount;
        emit Withdrawn(account, to, amount);
        token.safeTransfer(to, amount);
    }

    function _debit(address account, uint256 amount) private {
        uint256 balance = balanceOf[account];
        if (balance < amount) revert InsufficientBalance(account, balance, amount);
        balanceOf[account] = balance - amount;
    }

    function _debitLocked(address account, uint256 amount) private {
        uint256 locked = lockedOf[account];
        if (locked < amount) revert InsufficientLocked(account, locked, amount);
        lockedOf[account] = locked - amount;
    }
}

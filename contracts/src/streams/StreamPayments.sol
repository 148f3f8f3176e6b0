// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guarded} from "../access/Guarded.sol";
import {Signatures} from "../access/Signatures.sol";
import {ChannelState, ChannelView, IStreamPayments, Voucher, VoucherSkip} from "./IStreamPayments.sol";
import {ChannelWord, ChannelWords} from "./rules/ChannelWord.sol";
import {StreamRules} from "./rules/StreamRules.sol";

/// Channels, vouchers and balances. See IStreamPayments for what it does and the laws it keeps.
contract StreamPayments is IStreamPayments, Guarded, EIP712, Nonces, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 internal constant VOUCHER = keccak256("Voucher(uint256 channel,uint256 cumulative)");
    bytes32 internal constant CLOSE = keccak256("Close(uint256 channel)");
    bytes32 internal constant WITHDRAWAL =
        keccak256("Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)");

    struct Channel {
        ChannelWord word;
        address provider;
        /// Spares channels without a delegate a cold read.
        bool hasDelegate;
        address customer;
        address delegate;
    }

    /// One word, so that a redemption writes the provider's pay and the fee at once.
    struct Account {
        uint128 balance;
        /// Of vouchers to this provider.
        uint128 fees;
    }

    /// @inheritdoc IStreamPayments
    IERC20 public immutable token;
    /// @inheritdoc IStreamPayments
    address public treasury;
    uint16 private _feeBps;
    uint24 private _closeSeconds;
    /// @inheritdoc IStreamPayments
    uint256 public lastChannel;
    mapping(uint256 channel => Channel) private _channels;
    mapping(address account => Account) private _accounts;

    /// A channel's word holds amounts up to the network's supply, which cannot grow.
    constructor(
        IERC20 token_,
        address treasury_,
        uint256 feeBps_,
        uint256 closeSeconds_,
        address owner_,
        address guardian_
    ) Guarded(owner_, guardian_) EIP712("OpenGPU StreamPayments", "1") {
        uint256 supply = token_.totalSupply();
        if (supply > type(uint88).max) revert SupplyTooLarge(supply, type(uint88).max);
        token = token_;
        _setTreasury(treasury_);
        _setParameters(feeBps_, closeSeconds_);
    }

    // ---- into a channel ----

    /// @inheritdoc IStreamPayments
    function open(address provider, address delegate, uint256 amount) external returns (uint256) {
        return _open(provider, delegate, amount);
    }

    /// @inheritdoc IStreamPayments
    function openWithPermit(
        address provider,
        address delegate,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256) {
        _permit(amount, deadline, v, r, s);
        return _open(provider, delegate, amount);
    }

    /// @inheritdoc IStreamPayments
    function topUp(uint256 channel, uint256 amount) external returns (uint256) {
        return _topUp(channel, amount);
    }

    /// @inheritdoc IStreamPayments
    function topUpWithPermit(uint256 channel, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256)
    {
        _permit(amount, deadline, v, r, s);
        return _topUp(channel, amount);
    }

    // ---- vouchers ----

    /// @inheritdoc IStreamPayments
    function redeem(uint256 channel, uint256 cumulative, bytes calldata signature) external returns (uint256) {
        (VoucherSkip skip, uint256 earned) = _redeem(channel, cumulative, signature);
        if (skip == VoucherSkip.None) return earned;
        ChannelWord w = _living(channel);
        if (skip == VoucherSkip.Late) revert RedeemEnded(channel, w.closeAt());
        if (skip == VoucherSkip.NothingNew) revert NothingNew(channel, cumulative, w.deposit(), w.redeemed());
        revert SignatureInvalid(_channels[channel].customer, voucherDigest(channel, cumulative));
    }

    /// @inheritdoc IStreamPayments
    function redeemMany(Voucher[] calldata vouchers) external returns (uint256 done) {
        for (uint256 i; i < vouchers.length; ++i) {
            Voucher calldata voucher = vouchers[i];
            (VoucherSkip skip,) = _redeem(voucher.channel, voucher.cumulative, voucher.signature);
            if (skip == VoucherSkip.None) ++done;
            else emit VoucherSkipped(voucher.channel, voucher.cumulative, skip);
        }
    }

    // ---- the end of a channel ----

    /// @inheritdoc IStreamPayments
    function close(uint256 channel) external {
        _close(channel, msg.sender);
    }

    /// @inheritdoc IStreamPayments
    function closeWithSig(uint256 channel, address account, bytes calldata signature) external {
        bytes32 digest = closeDigest(channel);
        if (!Signatures.isValid(account, digest, signature)) revert SignatureInvalid(account, digest);
        _close(channel, account);
    }

    /// @inheritdoc IStreamPayments
    function finish(uint256 channel) external {
        ChannelWord w = _living(channel);
        if (w.closeAt() == 0 || block.timestamp < w.closeAt()) revert CloseTooSoon(channel, w.closeAt());
        _end(channel, w);
    }

    // ---- out of a balance ----

    /// @inheritdoc IStreamPayments
    function withdraw(uint256 amount, address to) external {
        _withdraw(msg.sender, amount, to);
    }

    /// @inheritdoc IStreamPayments
    function withdrawWithSig(address account, address to, uint256 amount, uint256 deadline, bytes calldata signature)
        external
    {
        if (block.timestamp > deadline) revert SignatureExpired(deadline, block.timestamp);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(WITHDRAWAL, account, to, amount, _useNonce(account), deadline)));
        if (!Signatures.isValid(account, digest, signature)) revert SignatureInvalid(account, digest);
        _withdraw(account, amount, to);
    }

    /// @inheritdoc IStreamPayments
    function sweepFees(address[] calldata providers) external returns (uint256 amount) {
        for (uint256 i; i < providers.length; ++i) {
            Account storage account = _accounts[providers[i]];
            amount += account.fees;
            account.fees = 0;
        }
        if (amount == 0) revert NothingToSweep();
        emit FeesSwept(treasury, amount);
        token.safeTransfer(treasury, amount);
    }

    // ---- parameters ----

    /// @inheritdoc IStreamPayments
    function setParameters(uint256 feeBps_, uint256 closeSeconds_) external onlyOwner {
        _setParameters(feeBps_, closeSeconds_);
    }

    /// @inheritdoc IStreamPayments
    function setTreasury(address treasury_) external onlyOwner {
        _setTreasury(treasury_);
    }

    // ---- views ----

    /// @inheritdoc IStreamPayments
    function feeBps() external view returns (uint256) {
        return _feeBps;
    }

    /// @inheritdoc IStreamPayments
    function closeSeconds() external view returns (uint256) {
        return _closeSeconds;
    }

    /// @inheritdoc IStreamPayments
    function channelOf(uint256 channel) external view returns (ChannelView memory v) {
        Channel storage c = _channels[channel];
        ChannelWord w = c.word;
        if (!w.lives()) {
            v.state = _isKnown(channel) ? ChannelState.Closed : ChannelState.None;
            return v;
        }
        v.state = w.closeAt() == 0 ? ChannelState.Open : ChannelState.Closing;
        v.customer = c.customer;
        v.provider = c.provider;
        v.delegate = c.delegate;
        v.deposit = w.deposit();
        v.redeemed = w.redeemed();
        v.feeBps = w.feeBps();
        v.closeSeconds = w.closeSeconds();
        v.closeAt = w.closeAt();
    }

    /// @inheritdoc IStreamPayments
    function balanceOf(address account) external view returns (uint256) {
        return _accounts[account].balance;
    }

    /// @inheritdoc IStreamPayments
    function feesOf(address provider) external view returns (uint256) {
        return _accounts[provider].fees;
    }

    /// @inheritdoc IStreamPayments
    function nonces(address account) public view override(IStreamPayments, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// @inheritdoc IStreamPayments
    function voucherDigest(uint256 channel, uint256 cumulative) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER, channel, cumulative)));
    }

    /// @inheritdoc IStreamPayments
    function closeDigest(uint256 channel) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CLOSE, channel)));
    }

    // ---- inside ----

    function _open(address provider, address delegate, uint256 amount) private whenOpen returns (uint256 channel) {
        if (provider == address(0)) revert ZeroAddress();
        uint256 received = _pull(amount);
        channel = ++lastChannel;
        Channel storage c = _channels[channel];
        c.word = ChannelWords.open(received, _feeBps, _closeSeconds);
        c.customer = msg.sender;
        c.provider = provider;
        if (delegate != address(0)) {
            c.hasDelegate = true;
            c.delegate = delegate;
        }
        emit ChannelOpened(channel, msg.sender, provider, delegate, received, _feeBps, _closeSeconds);
    }

    function _topUp(uint256 channel, uint256 amount) private returns (uint256 received) {
        received = _pull(amount);
        ChannelWord w = _living(channel);
        if (w.closeAt() != 0) revert ChannelIsClosing(channel, w.closeAt());
        uint256 deposit = w.deposit() + received;
        _channels[channel].word = w.withDeposit(deposit);
        emit ChannelToppedUp(channel, msg.sender, received, deposit);
    }

    /// Pulls from the caller and returns what arrived: a taxed transfer must not make a channel owe more than it holds.
    function _pull(uint256 amount) private nonReentrant returns (uint256 received) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert ZeroAmount();
    }

    /// Anybody may have carried the permit before us; then the allowance is there and the call goes on.
    function _permit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) private {
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
    }

    function _redeem(uint256 channel, uint256 cumulative, bytes calldata signature)
        private
        returns (VoucherSkip, uint256 earned)
    {
        Channel storage c = _channels[channel];
        ChannelWord w = c.word;
        if (!w.lives()) return (_isKnown(channel) ? VoucherSkip.Closed : VoucherSkip.Unknown, 0);
        if (w.closeAt() != 0 && block.timestamp >= w.closeAt()) return (VoucherSkip.Late, 0);
        uint256 from = w.redeemed();
        uint256 to = StreamRules.reach(cumulative, w.deposit());
        if (to <= from) return (VoucherSkip.NothingNew, 0);
        address provider = c.provider;
        if (!_isSigned(c, c.hasDelegate, voucherDigest(channel, cumulative), signature)) {
            return (VoucherSkip.BadSignature, 0);
        }
        earned = to - from;
        uint256 fee = StreamRules.fee(from, to, w.feeBps());
        c.word = w.withRedeemed(to);
        Account memory account = _accounts[provider];
        account.balance += uint128(earned - fee);
        account.fees += uint128(fee);
        _accounts[provider] = account;
        emit VoucherRedeemed(channel, to, earned - fee, fee);
        return (VoucherSkip.None, earned);
    }

    /// By the delegate, where there is one, or the customer.
    function _isSigned(Channel storage c, bool hasDelegate, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool)
    {
        if (hasDelegate && Signatures.isValid(c.delegate, digest, signature)) return true;
        return Signatures.isValid(c.customer, digest, signature);
    }

    function _close(uint256 channel, address account) private {
        ChannelWord w = _living(channel);
        Channel storage c = _channels[channel];
        if (account == c.provider) {
            _end(channel, w);
            return;
        }
        if (account != c.customer) revert NotAParty(channel, account);
        if (w.closeAt() != 0) revert ChannelIsClosing(channel, w.closeAt());
        uint256 closeAt = block.timestamp + w.closeSeconds();
        c.word = w.withCloseAt(closeAt);
        emit ChannelClosing(channel, closeAt);
    }

    function _end(uint256 channel, ChannelWord w) private {
        address customer = _channels[channel].customer;
        uint256 rest = w.rest();
        delete _channels[channel];
        _accounts[customer].balance += uint128(rest);
        emit ChannelClosed(channel, customer, rest);
    }

    function _withdraw(address account, uint256 amount, address to) private {
        if (amount == 0) revert ZeroAmount();
        // Nobody could take it out again.
        if (to == address(this)) revert ReceiverNotAllowed(to);
        uint256 balance = _accounts[account].balance;
        if (balance < amount) revert InsufficientBalance(account, balance, amount);
        _accounts[account].balance = uint128(balance - amount);
        emit Withdrawn(account, to, amount);
        token.safeTransfer(to, amount);
    }

    /// The word of a channel that was opened and did not end. Reverts with UnknownChannel or ChannelIsClosed.
    function _living(uint256 channel) private view returns (ChannelWord w) {
        w = _channels[channel].word;
        if (w.lives()) return w;
        if (_isKnown(channel)) revert ChannelIsClosed(channel);
        revert UnknownChannel(channel, lastChannel);
    }

    function _isKnown(uint256 channel) private view returns (bool) {
        return channel != 0 && channel <= lastChannel;
    }

    function _setParameters(uint256 feeBps_, uint256 closeSeconds_) private {
        if (feeBps_ > StreamRules.MAX_FEE_BPS) revert OutOfBounds("feeBps", feeBps_, 0, StreamRules.MAX_FEE_BPS);
        uint256 shortest = StreamRules.minCloseSeconds();
        if (closeSeconds_ < shortest || closeSeconds_ > StreamRules.MAX_CLOSE_SECONDS) {
            revert OutOfBounds("closeSeconds", closeSeconds_, shortest, StreamRules.MAX_CLOSE_SECONDS);
        }
        (_feeBps, _closeSeconds) = (uint16(feeBps_), uint24(closeSeconds_));
        emit ParametersChanged(feeBps_, closeSeconds_);
    }

    function _setTreasury(address treasury_) private {
        if (treasury_ == address(0)) revert ZeroAddress();
        treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }
}

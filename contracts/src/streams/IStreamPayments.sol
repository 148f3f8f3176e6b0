// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Where a channel stands.
enum ChannelState {
    /// Not opened yet.
    None,
    Open,
    /// The customer is closing it. Vouchers are redeemed until closeAt; then anyone may end it.
    Closing,
    /// Ended: the rest is in the customer's balance. Its id never comes back.
    Closed
}

/// Why a voucher of a batch was skipped.
enum VoucherSkip {
    None,
    /// No such channel yet.
    Unknown,
    /// The channel ended.
    Closed,
    /// The customer closes, and the time to redeem is over.
    Late,
    /// As much or more was redeemed already.
    NothingNew,
    /// Neither the customer's nor the delegate's.
    BadSignature
}

/// A customer's word that all use of a channel so far is worth `cumulative` wei.
struct Voucher {
    uint256 channel;
    uint256 cumulative;
    bytes signature;
}

/// All that is known of a channel, in wei, basis points and seconds. Of a closed one only its state.
struct ChannelView {
    ChannelState state;
    address customer;
    address provider;
    address delegate;
    uint256 deposit;
    uint256 redeemed;
    uint256 feeBps;
    uint256 closeSeconds;
    uint256 closeAt;
}

/// Payment channels for streaming use. A customer puts oGPU in a channel to one provider and signs vouchers whose amounts add
/// up; the provider redeems the last one, whatever number of requests it covers, when it likes.
///
/// Voucher (EIP-712, domain "OpenGPU StreamPayments", version "1", with chain id and contract):
/// `Voucher(uint256 channel,uint256 cumulative)`. It needs neither nonce nor deadline: it pays the difference to what was
/// redeemed before, so a second use pays nothing. Fee and closing delay are those of the opening. The customer and the
/// delegate cannot be changed and a signature of a key cannot be taken back, so that a provider who holds a voucher can
/// count on it. A contract that signs by ERC-1271 can change its mind: a provider should ask such a customer for a delegate key.
/// A delegate's key can spend the channel's deposit on its provider, and nothing else.
///
/// Everybody has one balance here: providers' pay and customers' rests come in, `withdraw` takes out. No payment to one party
/// can fail because of the other.
///
/// Laws: deposits less redeemed of living channels + balances + fees <= oGPU held; a channel pays at most its deposit, in
/// order of amounts, and after its end nothing. LAWS.md beside the tests has all of them.
interface IStreamPayments {
    event ChannelOpened(
        uint256 indexed channel,
        address indexed customer,
        address indexed provider,
        address delegate,
        uint256 deposit,
        uint256 feeBps,
        uint256 closeSeconds
    );
    event ChannelToppedUp(uint256 indexed channel, address indexed from, uint256 amount, uint256 deposit);
    /// The channel paid `paid` to its provider and `fee` to the protocol; all it ever paid is `redeemed`.
    event VoucherRedeemed(uint256 indexed channel, uint256 redeemed, uint256 paid, uint256 fee);
    event VoucherSkipped(uint256 indexed channel, uint256 cumulative, VoucherSkip reason);
    event ChannelClosing(uint256 indexed channel, uint256 closeAt);
    event ChannelClosed(uint256 indexed channel, address indexed customer, uint256 rest);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    event FeesSwept(address indexed treasury, uint256 amount);
    event ParametersChanged(uint256 feeBps, uint256 closeSeconds);
    event TreasuryChanged(address treasury);

    error ZeroAmount();
    error ZeroAddress();
    error SupplyTooLarge(uint256 supply, uint256 limit);
    error UnknownChannel(uint256 channel, uint256 lastChannel);
    error ChannelIsClosed(uint256 channel);
    error ChannelIsClosing(uint256 channel, uint256 closeAt);
    error RedeemEnded(uint256 channel, uint256 closeAt);
    error CloseTooSoon(uint256 channel, uint256 closeAt);
    error NothingNew(uint256 channel, uint256 cumulative, uint256 deposit, uint256 redeemed);
    error NotAParty(uint256 channel, address account);
    error SignatureInvalid(address signer, bytes32 digest);
    error SignatureExpired(uint256 deadline, uint256 now_);
    error ReceiverNotAllowed(address to);
    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    error NothingToSweep();
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @notice The token of all amounts.
    function token() external view returns (IERC20);

    /// @notice Where swept fees go.
    function treasury() external view returns (address);

    /// @notice Opens a channel from the caller to `provider` with up to `amount` wei of oGPU, pulled by allowance.
    /// @dev Anyone, unless paused. The deposit is what arrived. Reverts with EntriesPaused, ZeroAddress (no provider),
    /// ZeroAmount, and the token's own errors.
    /// @param delegate a key that may sign vouchers beside the customer; zero for none. It stays for the channel's life.
    /// @return channel its id, counted from 1 and never used again
    function open(address provider, address delegate, uint256 amount) external returns (uint256 channel);

    /// @notice Like open, with an EIP-2612 permit of the caller that somebody else may have carried already.
    function openWithPermit(
        address provider,
        address delegate,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 channel);

    /// @notice Adds up to `amount` wei of the caller's oGPU to a channel's deposit; it is the channel's customer's from then on.
    /// @dev Anyone, never paused. What arrived is added; a voucher above the former deposit reaches further from now on.
    /// Reverts with UnknownChannel, ChannelIsClosed, ChannelIsClosing, ZeroAmount, and the token's own errors.
    /// @return received wei that arrived
    function topUp(uint256 channel, uint256 amount) external returns (uint256 received);

    /// @notice Like topUp, with an EIP-2612 permit of the caller that somebody else may have carried already.
    function topUpWithPermit(uint256 channel, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 received);

    /// @notice Credits the provider with what `cumulative` adds to what was redeemed before, at most up to the deposit, less
    /// the fee. Costs the same whatever the voucher covers.
    /// @dev Anyone with the voucher; the money is the provider's in any case. Never paused. The fee of a channel is
    /// floor(redeemed x feeBps / 10,000) over its life, however payments were split. Reverts with UnknownChannel,
    /// ChannelIsClosed, RedeemEnded, NothingNew or SignatureInvalid (naming the customer).
    /// @return earned wei that the channel paid, fee included
    function redeem(uint256 channel, uint256 cumulative, bytes calldata signature) external returns (uint256 earned);

    /// @notice Redeems every voucher that holds, of whichever channels, and skips and reports the others (VoucherSkipped).
    /// @dev Anyone. A contract that signs gets 150,000 gas for its answer. Never paused, reverts with nothing of its own.
    /// @return done how many were redeemed
    function redeemMany(Voucher[] calldata vouchers) external returns (uint256 done);

    /// @notice The provider: ends the channel at once, the rest goes to the customer's balance. The customer: starts the
    /// closing delay, in which vouchers can still be redeemed.
    /// @dev Those two alone, never paused. A party that is both ends it at once. Reverts with UnknownChannel, ChannelIsClosed,
    /// NotAParty, or for a customer with ChannelIsClosing when it did so before.
    function close(uint256 channel) external;

    /// @notice Like close, with `account`'s signature of `Close(uint256 channel)`.
    /// @dev Anyone may carry it. It has no nonce, because nothing closes twice. Reverts as close, or with SignatureInvalid.
    function closeWithSig(uint256 channel, address account, bytes calldata signature) external;

    /// @notice Ends a channel whose closing delay is over: the rest goes to the customer's balance.
    /// @dev Anyone. Reverts with UnknownChannel, ChannelIsClosed, or CloseTooSoon (closeAt 0: nobody closes it).
    function finish(uint256 channel) external;

    /// @notice Pays `amount` wei of the caller's balance to `to`.
    /// @dev Anyone, for himself, never paused. Reverts with ZeroAmount, InsufficientBalance, ReceiverNotAllowed (this contract),
    /// and the token's own errors when `to` cannot hold it: then nothing changed, and another `to` works.
    function withdraw(uint256 amount, address to) external;

    /// @notice Like withdraw, with the account's signature of
    /// `Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)`.
    /// @dev Anyone may carry it. Reverts as withdraw, or with SignatureExpired or SignatureInvalid.
    function withdrawWithSig(address account, address to, uint256 amount, uint256 deadline, bytes calldata signature)
        external;

    /// @notice Pays the fees that vouchers to these providers brought to the treasury.
    /// @dev Anyone. Fees wait beside the provider's balance, which makes a redemption 5,000 gas cheaper than one counter for
    /// all would. Reverts with NothingToSweep, and the token's own errors.
    /// @return amount wei
    function sweepFees(address[] calldata providers) external returns (uint256 amount);

    /// @notice Sets the fee (0 to 500 basis points) and the closing delay (1 hour to 30 days, from 1 second on development
    /// chains) of channels opened from now on.
    /// @dev The owner alone. Reverts with OutOfBounds.
    function setParameters(uint256 feeBps, uint256 closeSeconds) external;

    /// @notice Sets where fees go, those that wait too.
    /// @dev The owner alone. Reverts with ZeroAddress.
    function setTreasury(address treasury) external;

    /// @notice The fee in basis points that a channel opened now would pay inside each voucher.
    function feeBps() external view returns (uint256);

    /// @notice Seconds between a customer's close and the end, of a channel opened now.
    function closeSeconds() external view returns (uint256);

    /// @notice The newest channel's id, which is how many there were.
    function lastChannel() external view returns (uint256);

    function channelOf(uint256 channel) external view returns (ChannelView memory);

    /// @notice Wei of oGPU that the account may withdraw.
    function balanceOf(address account) external view returns (uint256);

    /// @notice Wei of fees that wait beside a provider's balance.
    function feesOf(address provider) external view returns (uint256);

    /// @notice The nonce of the account's next signed withdrawal.
    function nonces(address account) external view returns (uint256);

    /// @notice What a voucher's signer signs.
    function voucherDigest(uint256 channel, uint256 cumulative) external view returns (bytes32);

    /// @notice What a party signs to close.
    function closeDigest(uint256 channel) external view returns (bytes32);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Who receives the 21 million at deployment.
struct Allocation {
    /// 10%.
    address ecosystem;
    /// 15%: rewards and airdrops.
    address community;
    /// 15%: team and advisors.
    address team;
    /// 50%: rewards of providers.
    address providers;
    /// 10%.
    address reserve;
}

/// Where oGPU is traded and who takes the tax. Fixed at deployment.
struct Venue {
    /// A Uniswap V2 factory.
    address factory;
    /// Hash of the creation code of that factory's pairs.
    bytes32 pairCodeHash;
    address weth;
    address taxRouter;
}

/// The network's token. Amounts in wei of oGPU (18 decimals), rates in basis points, times in seconds.
///
/// Laws: the supply is 21,000,000 and is the sum of all balances. A transfer takes what it was told from its sender and
/// from nobody else. The tax is never above 5% and is taken once from a transfer with a registered pair on one side. No
/// transfer lifts a holder that is not exempt above the wallet limit.
///
/// Known limits: an exchange that nobody registered is not taxed (Uniswap V2 pairs can be registered by anyone, others by
/// the owner); a wrapper that holds oGPU and sells shares of itself pays no tax, but its holding is limited; the wallet
/// limit counts addresses, not people.
interface IOGPU is IERC20 {
    event ExemptionChanged(address indexed account, bool exempt, bool permanent);
    event PairChanged(address indexed pair, bool registered);
    event TaxChanged(uint256 taxBps);
    event WalletLimitChanged(uint256 walletLimit);
    event TradingOpened();

    /// `account` would hold `balance`, more than `limit`.
    error AboveWalletLimit(address account, uint256 balance, uint256 limit);
    /// Protocol contracts pay to wallets, not to exchanges: that would be a sale by the back door.
    error ExitToPair(address from, address pair);
    error TradingClosed(address from, address to);
    error TradingAlreadyOpen();
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error TooSoon(uint256 from);
    error CoreExemption(address account);
    error AlreadyExempt(address account);
    error NotExempt(address account);
    error AlreadyPair(address pair);
    error NotPair(address pair);
    error IsPair(address account);
    error IsExempt(address account);
    error NotAContract(address account);
    error DerivedPair(address pair);
    error SamePairToken(address token);
    error ZeroAddress();
    error PermitExpired(uint256 deadline, uint256 now_);
    error PermitInvalid(address signer, address owner);

    /// Registers the pair of oGPU with `other` of the known factory as taxed, whether it exists already or not. Anyone may
    /// call. Reverts with AlreadyPair, with SamePairToken, or with ZeroAddress.
    function registerPair(address other) external returns (address pair);
    /// Registers a pair or pool of another exchange. The owner alone. `exchange` must be a contract (NotAContract) that is
    /// neither exempt (IsExempt) nor registered (AlreadyPair).
    function registerExchange(address exchange) external;
    /// Takes back registerExchange. The owner alone. Reverts with NotPair, or with DerivedPair for a pair of the known factory.
    function unregisterExchange(address exchange) external;
    /// Exempts a protocol contract from the wallet limit; its payments to pairs revert from then on. `permanent` cannot be
    /// taken back. The owner alone. Reverts with IsPair, with ZeroAddress, or with AlreadyExempt when nothing would change.
    function exempt(address account, bool permanent) external;
    /// Takes back an exemption that is not permanent. What the account holds stays; it can only send. The owner alone.
    /// Reverts with NotExempt or CoreExemption.
    function unexempt(address account) external;
    /// Sets the tax, in basis points, at most 500. The owner alone, once in seven days. Reverts with OutOfBounds or TooSoon.
    function setTax(uint256 taxBps) external;
    /// Sets the wallet limit, 105,000 to 420,000 oGPU. The owner alone. Reverts with OutOfBounds.
    function setWalletLimit(uint256 walletLimit) external;
    /// Ends the time in which only the owner can move oGPU to a pair, untaxed: its first liquidity. Cannot be undone. The
    /// owner alone. Reverts with TradingAlreadyOpen.
    function openTrading() external;

    /// Basis points. Rounded down on each transfer, in favour of the trader.
    function taxBps() external view returns (uint256);
    function walletLimit() external view returns (uint256);
    function tradingOpen() external view returns (bool);
    /// From when the tax may be set again.
    function nextTaxChangeAt() external view returns (uint256);
    function isPair(address account) external view returns (bool);
    function isExempt(address account) external view returns (bool);
    function isCore(address account) external view returns (bool);
    /// What of `amount` a transfer would take as tax. Reverts as the transfer would for its sides, not for balances.
    function taxOn(address from, address to, uint256 amount) external view returns (uint256 tax);
    /// Where the known factory has, or would have, the pair of oGPU and `other`.
    function pairFor(address other) external view returns (address pair);
    function factory() external view returns (address);
    function taxRouter() external view returns (address);
}

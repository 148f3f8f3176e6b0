// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Owned} from "./access/Owned.sol";
import {Allocation, IOGPU, Venue} from "./interfaces/IOGPU.sol";
import {TokenBounds} from "./rules/TokenBounds.sol";
import {TokenWord} from "./rules/TokenWord.sol";

/// The network's token: 21 million, minted once into the published allocation. What the functions do is said in IOGPU.
///
/// OpenZeppelin's ERC20 keeps a balance in a word of its own; here the word also says what its account is, which is why
/// the few lines of ERC-20 stand here. Tax and limit cost a plain transfer no storage access.
contract OGPU is IOGPU, IERC20Metadata, IERC20Permit, IERC20Errors, EIP712, Nonces, Owned {
    using TokenWord for uint256;

    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    address public immutable factory;
    bytes32 private immutable PAIR_CODE_HASH;
    address public immutable taxRouter;

    mapping(address account => uint256) private _words;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    /// Pairs of the known factory: nobody can take them back.
    mapping(address pair => bool) private _derived;
    uint256 public walletLimit = TokenBounds.MAX_WALLET_LIMIT;
    uint256 public nextTaxChangeAt;

    /// Mints the supply, makes its five holders and the tax router permanently exempt, and registers the pair with WETH.
    /// Reverts with OutOfBounds when `taxBps_` is above 500 and with ZeroAddress when a holder or the router is missing.
    constructor(Allocation memory to, Venue memory venue, uint256 taxBps_, address owner_)
        EIP712("OpenGPU", "1")
        Owned(owner_)
    {
        factory = venue.factory;
        PAIR_CODE_HASH = venue.pairCodeHash;
        taxRouter = venue.taxRouter;
        _checkTax(taxBps_);
        _mint(to.ecosystem, TokenBounds.ECOSYSTEM);
        _mint(to.community, TokenBounds.COMMUNITY);
        _mint(to.team, TokenBounds.TEAM);
        _mint(to.providers, TokenBounds.PROVIDERS);
        _mint(to.reserve, TokenBounds.RESERVE);
        _mint(venue.taxRouter, 0);
        _words[venue.taxRouter] = (_words[venue.taxRouter] | TokenWord.ROUTER).withTaxBps(taxBps_);
        emit TaxChanged(taxBps_);
        emit WalletLimitChanged(walletLimit);
        registerPair(venue.weth);
    }

    // ---- ERC-20 ----

    function name() external pure returns (string memory) {
        return "OpenGPU";
    }

    function symbol() external pure returns (string memory) {
        return "oGPU";
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function totalSupply() external pure returns (uint256) {
        return TokenBounds.SUPPLY;
    }

    function balanceOf(address account) external view returns (uint256) {
        return _words[account].balance();
    }

    /// Moves `amount` from the caller; the receiver gets it less the tax, if a pair is on one side. Reverts with
    /// ERC20InsufficientBalance, ERC20InvalidReceiver, AboveWalletLimit, ExitToPair or TradingClosed.
    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    /// Like transfer, from the account that allowed the caller `amount`. An allowance of the largest number is not used up.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < amount) revert ERC20InsufficientAllowance(msg.sender, allowed, amount);
            unchecked {
                allowance[from][msg.sender] = allowed - amount;
            }
        }
        if (from == address(0)) revert ERC20InvalidSender(from);
        _transfer(from, to, amount);
        return true;
    }

    /// Sets what `spender` may take of the caller's oGPU, whatever it was before. Reverts with ERC20InvalidSpender for zero.
    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    // ---- EIP-2612 ----

    /// Sets an allowance by the owner's signature. Anyone may carry it. Reverts with PermitExpired, PermitInvalid, or for a
    /// malformed signature with an error of ECDSA.
    function permit(address owner_, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        if (block.timestamp > deadline) revert PermitExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(PERMIT, owner_, spender, value, _useNonce(owner_), deadline))
        );
        address signer = ECDSA.recover(digest, v, r, s);
        if (signer != owner_) revert PermitInvalid(signer, owner_);
        _approve(owner_, spender, value);
    }

    function nonces(address account) public view override(IERC20Permit, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// Follows the chain id, so that a fork does not take this chain's permits.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // ---- pairs, exemptions, parameters ----

    function registerPair(address other) public returns (address pair) {
        pair = pairFor(other);
        if (_words[pair].has(TokenWord.PAIR)) {
            // Registered by the owner before: from now on for good.
            if (_derived[pair]) revert AlreadyPair(pair);
        }
        _derived[pair] = true;
        _words[pair] |= TokenWord.PAIR;
        emit PairChanged(pair, true);
    }

    function registerExchange(address exchange) external onlyOwner {
        uint256 word = _words[exchange];
        if (word.has(TokenWord.PAIR)) revert AlreadyPair(exchange);
        if (word.has(TokenWord.EXEMPT)) revert IsExempt(exchange);
        if (exchange.code.length == 0) revert NotAContract(exchange);
        _words[exchange] = word | TokenWord.PAIR;
        emit PairChanged(exchange, true);
    }

    function unregisterExchange(address exchange) external onlyOwner {
        uint256 word = _words[exchange];
        if (!word.has(TokenWord.PAIR)) revert NotPair(exchange);
        if (_derived[exchange]) revert DerivedPair(exchange);
        _words[exchange] = word & ~TokenWord.PAIR;
        emit PairChanged(exchange, false);
    }

    function exempt(address account, bool permanent) external onlyOwner {
        _exempt(account, permanent);
    }

    function unexempt(address account) external onlyOwner {
        uint256 word = _words[account];
        if (word.has(TokenWord.CORE)) revert CoreExemption(account);
        if (!word.has(TokenWord.EXEMPT)) revert NotExempt(account);
        _words[account] = word & ~TokenWord.EXEMPT;
        emit ExemptionChanged(account, false, false);
    }

    function setTax(uint256 taxBps_) external onlyOwner {
        _checkTax(taxBps_);
        if (block.timestamp < nextTaxChangeAt) revert TooSoon(nextTaxChangeAt);
        nextTaxChangeAt = block.timestamp + TokenBounds.TAX_COOLDOWN;
        _words[taxRouter] = _words[taxRouter].withTaxBps(taxBps_);
        emit TaxChanged(taxBps_);
    }

    function setWalletLimit(uint256 limit) external onlyOwner {
        if (limit < TokenBounds.MIN_WALLET_LIMIT || limit > TokenBounds.MAX_WALLET_LIMIT) {
            revert OutOfBounds("walletLimit", limit, TokenBounds.MIN_WALLET_LIMIT, TokenBounds.MAX_WALLET_LIMIT);
        }
        walletLimit = limit;
        emit WalletLimitChanged(limit);
    }

    function openTrading() external onlyOwner {
        if (tradingOpen()) revert TradingAlreadyOpen();
        _words[taxRouter] |= TokenWord.OPEN;
        emit TradingOpened();
    }

    // ---- views ----

    function taxBps() external view returns (uint256) {
        return _words[taxRouter].taxBps();
    }

    function tradingOpen() public view returns (bool) {
        return _words[taxRouter].has(TokenWord.OPEN);
    }

    function isPair(address account) external view returns (bool) {
        return _words[account].has(TokenWord.PAIR);
    }

    function isExempt(address account) external view returns (bool) {
        return _words[account].has(TokenWord.EXEMPT);
    }

    function isCore(address account) external view returns (bool) {
        return _words[account].has(TokenWord.CORE);
    }

    function taxOn(address from, address to, uint256 amount) external view returns (uint256) {
        return _tax(from, to, _words[from], _words[to], amount);
    }

    function pairFor(address other) public view returns (address) {
        if (other == address(0)) revert ZeroAddress();
        if (other == address(this)) revert SamePairToken(other);
        (address token0, address token1) = other < address(this) ? (other, address(this)) : (address(this), other);
        bytes32 salt = keccak256(abi.encodePacked(token0, token1));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", factory, salt, PAIR_CODE_HASH)))));
    }

    // ---- inside ----

    /// The sender's word is written before the receiver's is read, so that a transfer to oneself is exact.
    function _transfer(address from, address to, uint256 amount) private {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        uint256 source = _words[from];
        if (source.balance() < amount) revert ERC20InsufficientBalance(from, source.balance(), amount);
        unchecked {
            // The balance covers the amount, and all balances together fit far below the flags.
            _words[from] = source - amount;
            uint256 target = _words[to];
            if ((source | target).has(TokenWord.PAIR)) {
                uint256 tax = _tax(from, to, source, target, amount);
                if (tax != 0) {
                    amount -= tax;
                    _words[taxRouter] += tax;
                    emit Transfer(from, taxRouter, tax);
                }
            }
            target += amount;
            // Below the least limit there can be, nobody has to ask what it is.
            if (target.balance() > TokenBounds.MIN_WALLET_LIMIT) _checkLimit(from, to, target, amount);
            _words[to] = target;
        }
        emit Transfer(from, to, amount);
    }

    /// What a transfer between these words owes. Zero where neither is a pair, or where one is the tax router, which sells
    /// what was taxed already. Reverts where a protocol contract would pay a pair, and before trading opened.
    function _tax(address from, address to, uint256 source, uint256 target, uint256 amount)
        private
        view
        returns (uint256)
    {
        uint256 sides = source | target;
        if (!sides.has(TokenWord.PAIR) || sides.has(TokenWord.ROUTER)) return 0;
        uint256 router = _words[taxRouter];
        if (!router.has(TokenWord.OPEN)) {
            if (from != owner()) revert TradingClosed(from, to);
            return 0;
        }
        if (target.has(TokenWord.PAIR) && source.has(TokenWord.EXEMPT)) revert ExitToPair(from, to);
        return amount * router.taxBps() / 10_000;
    }

    /// What moves nothing in lifts nobody above the limit, also where the limit was lowered since.
    function _checkLimit(address from, address to, uint256 target, uint256 amount) private view {
        if (target.has(TokenWord.EXEMPT | TokenWord.PAIR) || amount == 0 || from == to) return;
        if (target.balance() > walletLimit) revert AboveWalletLimit(to, target.balance(), walletLimit);
    }

    function _mint(address to, uint256 amount) private {
        if (!_words[to].has(TokenWord.CORE)) _exempt(to, true);
        _words[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function _exempt(address account, bool permanent) private {
        if (account == address(0)) revert ZeroAddress();
        uint256 word = _words[account];
        uint256 flags = permanent ? TokenWord.EXEMPT | TokenWord.CORE : TokenWord.EXEMPT;
        if (word.has(TokenWord.PAIR)) revert IsPair(account);
        if (word & flags == flags) revert AlreadyExempt(account);
        _words[account] = word | flags;
        emit ExemptionChanged(account, true, permanent);
    }

    function _approve(address owner_, address spender, uint256 amount) private {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[owner_][spender] = amount;
        emit Approval(owner_, spender, amount);
    }

    function _checkTax(uint256 taxBps_) private pure {
        if (taxBps_ > TokenBounds.MAX_TAX_BPS) revert OutOfBounds("tax", taxBps_, 0, TokenBounds.MAX_TAX_BPS);
    }
}

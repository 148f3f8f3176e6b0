// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Owned} from "./access/Owned.sol";
import {IPair, IWeth} from "./interfaces/IExchange.sol";
import {IOGPU} from "./interfaces/IOGPU.sol";
import {ITaxRouter} from "./interfaces/ITaxRouter.sol";
import {PairMath} from "./rules/PairMath.sol";

/// Sells the tax and splits the ETH. What the functions do is said in ITaxRouter.
///
/// It is never called by the token: a trade only adds to its balance, so that no trade can fail because of it.
contract TaxRouter is ITaxRouter, Owned, ReentrancyGuard {
    using SafeERC20 for IOGPU;

    uint256 internal constant MEAN_SECONDS = 30 minutes;
    /// A mean over longer than this says too little about now.
    uint256 internal constant STALE_SECONDS = 90 minutes;
    uint256 internal constant COOLDOWN = 5 minutes;
    uint256 internal constant LEAST_BPS = 9_800;
    uint256 internal constant LIQUIDITY_RANGE_BPS = 200;
    uint256 internal constant TIP_BPS = 20;
    uint256 internal constant MIN_STAKERS_BPS = 3_000;
    /// Enough for a contract that counts what it gets; a receiver that burns more waits for `pay`.
    uint256 internal constant PUSH_GAS = 100_000;

    struct Observation {
        uint256 cumulative;
        uint256 time;
    }

    IOGPU public immutable token;
    IWeth public immutable weth;
    IPair public immutable pair;
    bool private immutable OGPU_IS_0;

    address public stakers;
    address public treasury;
    uint256 private _stakersBps;
    uint256 private _treasuryBps;

    Observation private _latest;
    Observation private _previous;
    uint256 public nextSwapAt;
    uint256 public liquidityOgpu;
    uint256 public liquidityEth;
    mapping(address to => uint256) public due;
    uint256 public totalDue;

    /// Reverts with NotTheRouterOf when the token sends its tax elsewhere.
    constructor(IOGPU token_, IWeth weth_, address stakers_, address treasury_, address owner_) Owned(owner_) {
        if (token_.taxRouter() != address(this)) revert NotTheRouterOf(address(token_));
        token = token_;
        weth = weth_;
        pair = IPair(token_.pairFor(address(weth_)));
        OGPU_IS_0 = address(token_) < address(weth_);
        _setShares(5_000, 3_000);
        _setRecipients(stakers_, treasury_);
    }

    /// Only unwrapped ETH. What is forced in belongs to nobody.
    receive() external payable {
        if (msg.sender != address(weth)) revert NotWeth(msg.sender);
    }

    function observe() external returns (bool) {
        (uint256 reserveOgpu, uint256 reserveEth, uint32 since) = _reserves();
        return _observe(_cumulative(reserveOgpu, reserveEth, since));
    }

    function swap() external nonReentrant returns (uint256 eth) {
        if (block.timestamp < nextSwapAt) revert TooSoon(nextSwapAt);
        (uint256 reserveOgpu, uint256 reserveEth, uint32 since) = _reserves();
        uint256 cumulative = _cumulative(reserveOgpu, reserveEth, since);
        uint256 mean = _mean(cumulative);
        _observe(cumulative);
        if (mean == 0) return 0;
        nextSwapAt = block.timestamp + COOLDOWN;

        // Before the sale, which moves the price by up to 2% itself.
        if (PairMath.isWithin(PairMath.spot(reserveOgpu, reserveEth), mean, LIQUIDITY_RANGE_BPS)) {
            _addLiquidity(reserveOgpu, reserveEth);
            (reserveOgpu, reserveEth,) = _reserves();
        }
        uint256 amount = token.balanceOf(address(this)) - liquidityOgpu;
        if (amount > reserveOgpu / 100) amount = reserveOgpu / 100;
        uint256 liquidityBps = 10_000 - _stakersBps - _treasuryBps;
        // Half of the liquidity share stays oGPU, the other half becomes the ETH beside it.
        uint256 kept = amount * liquidityBps / 20_000;
        eth = _sell(amount - kept, reserveOgpu, reserveEth, mean);
        liquidityOgpu += kept;
        _split(amount - kept, eth, liquidityBps);
    }

    function pay(address to) external nonReentrant {
        uint256 amount = due[to];
        if (amount == 0) revert NothingDue(to);
        due[to] = 0;
        totalDue -= amount;
        (bool done,) = to.call{value: amount}("");
        if (!done) revert PaymentRefused(to, amount);
        emit Paid(to, amount);
    }

    function setShares(uint256 stakersBps, uint256 treasuryBps) external onlyOwner {
        _setShares(stakersBps, treasuryBps);
    }

    function setRecipients(address stakers_, address treasury_) external onlyOwner {
        _setRecipients(stakers_, treasury_);
    }

    function shares() external view returns (uint256, uint256, uint256) {
        return (_stakersBps, _treasuryBps, 10_000 - _stakersBps - _treasuryBps);
    }

    function meanPrice() external view returns (uint256) {
        (uint256 reserveOgpu, uint256 reserveEth, uint32 since) = _reserves();
        return _mean(_cumulative(reserveOgpu, reserveEth, since));
    }

    function _sell(uint256 amount, uint256 reserveOgpu, uint256 reserveEth, uint256 mean)
        private
        returns (uint256 eth)
    {
        eth = PairMath.amountOut(amount, reserveOgpu, reserveEth);
        if (eth == 0) revert NothingToSwap();
        uint256 least = (amount * mean >> 112) * LEAST_BPS / 10_000;
        if (eth < least) revert BelowMean(eth, least);
        token.safeTransfer(address(pair), amount);
        pair.swap(OGPU_IS_0 ? 0 : eth, OGPU_IS_0 ? eth : 0, address(this), "");
        weth.withdraw(eth);
    }

    /// All state first: the calls come last. Shares round down; what is left over is the stakers'.
    function _split(uint256 sold, uint256 eth, uint256 liquidityBps) private {
        uint256 tip = eth * TIP_BPS / 10_000;
        uint256 rest = eth - tip;
        uint256 whole = 20_000 - liquidityBps;
        uint256 toLiquidity = rest * liquidityBps / whole;
        uint256 toTreasury = rest * 2 * _treasuryBps / whole;
        uint256 toStakers = rest - toLiquidity - toTreasury;
        liquidityEth += toLiquidity;
        _owe(stakers, toStakers);
        _owe(treasury, toTreasury);
        emit Swapped(msg.sender, sold, eth, tip, toStakers, toTreasury);
        _push(stakers);
        _push(treasury);
        (bool done,) = msg.sender.call{value: tip}("");
        if (!done) revert TipRefused(msg.sender, tip);
    }

    function _owe(address to, uint256 amount) private {
        due[to] += amount;
        totalDue += amount;
        emit Due(to, amount);
    }

    /// A receiver that refuses keeps its due and harms nobody else.
    function _push(address to) private {
        uint256 amount = due[to];
        if (amount == 0) return;
        due[to] = 0;
        totalDue -= amount;
        (bool done,) = to.call{value: amount, gas: PUSH_GAS}("");
        if (done) {
            emit Paid(to, amount);
        } else {
            due[to] = amount;
            totalDue += amount;
        }
    }

    /// As much as both sides allow at the pair's own price. The owner gets the shares of the pool.
    function _addLiquidity(uint256 reserveOgpu, uint256 reserveEth) private {
        uint256 ogpu = liquidityOgpu;
        uint256 eth = ogpu * reserveEth / reserveOgpu;
        if (eth > liquidityEth) {
            eth = liquidityEth;
            ogpu = eth * reserveOgpu / reserveEth;
        }
        // Too little for a share of the pool: it waits.
        if (ogpu < 1e12 || eth < 1e6) return;
        liquidityOgpu -= ogpu;
        liquidityEth -= eth;
        weth.deposit{value: eth}();
        // Both were checked by their own code: WETH reverts rather than return false.
        // slither-disable-next-line unchecked-transfer
        weth.transfer(address(pair), eth);
        token.safeTransfer(address(pair), ogpu);
        emit LiquidityAdded(ogpu, eth, pair.mint(owner()));
    }

    /// Keeps two: one of them is always old enough soon.
    function _observe(uint256 cumulative) private returns (bool) {
        if (block.timestamp < _latest.time + MEAN_SECONDS) return false;
        _previous = _latest;
        _latest = Observation(cumulative, block.timestamp);
        emit Observed(cumulative, block.timestamp);
        return true;
    }

    function _mean(uint256 cumulative) private view returns (uint256) {
        Observation storage from = block.timestamp < _latest.time + MEAN_SECONDS ? _previous : _latest;
        uint256 age = block.timestamp - from.time;
        if (from.time == 0 || age < MEAN_SECONDS || age > STALE_SECONDS) return 0;
        return PairMath.mean(from.cumulative, cumulative, age);
    }

    function _cumulative(uint256 reserveOgpu, uint256 reserveEth, uint32 since) private view returns (uint256) {
        uint256 stored = OGPU_IS_0 ? pair.price0CumulativeLast() : pair.price1CumulativeLast();
        return PairMath.cumulativeNow(stored, reserveOgpu, reserveEth, since, block.timestamp);
    }

    function _reserves() private view returns (uint256 reserveOgpu, uint256 reserveEth, uint32 since) {
        (uint112 reserve0, uint112 reserve1, uint32 timestamp) = pair.getReserves();
        (reserveOgpu, reserveEth) = OGPU_IS_0 ? (reserve0, reserve1) : (reserve1, reserve0);
        since = timestamp;
    }

    function _setShares(uint256 stakersBps, uint256 treasuryBps) private {
        if (stakersBps < MIN_STAKERS_BPS || stakersBps > 10_000) {
            revert OutOfBounds("stakersBps", stakersBps, MIN_STAKERS_BPS, 10_000);
        }
        if (treasuryBps > 10_000 - stakersBps) {
            revert OutOfBounds("treasuryBps", treasuryBps, 0, 10_000 - stakersBps);
        }
        (_stakersBps, _treasuryBps) = (stakersBps, treasuryBps);
        emit SharesChanged(stakersBps, treasuryBps, 10_000 - stakersBps - treasuryBps);
    }

    function _setRecipients(address stakers_, address treasury_) private {
        if (stakers_ == address(0) || treasury_ == address(0)) revert ZeroAddress();
        (stakers, treasury) = (stakers_, treasury_);
        emit RecipientsChanged(stakers_, treasury_);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Turns the tax into ETH through the pair and splits it. Amounts in wei of oGPU or ETH as named, shares in basis points,
/// times in seconds.
///
/// Laws: oGPU kept for liquidity <= oGPU held; ETH owed + ETH kept for liquidity <= ETH held; every wei of ETH a swap
/// brought is the caller's tip, somebody's due, or liquidity; stakers are due at least 30% of a swap's ETH after the tip; one
/// swap in five minutes, of at most 1% of the pair's oGPU, for no less than 98% of the mean price.
interface ITaxRouter {
    event Observed(uint256 cumulative, uint256 time);
    event Swapped(address indexed caller, uint256 sold, uint256 eth, uint256 tip, uint256 toStakers, uint256 toTreasury);
    event LiquidityAdded(uint256 ogpu, uint256 eth, uint256 liquidity);
    event Due(address indexed to, uint256 amount);
    event Paid(address indexed to, uint256 amount);
    event SharesChanged(uint256 stakersBps, uint256 treasuryBps, uint256 liquidityBps);
    event RecipientsChanged(address stakers, address treasury);

    /// The next swap is allowed from this time.
    error TooSoon(uint256 from);
    error NothingToSwap();
    /// The pair would pay `out` where the mean price asks for `least`.
    error BelowMean(uint256 out, uint256 least);
    error TipRefused(address caller, uint256 amount);
    error NothingDue(address to);
    error PaymentRefused(address to, uint256 amount);
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error NotWeth(address from);
    error ZeroAddress();
    error NotTheRouterOf(address token);

    /// Sells taxed oGPU for ETH and pays the caller 0.2% of it; adds liquidity from earlier swaps first. Anyone may call.
    /// Without a mean price of the last 30 to 90 minutes it only starts one and returns 0. Reverts with TooSoon,
    /// NothingToSwap, BelowMean, or TipRefused.
    function swap() external returns (uint256 eth);
    /// Notes the pair's price sum, at most once in 30 minutes. Anyone may call. Returns whether it noted.
    function observe() external returns (bool);
    /// Pays an address what it is due. Anyone may call. Reverts with NothingDue or PaymentRefused.
    function pay(address to) external;
    /// The owner alone: shares that sum up to 10,000, of which stakers at least 3,000. Reverts with OutOfBounds.
    function setShares(uint256 stakersBps, uint256 treasuryBps) external;
    /// The owner alone. What is due already stays due to whom it was. Reverts with ZeroAddress.
    function setRecipients(address stakers, address treasury) external;

    /// ETH for one oGPU over the last 30 to 90 minutes, 112 bits behind the point; 0 when there is none.
    function meanPrice() external view returns (uint256);
    function nextSwapAt() external view returns (uint256);
    function due(address to) external view returns (uint256);
    /// Sum of all that is due.
    function totalDue() external view returns (uint256);
    function liquidityOgpu() external view returns (uint256);
    function liquidityEth() external view returns (uint256);
    function shares() external view returns (uint256 stakersBps, uint256 treasuryBps, uint256 liquidityBps);
    function stakers() external view returns (address);
    function treasury() external view returns (address);
}

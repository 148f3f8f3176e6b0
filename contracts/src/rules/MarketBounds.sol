// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Order, Parameters} from "../interfaces/Types.sol";
import {LocalChain} from "./LocalChain.sol";

/// The hard bounds of orders and of governed parameters. No owner can leave them.
library MarketBounds {
    uint256 internal constant SUPPLY = 21_000_000 ether;
    uint256 internal constant LONGEST_JOB = 3 days;

    function checkOrder(Order calldata order) internal pure {
        _order("maxPrice", order.maxPrice, 1, SUPPLY);
        _order("validation", order.validation, 0, 1);
        _order("comparison", order.comparison, 0, 1);
        _order("members", order.members, 3, 9);
        if (order.members % 2 == 0) revert ITaskMarket.OrderOutOfBounds("members", order.members, 3, 9);
        _order("hardSeconds", order.hardSeconds, 1, LONGEST_JOB);
        _order("softSeconds", order.softSeconds, 1, order.hardSeconds);
        _order("timeout", order.timeout, 1, order.hardSeconds);
        _order("floorBps", order.floorBps, 0, 10_000);
    }

    /// Delays are short on development chains alone.
    function checkParameters(Parameters memory p) internal view {
        bool local = LocalChain.isLocal();
        _parameter("feeBps", p.feeBps, 0, 500);
        _parameter("depositBps", p.depositBps, 0, 2_000);
        _parameter("penaltyBps", p.penaltyBps, 100, 5_000);
        _parameter("fineBps", p.fineBps, 0, 2_000);
        _parameter("pFloorBps", p.pFloorBps, 500, 10_000);
        // Keeps every amount of a job below 2^96.
        _parameter("floorRate", p.floorRate, 0, 1_000 ether);
        _parameter("auctionSeconds", p.auctionSeconds, local ? 1 : 10, 1 hours);
        _parameter("openSeconds", p.openSeconds, local ? 1 : 60, 7 days);
        _parameter("windowSeconds", p.windowSeconds, local ? 1 : 15, 1 hours);
        _parameter("startSeconds", p.startSeconds, local ? 1 : 30, 1 hours);
        _parameter("replaceSeconds", p.replaceSeconds, local ? 1 : 30, 1 days);
        _parameter("drawSeconds", p.drawSeconds, local ? 1 : 10 minutes, 7 days);
        _parameter("sealMarginSeconds", p.sealMarginSeconds, local ? 1 : 5 minutes, 1 days);
        _parameter("revealSeconds", p.revealSeconds, local ? 1 : 5 minutes, 1 days);
        _parameter("challengeSeconds", p.challengeSeconds, local ? 1 : 10 minutes, 7 days);
        _parameter("appealSeconds", p.appealSeconds, local ? 1 : 10 minutes, 7 days);
    }

    function _order(bytes32 field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert ITaskMarket.OrderOutOfBounds(field, value, min, max);
    }

    function _parameter(bytes32 name, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert ITaskMarket.ParameterOutOfBounds(name, value, min, max);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Escrow} from "../../../src/Escrow.sol";
import {Parameters} from "../../../src/interfaces/Types.sol";
import {NodeRegistry} from "../../../src/NodeRegistry.sol";
import {TaskMarket} from "../../../src/TaskMarket.sol";
import {TokenFixture} from "../../support/TokenFixture.sol";

/// Registry, escrow and market, as far as governance has to do with them. What a deployment gives them is here alone.
abstract contract WholeMarket is TokenFixture {
    uint128 internal constant MINIMUM_BOND = 100 ether;
    uint40 internal constant UNBONDING = 7 days;

    NodeRegistry internal registry;
    Escrow internal escrow;
    TaskMarket internal market;
    address internal guardian = address(0x6A4D);

    function _deployMarket() internal {
        registry = new NodeRegistry(token, MINIMUM_BOND, UNBONDING, address(this), guardian);
        escrow = new Escrow(token, address(this), guardian);
        market = new TaskMarket(registry, escrow, treasury, _marketParameters(), address(this), guardian);
        registry.setMarket(address(market), address(escrow));
        escrow.setMarket(address(market));
        emission.setRecorders(address(market), address(registry));
        token.exempt(address(registry), true);
        token.exempt(address(escrow), true);
    }

    /// A change of the registry's parameters to another bond.
    function _registryCall(uint128 minimumBond) internal pure returns (bytes memory) {
        return abi.encodeCall(NodeRegistry.setParameters, (minimumBond, UNBONDING));
    }

    /// A change of the market's parameters to another fee.
    function _marketCall(uint256 feeBps) internal view returns (bytes memory) {
        Parameters memory p = market.parameters();
        p.feeBps = uint16(feeBps);
        return abi.encodeCall(TaskMarket.setParameters, (p));
    }

    function _marketParameters() private pure returns (Parameters memory) {
        return Parameters({
            feeBps: 200,
            depositBps: 500,
            penaltyBps: 2_000,
            fineBps: 500,
            floorRate: 0.0001 ether,
            auctionSeconds: 60,
            openSeconds: 600,
            windowSeconds: 30,
            startSeconds: 120,
            replaceSeconds: 100,
            drawSeconds: 600,
            sealMarginSeconds: 5 minutes,
            revealSeconds: 5 minutes
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Opening, Order, Settlement, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CheckRate} from "../rules/CheckRate.sol";
import {Market, MarketStore, Plant, StoredJob} from "./MarketStore.sol";
import {Openings} from "./Openings.sol";

/// What parties can do against what was found or left unchecked, and what governed keepers plant to test everybody.
library Disputes {
    using MarketStore for Market;
    using MarketStore for StoredJob;

    /// A draw follows as if the check had been rolled. What it costs has been locked since submit.
    function challenge(Market storage m, Order calldata order) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        job.requireState(id, State.Unchecked);
        if (msg.sender != order.customer) revert ITaskMarket.NotCustomer(msg.sender, order.customer);
        MarketStore.requireNotAfter(id, m.openBy(job));
        job.state = State.Resulted;
        job.checkBps = uint16(CheckRate.CERTAIN);
        _awaitDraw(m, job);
        emit ITaskMarket.Challenged(id, job.attempt, job.seedBlock);
    }

    function appeal(Market storage m, Order calldata order, Opening calldata opening) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        job.requireState(id, State.Judged);
        MarketStore.requireNotAfter(id, job.deadline);
        address appellant = m.appellantOf(job);
        if (msg.sender != appellant) revert ITaskMarket.NotAppellant(msg.sender, appellant);
        // The members of the appeal must be able to compare; a customer cannot show what the node holds back.
        if (job.nodeOutcome == 0 && job.settlement != Settlement.Malicious) Openings.open(id, job, opening);
        job.state = State.Appealed;
        _awaitDraw(m, job);
        uint256 locked = job.appealLock();
        emit ITaskMarket.Appealed(id, job.attempt, appellant, locked, job.seedBlock);
        m.escrow.lock(appellant, locked);
    }

    /// The commitment names no order, so nodes and members cannot tell a canary from the keeper's other orders.
    function plantCanary(Market storage m, bytes32 commitment) external {
        if (!m.canaryKeepers[msg.sender]) revert ITaskMarket.NotCanaryKeeper(msg.sender);
        if (m.plants[commitment].keeper != address(0)) revert ITaskMarket.CanaryPlantedBefore(commitment);
        m.plants[commitment] = Plant(msg.sender, uint40(block.timestamp));
        emit ITaskMarket.CanaryPlanted(msg.sender, commitment);
    }

    /// Anyone who knows it, once every seat has sealed or may not seal any more, and before the verdict.
    function openCanary(Market storage m, Order calldata order, bytes32 outputHash, bytes32 salt) external {
        (bytes32 id, StoredJob storage job) = m.find(order);
        job.requireState(id, State.Checking);
        if (job.roundFrom == MarketStore.APPEAL_FROM) revert ITaskMarket.WrongState(id, State.Checking);
        MarketStore.requireNotAfter(id, job.deadline);
        uint256 sealBy = m.sealBy(job);
        if (job.roundFrom + job.sealedSeats < job.roundEnd() && block.timestamp <= sealBy) {
            revert ITaskMarket.TooEarly(id, sealBy + 1);
        }
        bytes32 commitment = keccak256(abi.encode(id, outputHash, salt));
        Plant memory plant = m.plants[commitment];
        // Planted by the customer himself, before the award, and compared bit by bit.
        bool fits = plant.keeper == order.customer && m.canaryKeepers[plant.keeper] && plant.plantedAt < job.awardedAt
            && order.comparison == Messages.EXACT;
        if (!fits || job.canaryOpened) revert ITaskMarket.NoCanary(id, commitment);
        job.canaryOpened = true;
        m.canaries[id] = outputHash;
        emit ITaskMarket.CanaryOpened(id, outputHash);
    }

    function _awaitDraw(Market storage m, StoredJob storage job) private {
        job.seedBlock = uint40(block.number) + 1;
        job.deadline = uint40(block.timestamp) + m.parametersOf(job).drawSeconds;
    }
}

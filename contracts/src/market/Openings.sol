// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Opening} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {StoredJob} from "./MarketStore.sol";

/// The node shows what it committed to. Who calls decides when that is still taken.
library Openings {
    function open(bytes32 id, StoredJob storage job, Opening calldata opening) internal {
        if (opening.outcome == 0) revert ITaskMarket.NotOpened(id);
        if (opening.outcome > Messages.TIMEOUT) revert ITaskMarket.OutcomeInvalid(opening.outcome);
        bytes32 computed = Messages.commitment(id, job.attempt, job.node, opening);
        if (computed != job.result) revert ITaskMarket.CommitmentMismatch(id, job.result, computed);
        job.nodeOutcome = opening.outcome;
        job.result = opening.outputHash;
        emit ITaskMarket.Opened(id, job.attempt, opening);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AttemptMessage,
    Bid,
    Opening,
    Order,
    ResultMessage,
    RevealMessage,
    SealMessage
} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";

/// Shows the hashes of Messages to tests outside Solidity.
contract MessagesProbe {
    function typeHashes()
        external
        pure
        returns (bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, bytes32)
    {
        return (
            Messages.ORDER,
            Messages.BID,
            Messages.START,
            Messages.HAND_BACK,
            Messages.RESULT,
            Messages.SEAL,
            Messages.REVEAL,
            Messages.CANCEL,
            Messages.SPEND_CAP
        );
    }

    function order(Order calldata message) external pure returns (bytes32) {
        return Messages.hash(message);
    }

    function bid(Bid calldata message) external pure returns (bytes32) {
        return Messages.hash(message);
    }

    function start(AttemptMessage calldata message) external pure returns (bytes32) {
        return Messages.hash(Messages.START, message);
    }

    function handBack(AttemptMessage calldata message) external pure returns (bytes32) {
        return Messages.hash(Messages.HAND_BACK, message);
    }

    function result(ResultMessage calldata message) external pure returns (bytes32) {
        return Messages.hash(message);
    }

    function seal(SealMessage calldata message) external pure returns (bytes32) {
        return Messages.hash(message);
    }

    function reveal(RevealMessage calldata message) external pure returns (bytes32) {
        return Messages.hash(message);
    }

    function cancel(bytes32 id) external pure returns (bytes32) {
        return Messages.hashCancel(id);
    }

    function commitment(bytes32 id, uint8 attempt, address node, Opening calldata opening)
        external
        pure
        returns (bytes32)
    {
        return Messages.commitment(id, attempt, node, opening);
    }

    function sealOf(RevealMessage calldata message) external pure returns (bytes32) {
        return Messages.sealOf(message);
    }
}

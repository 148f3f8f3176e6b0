// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AttemptMessage, Bid, Opening, Order, ResultMessage, RevealMessage, SealMessage} from "./interfaces/Types.sol";

/// Struct hashes of the protocol's EIP-712 messages, fixed once: lib/protocol/messages.ts has the same strings.
/// Every message is a static struct, so `abi.encode(TYPE, message)` is its EIP-712 encoding.
library Messages {
    string internal constant NAME = "OpenGPU TaskMarket";
    string internal constant VERSION = "1";

    /// Order.validation, Order.comparison, RUN_OUTCOME of lib/protocol/messages.ts.
    uint8 internal constant BY_RECORD = 0;
    uint8 internal constant ALWAYS = 1;
    uint8 internal constant EXACT = 0;
    uint8 internal constant TOLERANT = 1;
    uint8 internal constant SUCCESS = 1;
    uint8 internal constant FAILURE = 2;
    uint8 internal constant TIMEOUT = 3;
    uint8 internal constant MALICIOUS = 4;
    uint8 internal constant NO_DATA = 5;

    bytes32 internal constant ORDER = keccak256(
        "Order(address customer,address auctioneer,bytes32 specHash,uint128 maxPrice,uint16 gpuClass,uint8 validation,uint8 comparison,uint8 members,uint32 timeout,uint32 softSeconds,uint32 hardSeconds,uint16 floorBps,uint64 submitBy,uint256 nonce)"
    );
    bytes32 internal constant BID =
        keccak256("Bid(bytes32 order,uint8 attempt,address node,uint128 price,uint128 rate,uint64 validUntil)");
    bytes32 internal constant START = keccak256("Start(bytes32 order,uint8 attempt,address node)");
    bytes32 internal constant HAND_BACK = keccak256("HandBack(bytes32 order,uint8 attempt,address node)");
    bytes32 internal constant RESULT = keccak256("Result(bytes32 order,uint8 attempt,address node,bytes32 commitment)");
    bytes32 internal constant SEAL = keccak256("Seal(bytes32 order,uint8 attempt,address member,bytes32 seal)");
    bytes32 internal constant REVEAL = keccak256(
        "Reveal(bytes32 order,uint8 attempt,address member,uint8 outcome,bytes32 outputHash,uint32 secondsUsed,bytes32 salt,uint16 agrees)"
    );
    bytes32 internal constant CANCEL = keccak256("Cancel(bytes32 order)");
    bytes32 internal constant SPEND_CAP = keccak256(
        "SpendCap(address customer,address delegate,uint128 perJob,uint128 total,uint64 expiry,uint256 nonce)"
    );

    function hash(Order calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(ORDER, message));
    }

    function hash(Bid calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(BID, message));
    }

    /// `typeHash` is START or HAND_BACK.
    function hash(bytes32 typeHash, AttemptMessage calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(typeHash, message));
    }

    function hash(ResultMessage calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(RESULT, message));
    }

    function hash(SealMessage calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(SEAL, message));
    }

    function hash(RevealMessage calldata message) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVEAL, message));
    }

    function hashCancel(bytes32 order) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCEL, order));
    }

    /// What a node commits to in its Result.
    function commitment(bytes32 order, uint8 attempt, address node, Opening calldata opening)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(order, attempt, node, opening));
    }

    /// What a member seals: its reveal but `agrees`, which needs the others' outputs.
    function sealOf(RevealMessage calldata message) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                message.order,
                message.attempt,
                message.member,
                message.outcome,
                message.outputHash,
                message.secondsUsed,
                message.salt
            )
        );
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Signatures} from "../access/Signatures.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Job, Order, Parameters, Seat, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";

/// Everything a TaskMarket stores. The steps of the life cycle are libraries that work on it, because one contract may
/// not hold all their code (EIP-170).
struct Market {
    INodeRegistry registry;
    IEscrow escrow;
    address treasury;
    uint32 parametersVersion;
    mapping(uint32 version => Parameters) parameters;
    mapping(bytes32 order => Job) jobs;
    mapping(bytes32 order => Seat[]) seats;
    mapping(address customer => mapping(uint256 nonce => bool)) nonceUsed;
}

/// What all steps share.
library MarketStore {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// Rebuilt at every use: a fork with another chain id must not take this chain's signatures.
    function domainSeparator() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN,
                keccak256(bytes(Messages.NAME)),
                keccak256(bytes(Messages.VERSION)),
                block.chainid,
                address(this)
            )
        );
    }

    function orderId(Order calldata order) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(), Messages.hash(order));
    }

    /// The digest identifies every field of the order, so a job found by it needs no other check of them.
    function find(Market storage m, Order calldata order) internal view returns (bytes32 id, Job storage job) {
        id = orderId(order);
        job = known(m, id);
    }

    function known(Market storage m, bytes32 id) internal view returns (Job storage job) {
        job = m.jobs[id];
        if (job.state == State.None) revert ITaskMarket.UnknownOrder(id);
    }

    function requireState(Job storage job, bytes32 id, State state) internal view {
        if (job.state != state) revert ITaskMarket.WrongState(id, job.state);
    }

    function requireNotAfter(bytes32 id, uint256 until) internal view {
        if (block.timestamp > until) revert ITaskMarket.TooLate(id, until);
    }

    function requireSigned(address signer, bytes32 structHash, bytes calldata signature) internal view {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
        if (!Signatures.isValid(signer, digest, signature)) revert ITaskMarket.SignatureInvalid(signer, digest);
    }

    /// The running attempt alone: a replaced node's messages end here.
    function requireAttempt(Job storage job, bytes32 id, uint8 attempt, address node) internal view {
        if (attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, attempt, job.attempt);
        if (node != job.node) revert ITaskMarket.WrongNode(id, node, job.node);
    }

    function parametersOf(Market storage m, Job storage job) internal view returns (Parameters storage) {
        return m.parameters[job.parametersVersion];
    }

    /// Least value at stake in a job: half of what the customer would pay, or the floor rate for its whole timeout.
    function baseFor(Order calldata order, uint256 price, uint256 floorRate) internal pure returns (uint256 base) {
        base = price;
        if (order.maxPrice / 2 > base) base = order.maxPrice / 2;
        if (floorRate * order.timeout > base) base = floorRate * order.timeout;
    }

    function depositFor(Order calldata order, Parameters storage p) internal view returns (uint256) {
        return uint256(order.maxPrice) * p.depositBps / 10_000;
    }

    function validationBudget(Order calldata order, Parameters storage p) internal view returns (uint256) {
        return order.members * baseFor(order, order.maxPrice, p.floorRate);
    }

    /// What the awarded node has locked: the slash of a wrong result.
    function bondOf(Job storage job) internal view returns (uint128) {
        return job.base * job.members;
    }

    function freeNode(Market storage m, Job storage job) internal {
        m.registry.unlockBond(job.node, bondOf(job));
    }

    /// Seconds at the bid's rate, at most the price.
    function timePay(Job storage job, uint256 secondsUsed) internal view returns (uint256) {
        uint256 pay = secondsUsed * job.rate;
        return pay < job.price ? pay : job.price;
    }

    /// Splits what a node earned into its pay and the protocol's fee, both out of the customer's lock.
    function payNode(Market storage m, Job storage job, uint256 gross) internal returns (uint256 nodePay, uint256 fee) {
        fee = gross * parametersOf(m, job).feeBps / 10_000;
        nodePay = gross - fee;
        if (nodePay > 0) m.escrow.pay(job.customer, m.registry.ownerOf(job.node), nodePay);
        if (fee > 0) m.escrow.pay(job.customer, m.treasury, fee);
    }

    /// Slashes locked bond into the treasury's balance.
    function slashToTreasury(Market storage m, address node, uint256 amount) internal {
        if (amount == 0) return;
        m.registry.slash(node, uint128(amount));
        m.escrow.credit(m.treasury, amount);
    }
}

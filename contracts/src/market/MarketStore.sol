// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Signatures} from "../access/Signatures.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {IProviderEmission} from "../interfaces/IProviderEmission.sol";
import {ITaskMarket} from "../interfaces/ITaskMarket.sol";
import {Order, Parameters, Record, Seat, Settlement, State} from "../interfaces/Types.sol";
import {Messages} from "../Messages.sol";
import {CommitteeSize} from "../rules/CommitteeSize.sol";

/// One job as it is stored: six slots, of which each step touches few. Times that follow from others are not kept.
struct StoredJob {
    address customer;
    State state;
    Settlement settlement;
    uint8 attempt;
    uint8 members;
    uint8 nodeOutcome;
    uint8 seats;
    uint8 appealSeats;
    uint8 roundFrom;
    uint8 sealedSeats;
    uint8 revealedSeats;
    /// Seats of the first committee, once more were to be drawn; 0 before.
    uint8 firstSeats;
    bool canaryOpened;
    // ----
    address node;
    uint32 parametersVersion;
    uint32 tickets;
    uint16 checkBps;
    uint16 paidMask;
    // ----
    uint96 price;
    uint96 base;
    uint40 awardedAt;
    uint24 startSeconds;
    // ----
    uint96 rate;
    uint96 bond;
    uint24 hardSeconds;
    // ----
    uint96 locked;
    uint40 deadline;
    uint40 startedAt;
    uint40 resultAt;
    uint40 seedBlock;
    // ----
    /// The node's commitment; once it is opened, its output's hash.
    bytes32 result;
}

struct StoredSeat {
    address member;
    uint8 outcome;
    uint32 secondsUsed;
    uint16 agrees;
    // ----
    /// The seal; once it is revealed, the output's hash.
    bytes32 found;
}

/// A commitment to the expected output of a keeper's own order.
struct Plant {
    address keeper;
    uint40 plantedAt;
}

/// Everything a TaskMarket stores. The steps of the life cycle are libraries that work on it, because one contract may
/// not hold all their code (EIP-170).
struct Market {
    INodeRegistry registry;
    IEscrow escrow;
    IProviderEmission emission;
    address treasury;
    uint32 parametersVersion;
    mapping(uint32 version => Parameters) parameters;
    mapping(bytes32 order => StoredJob) jobs;
    /// The first committee and its enlargement from 0 on, the appeal's from APPEAL_FROM on.
    mapping(bytes32 order => mapping(uint256 seat => StoredSeat)) seats;
    mapping(address customer => mapping(uint256 word => uint256)) nonceBits;
    mapping(address node => Record) records;
    /// The last week in which a customer's job counted for a node.
    mapping(address node => mapping(address customer => uint256)) countedWeek;
    mapping(address keeper => bool) canaryKeepers;
    mapping(bytes32 commitment => Plant) plants;
    /// The expected output of a canary that was shown.
    mapping(bytes32 order => bytes32) canaries;
}

/// What all steps share.
library MarketStore {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint8 internal constant APPEAL_FROM = 16;
    /// A window's bids stay good that long after it closed, so that somebody has time to award.
    uint256 internal constant WINDOW_GRACE = 10 minutes;

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
    function find(Market storage m, Order calldata order) internal view returns (bytes32 id, StoredJob storage job) {
        id = orderId(order);
        job = known(m, id);
    }

    function known(Market storage m, bytes32 id) internal view returns (StoredJob storage job) {
        job = m.jobs[id];
        if (job.state == State.None) revert ITaskMarket.UnknownOrder(id);
    }

    function requireState(StoredJob storage job, bytes32 id, State state) internal view {
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
    function requireAttempt(StoredJob storage job, bytes32 id, uint8 attempt, address node) internal view {
        if (attempt != job.attempt) revert ITaskMarket.WrongAttempt(id, attempt, job.attempt);
        if (node != job.node) revert ITaskMarket.WrongNode(id, node, job.node);
    }

    function parametersOf(Market storage m, StoredJob storage job) internal view returns (Parameters storage) {
        return m.parameters[job.parametersVersion];
    }

    // ---- times that follow from others ----

    function startBy(StoredJob storage job) internal view returns (uint40) {
        return job.awardedAt + job.startSeconds;
    }

    function hardDeadline(StoredJob storage job) internal view returns (uint40) {
        return job.awardedAt + job.hardSeconds;
    }

    /// Of an open job: until then instant award alone.
    function auctionBy(Market storage m, StoredJob storage job) internal view returns (uint40) {
        return job.deadline - parametersOf(m, job).openSeconds;
    }

    function windowClosesAt(StoredJob storage job) internal view returns (uint40) {
        return job.deadline - uint40(WINDOW_GRACE);
    }

    /// Of a committee's round, or of the showing of an unchecked result: the last part of the present state.
    function openBy(Market storage m, StoredJob storage job) internal view returns (uint40) {
        return job.deadline - parametersOf(m, job).revealSeconds;
    }

    function sealBy(Market storage m, StoredJob storage job) internal view returns (uint40) {
        return job.deadline - 2 * parametersOf(m, job).revealSeconds;
    }

    // ---- seats ----

    /// Index behind the last seat of the present round.
    function roundEnd(StoredJob storage job) internal view returns (uint256) {
        return job.roundFrom == APPEAL_FROM ? APPEAL_FROM + job.appealSeats : job.seats;
    }

    function seatsBetween(Market storage m, bytes32 id, uint256 from, uint256 to)
        internal
        view
        returns (Seat[] memory seats)
    {
        seats = new Seat[](to - from);
        for (uint256 i; i < seats.length; ++i) {
            StoredSeat storage stored = m.seats[id][from + i];
            Seat memory seat = seats[i];
            seat.member = stored.member;
            seat.outcome = stored.outcome;
            seat.secondsUsed = stored.secondsUsed;
            seat.agrees = stored.agrees;
            if (seat.outcome == 0) seat.seal = stored.found;
            else seat.outputHash = stored.found;
        }
    }

    /// The first committee and its enlargement.
    function seatsOf(Market storage m, bytes32 id, StoredJob storage job) internal view returns (Seat[] memory) {
        return seatsBetween(m, id, 0, job.seats);
    }

    // ---- money ----

    /// Least value at stake in a job: half of what the customer would pay, or the floor rate for its whole timeout.
    function baseFor(Order calldata order, uint256 price, uint256 floorRate) internal pure returns (uint256 base) {
        base = price;
        if (order.maxPrice / 2 > base) base = order.maxPrice / 2;
        if (floorRate * order.timeout > base) base = floorRate * order.timeout;
    }

    function depositFor(Order calldata order, Parameters storage p) internal view returns (uint256) {
        return uint256(order.maxPrice) * p.depositBps / 10_000;
    }

    /// The most that members can cost the customer, whatever happens.
    function validationBudget(Order calldata order, Parameters storage p) internal view returns (uint256) {
        return CommitteeSize.mostPaid(order.members) * baseFor(order, order.maxPrice, p.floorRate);
    }

    function fineOf(StoredJob storage job, Parameters storage p) internal view returns (uint256) {
        return uint256(job.base) * p.fineBps / 10_000;
    }

    function freeNode(Market storage m, StoredJob storage job) internal {
        m.registry.unlockBond(job.node, job.bond);
    }

    /// Seconds at the bid's rate, at most the price.
    function timePay(StoredJob storage job, uint256 secondsUsed) internal view returns (uint256) {
        uint256 pay = secondsUsed * job.rate;
        return pay < job.price ? pay : job.price;
    }

    /// Splits what a node earned into its pay and the protocol's fee, both out of the customer's lock.
    function payNode(Market storage m, StoredJob storage job, uint256 gross)
        internal
        returns (uint256 nodePay, uint256 fee)
    {
        if (gross == 0) return (0, 0);
        fee = gross * parametersOf(m, job).feeBps / 10_000;
        nodePay = gross - fee;
        m.escrow.pay(job.customer, m.registry.ownerOf(job.node), nodePay);
        if (fee > 0) m.escrow.pay(job.customer, m.treasury, fee);
    }

    /// Slashes locked bond into the treasury's balance.
    function slashToTreasury(Market storage m, address node, uint256 amount) internal {
        if (amount == 0) return;
        m.registry.slash(node, uint128(amount));
        m.escrow.credit(m.treasury, amount);
    }

    // ---- appeals ----

    /// Who may appeal a first verdict: whoever it takes money from.
    function appellantOf(Market storage m, StoredJob storage job) internal view returns (address) {
        return job.settlement == Settlement.Malicious ? job.customer : m.registry.ownerOf(job.node);
    }

    /// What an appeal locks of the appellant's balance: a base for each seat that may be drawn.
    function appealLock(StoredJob storage job) internal view returns (uint256) {
        return CommitteeSize.ofAppeal(job.members, job.firstSeats != 0) * job.base;
    }
}

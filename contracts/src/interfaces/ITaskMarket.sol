// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrow} from "./IEscrow.sol";
import {INodeRegistry} from "./INodeRegistry.sol";
import {
    AttemptMessage,
    Bid,
    Job,
    Opening,
    Order,
    Parameters,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Seat,
    Settlement,
    State
} from "./Types.sol";

/// The life cycle of a batch job. `order` is the order's id everywhere: the EIP-712 digest of the Order.
interface ITaskMarket {
    event Submitted(bytes32 indexed order, address indexed customer, Order orderData, uint256 locked);
    event WindowOpened(bytes32 indexed order, uint40 closesAt);
    event BidRecorded(bytes32 indexed order, address indexed node, uint128 price);
    event Awarded(
        bytes32 indexed order,
        uint8 attempt,
        address indexed node,
        uint128 price,
        uint128 rate,
        uint128 base,
        uint40 startBy,
        uint40 softDeadline,
        uint40 hardDeadline
    );
    event Replaced(bytes32 indexed order, uint8 attempt, address indexed oldNode);
    event Started(bytes32 indexed order, uint8 attempt, address indexed node);
    event HandedBack(bytes32 indexed order, uint8 attempt, address indexed node);
    event ResultSubmitted(
        bytes32 indexed order, uint8 attempt, address indexed node, bytes32 commitment, uint40 seedBlock
    );
    event SeedAgedOut(bytes32 indexed order, uint40 seedBlock);
    event CommitteeDrawn(bytes32 indexed order, uint8 attempt, address[] members, uint40 sealBy, uint40 revealBy);
    event Sealed(bytes32 indexed order, uint8 attempt, address indexed member, bytes32 seal);
    event Opened(bytes32 indexed order, uint8 attempt, Opening opening);
    event Revealed(
        bytes32 indexed order,
        uint8 attempt,
        address indexed member,
        uint8 outcome,
        bytes32 outputHash,
        uint32 secondsUsed,
        uint16 agrees
    );
    /// `slashed` is what the verdict took from the node's bond (wrong) or from the customer's deposit (malicious).
    event Settled(
        bytes32 indexed order,
        uint8 attempt,
        uint8 settlement,
        uint256 nodePay,
        uint256 fee,
        uint256 membersPaid,
        uint256 refund,
        uint256 slashed
    );
    event MemberPaid(bytes32 indexed order, address indexed member, uint256 amount);
    event MemberFined(bytes32 indexed order, address indexed member, uint256 amount);
    event Cancelled(bytes32 indexed order, uint256 nodePay, uint256 fee, uint256 refund);
    event Expired(bytes32 indexed order, uint256 penalty, uint256 refund);
    event NonceRevoked(address indexed customer, uint256 nonce);
    event ParametersChanged(uint32 version, Parameters parameters);
    event TreasuryChanged(address treasury);

    error UnknownOrder(bytes32 order);
    error AlreadySubmitted(bytes32 order);
    error WrongState(bytes32 order, State state);
    error NonceUsed(address customer, uint256 nonce);
    error OrderOutOfBounds(bytes32 field, uint256 value, uint256 min, uint256 max);
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error SignatureInvalid(address signer, bytes32 digest);
    error LengthMismatch(uint256 messages, uint256 signatures);
    /// Allowed from `from` on.
    error TooEarly(bytes32 order, uint256 from);
    /// Was allowed until `until`.
    error TooLate(bytes32 order, uint256 until);
    error WrongAttempt(bytes32 order, uint8 attempt, uint8 expected);
    error WrongNode(bytes32 order, address node, address expected);
    error BidAboveMaxPrice(uint256 price, uint256 maxPrice);
    error BidNotLower(uint256 price, uint256 atMost);
    error RateTooHigh(uint256 rate, uint256 atMost);
    error BidLapses(uint256 validUntil, uint256 needed);
    error NodeNotLive(address node);
    error WrongClass(address node, uint16 nodeClass, uint16 orderClass);
    error OwnNode(address node, address customer);
    error TooFewOwners(uint16 gpuClass, uint256 found, uint256 needed);
    error NotApprover(address signer);
    error WrongOrder(bytes32 order, bytes32 expected);
    error TooManyAttempts(bytes32 order, uint8 attempt);
    error SeedNotReady(bytes32 order, uint256 seedBlock);
    error NobodyToDraw(bytes32 order);
    error NotMember(bytes32 order, address member);
    error NotSealed(bytes32 order, address member);
    error SealMismatch(bytes32 order, address member, bytes32 seal, bytes32 computed);
    error CommitmentMismatch(bytes32 order, bytes32 commitment, bytes32 computed);
    error OutcomeInvalid(uint8 outcome);
    error NotOpened(bytes32 order);
    error NotCustomer(address caller, address customer);
    error ZeroAddress();

    function registry() external view returns (INodeRegistry);
    function escrow() external view returns (IEscrow);
    function treasury() external view returns (address);

    /// Locks maxPrice + validation budget + deposit of the customer's balance. Anyone may carry the order.
    function submit(Order calldata order, bytes calldata signature) external returns (bytes32 id);
    /// Like submit; orders that are already on chain are skipped.
    function submitMany(Order[] calldata orders, bytes[] calldata signatures) external;
    function submitAndAward(
        Order calldata order,
        bytes calldata signature,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external returns (bytes32 id);
    /// Instant award: the auctioneer signs the same Bid digest as the node.
    function award(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external;
    /// Window mode, after auctionBy: the first bid opens the window.
    function bid(Order calldata order, Bid calldata nodeBid, bytes calldata nodeSignature) external;
    /// Awards the best bid of a closed window.
    function awardWindow(Order calldata order) external;
    function start(AttemptMessage calldata message, bytes calldata nodeSignature) external;
    function handBack(AttemptMessage calldata message, bytes calldata nodeSignature) external;
    /// A new attempt by another bid; `approver` is the order's customer or auctioneer and signs the Bid digest.
    function replace(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        address approver,
        bytes calldata approverSignature
    ) external;
    function submitResult(ResultMessage calldata result, bytes calldata nodeSignature) external;
    /// Draws the committee from the block hash after the result. Returns no members when the hash aged out and a fresh seed block was set.
    function draw(Order calldata order) external returns (address[] memory members);
    /// Seals already recorded are skipped.
    function seal(SealMessage[] calldata seals, bytes[] calldata signatures) external;
    /// Opens the node's result (unless already opened; `outcome` 0 = no opening) and records reveals; settles with the last one.
    function reveal(
        Order calldata order,
        Opening calldata opening,
        RevealMessage[] calldata reveals,
        bytes[] calldata signatures
    ) external;
    function settle(Order calldata order) external;
    /// By the customer, or by anyone with the customer's Cancel signature; before the result.
    function cancel(Order calldata order, bytes calldata signature) external;
    function expire(Order calldata order) external;
    function revokeNonces(uint256[] calldata nonces) external;

    function orderId(Order calldata order) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);
    function jobOf(bytes32 order) external view returns (Job memory);
    function seatsOf(bytes32 order) external view returns (Seat[] memory);
    function nonceUsed(address customer, uint256 nonce) external view returns (bool);
    /// What submit would lock under the parameters of now.
    function budgetOf(Order calldata order)
        external
        view
        returns (uint256 maxPrice, uint256 validation, uint256 deposit, uint256 total);
    /// Pay before the fee for a result `elapsed` seconds after award. Rounded down.
    function previewPay(uint128 price, uint32 softSeconds, uint32 hardSeconds, uint16 floorBps, uint256 elapsed)
        external
        pure
        returns (uint256 pay);
    function parametersVersion() external view returns (uint32);
    function parameters() external view returns (Parameters memory);
    function parametersAt(uint32 version) external view returns (Parameters memory);

    function setParameters(Parameters calldata next) external;
    function setTreasury(address next) external;
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrow} from "./IEscrow.sol";
import {INodeRegistry} from "./INodeRegistry.sol";
import {IProviderEmission} from "./IProviderEmission.sol";
import {
    AttemptMessage,
    Bid,
    Job,
    Opening,
    Order,
    Parameters,
    Record,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Seat,
    State
} from "./Types.sol";

/// The life cycle of a batch job. `order` is the order's id everywhere: the EIP-712 digest of the Order. Amounts in wei of
/// oGPU, times in seconds of block time, shares in basis points. Every amount is rounded down; what is left over is the
/// customer's. Where nothing else is said anyone may call, and a job that the chain does not know reverts with UnknownOrder.
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
        uint128 bond,
        uint16 checkBps,
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
    /// The draw checks nobody; the customer may challenge until `challengeBy`.
    event LeftUnchecked(bytes32 indexed order, uint8 attempt, uint40 challengeBy);
    event Challenged(bytes32 indexed order, uint8 attempt, uint40 seedBlock);
    /// `firstSeat` tells the round: 0, the first seat of an enlargement, or 16 for an appeal.
    event CommitteeDrawn(
        bytes32 indexed order, uint8 attempt, uint8 firstSeat, address[] members, uint40 sealBy, uint40 revealBy
    );
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
    /// No quorum: more members are drawn from the block after `seedBlock` - 1.
    event Enlarged(bytes32 indexed order, uint8 attempt, uint40 seedBlock);
    /// A verdict that takes money waits until `appealBy`. `settlement` as in Settled.
    event Judged(bytes32 indexed order, uint8 attempt, uint8 settlement, uint40 appealBy);
    event Appealed(
        bytes32 indexed order, uint8 attempt, address indexed appellant, uint256 locked, uint40 seedBlock
    );
    /// What the appeal's members got of the appellant's lock, and what went back to it.
    event AppealClosed(bytes32 indexed order, address indexed appellant, uint256 paid, uint256 returned);
    /// `membersPaid` from whatever pot; `refund` is the customer's; `slashed` is what the verdict took from the node's bond
    /// (wrong, unopened) and from the customer's deposit (malicious).
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
    event RecordChanged(address indexed node, uint128 value, uint64 steps);
    event CanaryPlanted(address indexed keeper, bytes32 commitment);
    event CanaryOpened(bytes32 indexed order, bytes32 outputHash);
    event ParametersChanged(uint32 version, Parameters parameters);
    event TreasuryChanged(address treasury);
    event EmissionSet(address emission);
    event CanaryKeeperSet(address indexed keeper, bool isKeeper);

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
    error TooFewToDraw(bytes32 order, uint256 found, uint256 needed);
    error NotMember(bytes32 order, address member);
    error NotSealed(bytes32 order, address member);
    error SealMismatch(bytes32 order, address member, bytes32 seal, bytes32 computed);
    error CommitmentMismatch(bytes32 order, bytes32 commitment, bytes32 computed);
    error OutcomeInvalid(uint8 outcome);
    error NotOpened(bytes32 order);
    error NotCustomer(address caller, address customer);
    error NotAppellant(address caller, address appellant);
    error NotCanaryKeeper(address caller);
    error CanaryPlantedBefore(bytes32 commitment);
    error NoCanary(bytes32 order, bytes32 commitment);
    error EmissionAlreadySet(address emission);
    error NotAContract(address account);
    error ZeroAddress();

    /// @notice The nodes and their bonds.
    function registry() external view returns (INodeRegistry);

    /// @notice The balances of customers and providers.
    function escrow() external view returns (IEscrow);

    /// @notice Where validated work is recorded; zero before the owner has set it.
    function emission() external view returns (IProviderEmission);

    /// @notice Receives fees, fines, penalties and what a slash leaves.
    function treasury() external view returns (address);

    /// @notice Locks what the job can cost: maxPrice + validation budget + deposit, as budgetOf says.
    /// @dev Reverts with EntriesPaused, AlreadySubmitted, TooLate (submitBy), OrderOutOfBounds, NonceUsed, SignatureInvalid, or
    /// as the escrow does when the customer's free balance is too small.
    /// @param order What the customer signed.
    /// @param signature The customer's, of a key or a contract account.
    /// @return id The order's id.
    function submit(Order calldata order, bytes calldata signature) external returns (bytes32 id);

    /// @notice Like submit, for many; orders that are already on chain are skipped.
    /// @dev Reverts with LengthMismatch, or as submit does for any other of them: then nothing is locked.
    function submitMany(Order[] calldata orders, bytes[] calldata signatures) external;

    /// @notice Submits (unless somebody did) and awards in one step.
    /// @dev Reverts as submit and award do.
    /// @return id The order's id.
    function submitAndAward(
        Order calldata order,
        bytes calldata signature,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external returns (bytes32 id);

    /// @notice Instant award of an open order. Fixes the probability of a check and locks the node's bond: base x the larger of
    /// 1/p (rounded up) and the most seats that can be paid; where that is not free, what a certain check needs.
    /// @dev Reverts with EntriesPaused, WrongState, TooLate, SignatureInvalid, WrongOrder, WrongAttempt, BidAboveMaxPrice,
    /// RateTooHigh, BidLapses, NodeNotLive, WrongClass, OwnNode, TooFewOwners, or the registry's NotEnoughFreeBond.
    /// @param nodeBid A fixed price for the whole job; `rate` at most price / softSeconds.
    /// @param nodeSignature The node key's signature of the bid.
    /// @param auctioneerSignature The order's auctioneer's signature of the same bid.
    function award(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external;

    /// @notice Window mode, from auctionBy on: the first bid opens the window, later ones are at least 1% (and 1 wei) lower. The
    /// best bid's bond is locked as in award.
    /// @dev Reverts as award does, with TooEarly before auctionBy, TooLate after the window, BidNotLower, and BidLapses when the bid
    /// does not stay good for ten minutes after the window.
    function bid(Order calldata order, Bid calldata nodeBid, bytes calldata nodeSignature) external;

    /// @notice Awards the best bid of a closed window, within ten minutes.
    /// @dev Reverts with WrongState, TooEarly, TooLate or TooFewOwners. Not stopped by a pause: its bond is locked already.
    function awardWindow(Order calldata order) external;

    /// @notice The node begins; the time used counts from here.
    /// @dev Reverts with WrongState, WrongAttempt, WrongNode, TooLate (startBy) or SignatureInvalid.
    function start(AttemptMessage calldata message, bytes calldata nodeSignature) external;

    /// @notice The node gives the job back in time: its bond is freed without penalty and another node may be awarded.
    /// @dev Reverts with WrongState, WrongAttempt, WrongNode, TooLate (startBy, then the hard deadline) or SignatureInvalid.
    function handBack(AttemptMessage calldata message, bytes calldata nodeSignature) external;

    /// @notice A new attempt by another bid; at most three times. All deadlines start anew.
    /// @dev Reverts with WrongState, TooLate (the deadline), TooManyAttempts, NotApprover, or as award does.
    /// @param approver The auctioneer, or while no node runs the customer; signs the same bid.
    function replace(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        address approver,
        bytes calldata approverSignature
    ) external;

    /// @notice The node commits to its result, be it success, failure or time-out. The block's time is when it finished.
    /// @dev Reverts with WrongState, WrongAttempt, WrongNode, TooLate (hard deadline) or SignatureInvalid.
    function submitResult(ResultMessage calldata result, bytes calldata nodeSignature) external;

    /// @notice Draws from the hash of the seed block: whether a result is checked and by whom, who joins a committee without
    /// quorum, or who judges an appeal. Locks each member's fine.
    /// @dev Reverts with WrongState, SeedNotReady, NobodyToDraw, or TooFewToDraw for an appeal. A seed block more than 256 blocks ago
    /// is replaced by a new one instead, and the result is then checked for certain.
    /// @return members Those drawn; none when a fresh seed block was set or the result stays unchecked.
    function draw(Order calldata order) external returns (address[] memory members);

    /// @notice Has an unchecked result checked after all, at the cost of the members' pay, which is locked since submit. The
    /// customer alone, until challengeBy.
    /// @dev Reverts with WrongState, NotCustomer or TooLate.
    function challenge(Order calldata order) external;

    /// @notice Records members' seals of what they found. Seats that sealed are skipped.
    /// @dev Reverts with LengthMismatch, WrongState, WrongAttempt, TooLate (sealBy), NotMember, NotSealed or SignatureInvalid.
    function seal(SealMessage[] calldata seals, bytes[] calldata signatures) external;

    /// @notice Opens the node's result and records reveals; the last reveal closes the round. For an unchecked result after
    /// challengeBy: opens and settles it; a failure or time-out is paid by time, at most what success would be.
    /// @dev Reverts with LengthMismatch, WrongState, TooEarly (seats may still seal, the customer may still challenge), TooLate
    /// (openBy for the opening, the deadline for reveals), NotOpened, CommitmentMismatch, OutcomeInvalid, WrongOrder,
    /// WrongAttempt, NotMember, NotSealed, SealMismatch or SignatureInvalid. Reveals already recorded are skipped.
    /// @param opening What the commitment hides; `outcome` 0 = none. Ignored once the result is open.
    function reveal(
        Order calldata order,
        Opening calldata opening,
        RevealMessage[] calldata reveals,
        bytes[] calldata signatures
    ) external;

    /// @notice Has a verdict of wrong or unopened (by the node's owner) or malicious (by the customer) judged by a fresh
    /// committee, whose word is final. Locks appealLockOf(order) of the caller's free balance: it pays the members when the
    /// verdict stands, has no quorum, or the node had not opened in time; the rest comes back.
    /// @dev Reverts with WrongState, TooLate, NotAppellant, NotOpened or CommitmentMismatch (a node that has not opened yet opens
    /// here), or as the escrow does when the balance is too small.
    function appeal(Order calldata order, Opening calldata opening) external;

    /// @notice Ends what nobody moved on: closes a round, pays an unchecked result, executes a verdict that was not appealed,
    /// or ends a job for which nobody was drawn.
    /// @dev Reverts with WrongState or TooEarly. Until the deadline; a round that nobody sealed until sealBy.
    function settle(Order calldata order) external;

    /// @notice Ends a job before its result: before the start free of charge, after it the time since start at the bid's rate, at
    /// most the price.
    /// @dev Reverts with WrongState, TooLate (hard deadline of a job that runs) or SignatureInvalid.
    /// @param signature The customer's Cancel; not looked at when the customer calls.
    function cancel(Order calldata order, bytes calldata signature) external;

    /// @notice Ends a job without result after its deadline: all back to the customer; an awarded node pays the penalty.
    /// @dev Reverts with WrongState or TooEarly.
    function expire(Order calldata order) external;

    /// @notice Makes the caller's orders with these nonces worthless where they are not on chain yet.
    function revokeNonces(uint256[] calldata nonces) external;

    /// @notice Several calls of this contract in one transaction, all or none, each as if made by the caller.
    /// @dev Reverts with the reason of the first that fails.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    /// @notice Commits a canary keeper to the output of one of its own orders, without naming it. Before the award.
    /// @dev Keepers alone. Reverts with NotCanaryKeeper or CanaryPlantedBefore.
    /// @param commitment keccak256(abi.encode(order, outputHash, salt)).
    function plantCanary(bytes32 commitment) external;

    /// @notice Shows the expected output of a canary when no seat may seal any more: members with another output are unpaid and
    /// fined, a node with another one is wrong (appeal possible). Exact comparison alone. Nobody gains by it.
    /// @dev Reverts with WrongState, TooLate, TooEarly or NoCanary.
    function openCanary(Order calldata order, bytes32 outputHash, bytes32 salt) external;

    /// @notice The EIP-712 digest of an order under this chain and contract.
    function orderId(Order calldata order) external view returns (bytes32);

    /// @notice The EIP-712 domain of all messages, rebuilt when the chain id changes.
    function domainSeparator() external view returns (bytes32);

    /// @notice A job by its order's id; all zero when unknown.
    function jobOf(bytes32 order) external view returns (Job memory);

    /// @notice The seats of the first committee and its enlargement.
    function seatsOf(bytes32 order) external view returns (Seat[] memory);

    /// @notice The seats of the appeal.
    function appealSeatsOf(bytes32 order) external view returns (Seat[] memory);

    /// @notice What a node's results were found to be worth, by whole committees.
    function recordOf(address node) external view returns (Record memory);

    /// @notice Whether an account may plant canaries.
    function isCanaryKeeper(address keeper) external view returns (bool);

    /// @notice Whether a nonce was used by an order on chain or revoked.
    function nonceUsed(address customer, uint256 nonce) external view returns (bool);

    /// @notice What submit would lock under the parameters of now. The validation budget is the most that members can cost:
    /// (members / 3 + min(2 x members + 1, 15)) x max(maxPrice, floorRate x timeout).
    function budgetOf(Order calldata order)
        external
        view
        returns (uint256 maxPrice, uint256 validation, uint256 deposit, uint256 total);

    /// @notice Probability of a check if `node` were awarded at `price` now, before its free bond is looked at.
    /// @return Basis points, rounded up, in favour of checking.
    function checkBpsOf(Order calldata order, address node, uint128 price) external view returns (uint256);

    /// @notice What an appeal of this job locks.
    function appealLockOf(bytes32 order) external view returns (uint256);

    /// @notice Pay before the fee for a result `elapsed` seconds after award. Rounded down.
    function previewPay(uint128 price, uint32 softSeconds, uint32 hardSeconds, uint16 floorBps, uint256 elapsed)
        external
        pure
        returns (uint256 pay);

    /// @notice The version that new jobs live by, counted from 1.
    function parametersVersion() external view returns (uint32);

    /// @notice The parameters of the current version.
    function parameters() external view returns (Parameters memory);

    /// @notice The parameters of a version; all zero for unknown ones.
    function parametersAt(uint32 version) external view returns (Parameters memory);

    /// @notice A new version for orders submitted from now on. The owner alone.
    /// @dev Reverts with ParameterOutOfBounds.
    function setParameters(Parameters calldata next) external;

    /// @notice Where later fees, fines and slashes go. The owner alone.
    /// @dev Reverts with ZeroAddress.
    function setTreasury(address next) external;

    /// @notice Where validated work is recorded from now on. The owner alone, once.
    /// @dev Reverts with EmissionAlreadySet or NotAContract.
    function setEmission(IProviderEmission next) external;

    /// @notice Lets an account plant canaries, or not any more: then those not yet opened are void. The owner alone.
    function setCanaryKeeper(address keeper, bool isKeeper) external;
}

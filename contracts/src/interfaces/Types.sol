// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// The words of the protocol as Solidity types. Money in wei of oGPU, times in seconds, `...By` and `...At` chain timestamps.
// The message structs have the fields of lib/protocol/messages.ts in the same order.

/// What a customer signs. Its EIP-712 digest is the order's id.
struct Order {
    address customer;
    address auctioneer;
    bytes32 specHash;
    uint128 maxPrice;
    uint16 gpuClass;
    uint8 validation;
    uint8 comparison;
    uint8 members;
    uint32 timeout;
    uint32 softSeconds;
    uint32 hardSeconds;
    uint16 floorBps;
    uint64 submitBy;
    uint256 nonce;
}

/// A node's fixed price for the whole job. `rate` is wei per second and serves only where time used is paid.
struct Bid {
    bytes32 order;
    uint8 attempt;
    address node;
    uint128 price;
    uint128 rate;
    uint64 validUntil;
}

/// The fields of Start and HandBack.
struct AttemptMessage {
    bytes32 order;
    uint8 attempt;
    address node;
}

struct ResultMessage {
    bytes32 order;
    uint8 attempt;
    address node;
    bytes32 commitment;
}

struct SealMessage {
    bytes32 order;
    uint8 attempt;
    address member;
    bytes32 seal;
}

struct RevealMessage {
    bytes32 order;
    uint8 attempt;
    address member;
    uint8 outcome;
    bytes32 outputHash;
    uint32 secondsUsed;
    bytes32 salt;
    uint16 agrees;
}

/// What a node's result commitment hides until the seats have sealed. `outcome` 0 stands for "no opening".
struct Opening {
    uint8 outcome;
    bytes32 outputHash;
    bytes32 manifestHash;
    uint32 secondsUsed;
    bytes32 salt;
}

/// Where a job stands. The last three are final.
enum State {
    None,
    Open,
    Window,
    Awarded,
    Running,
    HandedBack,
    Resulted,
    Checking,
    Settled,
    Cancelled,
    Expired
}

/// The row of the outcome table that decided the money.
enum Settlement {
    None,
    Correct,
    Wrong,
    CustomerFault,
    Malicious,
    NotDeterministic,
    NoQuorum
}

/// One job as it is stored.
struct Job {
    address customer;
    State state;
    Settlement settlement;
    /// 0 before the first award, then 1, 2, ...
    uint8 attempt;
    /// The version of the parameters this job lives by, fixed at submit.
    uint32 parametersVersion;
    uint40 submittedAt;
    /// The awarded node; while a window is open, the node of the best bid.
    address node;
    /// Members asked for by the order.
    uint8 members;
    /// Seats drawn, sealed and revealed.
    uint8 seats;
    uint8 sealedSeats;
    uint8 revealedSeats;
    /// The node's opening: RUN_OUTCOME, 0 while unopened.
    uint8 nodeOutcome;
    /// Tickets of the class that existed at award: only these can be drawn.
    uint32 tickets;
    uint128 price;
    uint128 rate;
    uint128 base;
    /// What submit locked of the customer's balance.
    uint128 locked;
    bytes32 commitment;
    uint40 awardedAt;
    uint40 startBy;
    uint40 startedAt;
    uint40 hardDeadline;
    uint40 resultAt;
    uint32 nodeSeconds;
    /// From when anyone may end the present state: `expire` up to HandedBack, `settle` in Resulted and Checking.
    uint40 deadline;
    uint40 auctionBy;
    uint40 windowClosesAt;
    uint40 seedBlock;
    uint40 sealBy;
    uint40 openBy;
    bytes32 nodeOutputHash;
}

/// One drawn member of a committee.
struct Seat {
    address member;
    /// RUN_OUTCOME of the reveal, 0 while unrevealed.
    uint8 outcome;
    uint32 secondsUsed;
    uint16 agrees;
    bytes32 seal;
    bytes32 outputHash;
}

/// Governed numbers of the TaskMarket. A job keeps the version it was submitted under.
struct Parameters {
    /// Protocol fee inside a node's pay.
    uint16 feeBps;
    /// Security deposit, of maxPrice.
    uint16 depositBps;
    /// What a node pays for an award without a result, of base.
    uint16 penaltyBps;
    /// What a silent member pays, of base.
    uint16 fineBps;
    /// Least value of one GPU second, in wei: the floor under base.
    uint96 floorRate;
    /// Instant award alone until then; afterwards anyone may open a window.
    uint32 auctionSeconds;
    /// How long after auctionSeconds a window may still be opened.
    uint32 openSeconds;
    uint32 windowSeconds;
    /// From award to start.
    uint32 startSeconds;
    /// How long a missed start or a hand-back may still be replaced.
    uint32 replaceSeconds;
    /// How long after the result a committee may be drawn before anyone may settle without one.
    uint32 drawSeconds;
    /// Added to the order's timeout between draw and sealBy.
    uint32 sealMarginSeconds;
    /// First for the opening, then once more for the last reveals.
    uint32 revealSeconds;
}

/// One registered node, in two storage slots: who it is and whether it works, and its money. Its id is the address of its
/// own signing key. 88 bits hold 3.0e26 wei, fourteen times the supply.
struct Node {
    address owner;
    uint16 gpuClass;
    bool active;
    /// 0, or from when the bond of a leaving node may be withdrawn.
    uint40 unbondAt;
    /// Index in the class's ticket list.
    uint32 ticket;
    /// Ask in wei per GPU second, shown to customers; bids are what counts.
    uint80 ask;
    uint88 bond;
    /// Part of bond that is bound to duties.
    uint88 lockedBond;
}

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
    /// A result is in (or was challenged); the draw decides whether and by whom it is checked.
    Resulted,
    /// Not drawn for a check: the customer may still challenge.
    Unchecked,
    /// A committee seals and reveals: the first one, the enlarged one or the appeal's.
    Checking,
    /// The first committee had no quorum: more members are to be drawn.
    Enlarging,
    /// A verdict that takes somebody's money waits for an appeal.
    Judged,
    /// Appealed: a fresh committee is to be drawn.
    Appealed,
    Settled,
    Cancelled,
    Expired
}

/// The row of the outcome table that decided the money. While a job is Judged or in appeal: what the first verdict says.
enum Settlement {
    None,
    Correct,
    Wrong,
    CustomerFault,
    Malicious,
    NotDeterministic,
    NoQuorum,
    /// The node never showed what it had committed to.
    Unopened,
    /// Neither drawn for a check nor challenged.
    Unchecked
}

/// One job as it is shown. What its state does not need any more, or not yet, is 0.
struct Job {
    address customer;
    State state;
    Settlement settlement;
    /// 0 before the first award, then 1, 2, ...
    uint8 attempt;
    /// The version of the parameters this job lives by, fixed at submit.
    uint32 parametersVersion;
    /// The awarded node; while a window is open, the node of the best bid.
    address node;
    /// Members asked for by the order.
    uint8 members;
    /// Seats of the first committee and of its enlargement.
    uint8 seats;
    /// Seats of the appeal's committee.
    uint8 appealSeats;
    /// Index of the first seat of the present round: 0, the first added one, or 16 in an appeal.
    uint8 roundFrom;
    /// Of the present round's seats: sealed and revealed.
    uint8 sealedSeats;
    uint8 revealedSeats;
    bool enlarged;
    /// A canary's expected output was shown.
    bool canaryOpened;
    /// The node's opening: RUN_OUTCOME, 0 while unopened.
    uint8 nodeOutcome;
    /// Probability of a check, fixed with the bid; 10,000 = for certain.
    uint16 checkBps;
    /// Seats (bit i = seat i) that the first verdict pays, while it waits for an appeal.
    uint16 paidMask;
    /// Tickets of the class that existed at award: only these can be drawn.
    uint32 tickets;
    uint128 price;
    uint128 rate;
    uint128 base;
    /// What is locked of the node's bond: the slash of a wrong result.
    uint128 bond;
    /// What submit locked of the customer's balance.
    uint128 locked;
    /// The node's commitment; 0 once it is opened.
    bytes32 commitment;
    bytes32 nodeOutputHash;
    uint40 awardedAt;
    uint40 startBy;
    uint40 startedAt;
    uint40 hardDeadline;
    uint40 resultAt;
    /// From when anyone may end the present state: `expire` up to HandedBack, `settle` from Resulted on.
    uint40 deadline;
    uint40 auctionBy;
    uint40 windowClosesAt;
    uint40 seedBlock;
    /// In Checking: until when seats seal, and until when the node's opening is taken.
    uint40 sealBy;
    uint40 openBy;
    /// In Unchecked: until when the customer may challenge; from then on the opening may be shown.
    uint40 challengeBy;
}

/// One drawn member of a committee.
struct Seat {
    address member;
    /// RUN_OUTCOME of the reveal, 0 while unrevealed.
    uint8 outcome;
    uint32 secondsUsed;
    uint16 agrees;
    /// What the member sealed; 0 before, and once it is revealed.
    bytes32 seal;
    /// Of the member's own run; 0 before the reveal.
    bytes32 outputHash;
}

/// What a node's results were found to be worth. `value` in wei of base.
struct Record {
    uint128 value;
    /// Counted checks: at most one a customer and week.
    uint64 steps;
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
    /// The least probability of a check, however good the node's record.
    uint16 pFloorBps;
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
    /// How long the customer may challenge a result that was not drawn for a check.
    uint32 challengeSeconds;
    /// How long a verdict that takes somebody's money waits for an appeal.
    uint32 appealSeconds;
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

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AttemptMessage,
    Bid,
    Job,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Settlement,
    State
} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Twenty-one owners with a node each live through jobs on the real contracts. Node 0 works; the seats are drawn among the
/// others. Every run of a program costs its owner COST, as node or as member, so that not running saves something.
///
/// Money a job: price and base 6 (maxPrice 10), so a seat is paid 6 and a wrong result is slashed 48, at p = 10% 60.
abstract contract Economy is MarketFixture {
    uint256 internal constant PEOPLE = 21;
    uint256 internal constant JOBS = 1_000;
    uint256 internal constant COST = 4.5 ether;
    uint128 internal constant PRICE = 6 ether;
    /// Enough that a bond slashed a thousand times still stands.
    uint256 internal constant WORKING_BOND = 70_000 ether;
    bytes32 private constant CANARY_SALT = keccak256("canary");
    /// Enough for a thousand lost appeals.
    uint256 internal constant WORKING_BALANCE = 50_000 ether;

    enum Run {
        Right,
        Wrong,
        Never
    }

    enum Member {
        Honest,
        /// Seals something without having run anything.
        Garbage,
        Silent,
        /// Says what node 0 says; runs nothing when it knows that to be wrong.
        Ring,
        /// Says the same wrong thing as its friends, whatever node 0 says; runs nothing.
        Condemner,
        /// Runs for a first committee; later copies what the node has opened.
        Copier,
        /// Never runs: makes something up in a first committee, later copies.
        Lazy
    }

    mapping(uint256 person => Member) internal memberOf;
    /// What each owner spent on runs.
    mapping(address owner => uint256) internal spent;
    /// Jobs whose customer got what it paid for, whose customer paid for a wrong result, and undecided ones.
    uint256 internal served;
    uint256 internal cheated;
    uint256 internal undecided;
    /// Found wrong in the end.
    uint256 internal caught;
    uint256 internal enlargements;
    uint256 internal appeals;
    uint256 internal customerKey = CUSTOMER_KEY;
    uint256 internal auctioneerKey = AUCTIONEER_KEY;
    uint256 internal nodeCost = COST;
    /// The first two seats of each first committee are cut off.
    bool internal outage;
    /// The owner of node 0 appeals, although its result is wrong.
    bool internal cheatAppeals;
    /// The orders are canaries, which their keeper shows in the enlargement.
    bool internal isCanary;
    /// Derived once: each derivation costs more time than most calls.
    address[] internal nodes;
    address[] internal owners;
    bytes32 private _sidesOf;
    mapping(address node => uint256) private _personOf;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            if (i >= NODES) _register(i, CLASS);
            nodes.push(_node(i));
            owners.push(_owner(i));
            _personOf[nodes[i]] = i;
        }
        token.approve(address(registry), type(uint256).max);
        registry.addBond(nodes[0], WORKING_BOND);
        escrow.depositFor(owners[0], WORKING_BALANCE);
        escrow.depositFor(customer, 200_000 ether);
    }

    // ---- a job; called from outside, because memory that a thousand jobs leave behind costs more than the jobs ----

    /// From order to its end, with node 0 bidding `price`.
    function job(uint128 price, Run run) external {
        begin(order.nonce + 1, price);
        if (run == Run.Never) {
            vm.warp(market.jobOf(id).deadline + 1);
            market.expire(order);
            return;
        }
        vm.warp(block.timestamp + 50);
        work(order.nonce, run);
        end(order.nonce, run);
    }

    /// To the award.
    function begin(uint256 nonce, uint128 price) public {
        (order.nonce, order.submitBy) = (nonce, uint64(block.timestamp + 1 hours));
        _sides();
        id = market.orderId(order);
        if (isCanary) _plant();
        Bid memory nodeBid =
            Bid(id, 1, nodes[0], price, price / order.softSeconds, uint64(block.timestamp + 1 days));
        bytes32 struct_ = keccak256(abi.encode(Messages.BID, nodeBid));
        market.submitAndAward(
            order, _signDigest(customerKey, id), nodeBid, _sign(NODE_KEY, struct_), _sign(auctioneerKey, struct_)
        );
    }

    /// Keys are derived when they change alone.
    function _sides() private {
        if (_sidesOf == keccak256(abi.encode(customerKey, auctioneerKey))) return;
        _sidesOf = keccak256(abi.encode(customerKey, auctioneerKey));
        (order.customer, order.auctioneer) = (vm.addr(customerKey), vm.addr(auctioneerKey));
    }

    function _plant() private {
        vm.prank(order.customer);
        market.plantCanary(keccak256(abi.encode(id, GOOD, CANARY_SALT)));
        // Before the award, in seconds.
        vm.warp(block.timestamp + 1);
    }

    /// To the end of the first committee, if one is drawn.
    function work(uint256 nonce, Run run) public {
        order.nonce = nonce;
        id = market.orderId(order);
        AttemptMessage memory attempt = AttemptMessage(id, 1, nodes[0]);
        market.start(attempt, _sign(NODE_KEY, keccak256(abi.encode(Messages.START, attempt))));
        opening.outputHash = run == Run.Right ? GOOD : BAD;
        if (run == Run.Right) spent[owners[0]] += nodeCost;
        ResultMessage memory result =
            ResultMessage(id, 1, nodes[0], keccak256(abi.encode(id, uint8(1), nodes[0], opening)));
        market.submitResult(result, _sign(NODE_KEY, keccak256(abi.encode(Messages.RESULT, result))));
        _committeeSpeaks(true);
    }

    /// Whatever else is to come: an enlargement, an appeal, or time.
    function end(uint256 nonce, Run run) public {
        order.nonce = nonce;
        id = market.orderId(order);
        opening.outputHash = run == Run.Right ? GOOD : BAD;
        Job memory it = market.jobOf(id);
        for (; it.state < State.Settled; it = market.jobOf(id)) {
            if (it.state == State.Enlarging) {
                ++enlargements;
                _committeeSpeaks(false);
            } else if (it.state == State.Judged && (run == Run.Right || cheatAppeals)) {
                ++appeals;
                vm.prank(owners[0]);
                market.appeal(order, opening);
                _committeeSpeaks(false);
            } else {
                if (block.timestamp <= it.deadline) vm.warp(it.deadline + 1);
                market.settle(order);
            }
        }
        if (it.settlement == Settlement.NoQuorum) ++undecided;
        else if (it.settlement == Settlement.Wrong) ++caught;
        else if (run == Run.Right) ++served;
        else ++cheated;
    }

    /// The customer found an unchecked result wrong.
    function challenge(uint256 nonce) public {
        order.nonce = nonce;
        id = market.orderId(order);
        vm.prank(order.customer);
        market.challenge(order);
        opening.outputHash = BAD;
        _committeeSpeaks(true);
    }

    /// Draws a round, lets its seats seal and reveal. Nothing where the result is left unchecked.
    function _committeeSpeaks(bool isFirst) private {
        vm.roll(block.number + 2);
        address[] memory drawn = market.draw(order);
        if (drawn.length == 0) return;
        SealMessage[] memory seals = new SealMessage[](drawn.length);
        RevealMessage[] memory reveals = new RevealMessage[](drawn.length);
        bytes[] memory signatures = new bytes[](drawn.length);
        uint256 count;
        for (uint256 i; i < drawn.length; ++i) {
            bytes32 found = isFirst && outage && i < 2 ? bytes32(0) : _finds(_personOf[drawn[i]], isFirst);
            if (found == 0) continue;
            RevealMessage memory r =
                RevealMessage(id, 1, drawn[i], Messages.SUCCESS, found, 40, keccak256(abi.encode(id, i)), 0);
            reveals[count] = r;
            seals[count] = SealMessage(
                id,
                1,
                drawn[i],
                keccak256(abi.encode(id, r.attempt, r.member, r.outcome, r.outputHash, r.secondsUsed, r.salt))
            );
            signatures[count] = _sign(keyOf[drawn[i]], keccak256(abi.encode(Messages.SEAL, seals[count])));
            ++count;
        }
        assembly ("memory-safe") {
            mstore(seals, count)
            mstore(reveals, count)
            mstore(signatures, count)
        }
        market.seal(seals, signatures);
        if (count < drawn.length) vm.warp(block.timestamp + order.timeout + 61);
        if (count == 0) return market.settle(order);
        for (uint256 i; i < count; ++i) {
            signatures[i] = _sign(keyOf[reveals[i].member], keccak256(abi.encode(Messages.REVEAL, reveals[i])));
        }
        if (isCanary && !isFirst) market.openCanary(order, GOOD, CANARY_SALT);
        market.reveal(order, opening, reveals, signatures);
    }

    function _finds(uint256 person, bool isFirst) private returns (bytes32) {
        Member member = memberOf[person];
        if (member == Member.Silent) return 0;
        if (member == Member.Garbage || (member == Member.Lazy && isFirst)) return keccak256(abi.encode("garbage", id));
        if (member == Member.Condemner) return BAD;
        if ((member == Member.Copier || member == Member.Lazy) && !isFirst) return opening.outputHash;
        if (member == Member.Ring && opening.outputHash != GOOD) return opening.outputHash;
        spent[owners[person]] += COST;
        return GOOD;
    }

    // ---- wealth ----

    /// All that an owner has, as bond, in the escrow and in the wallet, less what it spent on runs.
    function _wealth(uint256 person) internal view returns (int256) {
        address owner = owners[person];
        return int256(
            escrow.balanceOf(owner) + escrow.lockedOf(owner) + token.balanceOf(owner)
                + registry.nodeOf(nodes[person]).bond
        ) - int256(spent[owner]);
    }

    function _allWealth() internal view returns (int256[] memory all) {
        all = new int256[](PEOPLE);
        for (uint256 i; i < PEOPLE; ++i) {
            all[i] = _wealth(i);
        }
    }

    function _wealthOfCustomer() internal view returns (int256) {
        address it = order.customer;
        return int256(escrow.balanceOf(it) + escrow.lockedOf(it) + token.balanceOf(it));
    }

    /// What [first, last] gained since `before`, costs counted.
    function _gain(uint256 first, uint256 last, int256[] memory before) internal view returns (int256 gain) {
        for (uint256 i = first; i <= last; ++i) {
            gain += _wealth(i) - before[i];
        }
    }

    /// The customer paid for nothing but results: each its price and at most `seats` seats.
    function assertCustomerPaidForResultsAlone(int256 before, uint256 seats) internal view {
        int256 most = int256((served + cheated) * (PRICE + seats * uint256(PRICE)));
        assertTrue(before - _wealthOfCustomer() <= most, "paid for results alone");
    }

    /// Nobody in [first, last] is poorer than before, costs counted: neither bond nor pay goes below nothing.
    function assertNobodyLost(uint256 first, uint256 last, int256[] memory before) internal view {
        for (uint256 i = first; i <= last; ++i) {
            assertTrue(before[i] <= _wealth(i), "an honest party lost");
        }
    }

    function assertPoorer(int256 cheat, int256 honest) internal pure {
        assertTrue(cheat < honest, "poorer than the honest twin");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, Order, Seat, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";
import {Vm} from "../support/Vm.sol";

/// Drives up to eight jobs at once through random legal and illegal moves, with random clocks, nodes and witnesses.
contract Handler is MarketFixture {
    uint256 internal constant MAX_JOBS = 8;

    Order[] internal orders;
    bytes32[] public ids;
    /// The hash of a job when it was first seen final.
    mapping(bytes32 id => bytes32) public finalAs;
    uint256[15] public reached;
    uint256[9] public settledAs;
    uint256 public appeals;
    /// Of a job: Settled events, and slashes of its node's bond.
    mapping(bytes32 id => uint256) public ends;
    mapping(bytes32 id => uint256) public slashes;
    /// Forbidden moves that went through, and bills that pay more than they may.
    uint256 public breaches;

    constructor() {
        setUp();
        escrow.depositFor(customer, 10_000 ether);
        for (uint256 i = NODES; i < 10; ++i) {
            _register(i, CLASS);
        }
        // Two nodes with a record, so that results of theirs may stay unchecked.
        for (uint256 week; week < 6; ++week) {
            vm.warp(block.timestamp + 7 days);
            for (uint256 i; i < 2; ++i) {
                _earnRecord(i, 1_000_000 + week * 2 + i);
            }
        }
    }

    function _earnRecord(uint256 i, uint256 nonce) private {
        order = _order();
        (order.maxPrice, order.nonce) = (40 ether, nonce);
        _submit();
        _award(_bid(i, 1));
        _start();
        _result();
        _draw();
        _committee(_allGood());
    }

    function jobs() external view returns (uint256) {
        return ids.length;
    }

    function parts() external view returns (address, address, address, address) {
        return (address(token), address(registry), address(escrow), address(market));
    }

    function orderAt(uint256 i) external view returns (Order memory) {
        return orders[i];
    }

    // ---- what the fuzzer calls ----

    function submit(uint256 seed) external {
        if (ids.length >= MAX_JOBS) return;
        order = _order();
        order.nonce = ids.length + 1;
        order.members = uint8(3 + 2 * (seed % 3));
        order.comparison = uint8(seed >> 8 & 1);
        order.maxPrice = uint128(bound(seed >> 16, 1, 20 ether));
        order.validation = uint8(seed >> 12 & 3) == 0 ? 1 : 0;
        order.floorBps = uint16(bound(seed >> 32, 0, 10_000));
        order.timeout = uint32(bound(seed >> 48, 1, 240));
        _submit();
        orders.push(order);
        ids.push(id);
    }

    /// Some moves that fit the job's state, made by the right people; each may still be refused.
    function step(uint256 seed) external {
        if (ids.length == 0) return;
        uint256 i = seed % ids.length;
        for (uint256 n; n < 6; ++n) {
            vm.recordLogs();
            try this.move(i, uint256(keccak256(abi.encode(seed, n)))) {} catch {}
            _look(i);
        }
    }

    /// Any exit, by a stranger.
    function leave(uint256 seed) external {
        if (ids.length == 0) return;
        uint256 i = seed % ids.length;
        vm.recordLogs();
        if (seed >> 8 & 1 == 0) try market.settle(orders[i]) {} catch {} else try market.expire(orders[i]) {} catch {}
        _look(i);
    }

    /// What nobody may do; this contract is neither customer, owner, keeper nor market.
    function forbid(uint256 seed) external {
        if (ids.length == 0) return;
        uint256 i = seed % ids.length;
        Order memory o = orders[i];
        Job memory job = market.jobOf(ids[i]);
        _mustFail(address(market), abi.encodeCall(ITaskMarket.challenge, (o)));
        _mustFail(address(market), abi.encodeCall(ITaskMarket.appeal, (o, opening)));
        _mustFail(address(market), abi.encodeCall(ITaskMarket.submit, (o, "")));
        _mustFail(address(market), abi.encodeCall(ITaskMarket.cancel, (o, "")));
        _mustFail(address(market), abi.encodeCall(ITaskMarket.plantCanary, (ids[i])));
        _mustFail(address(market), abi.encodeCall(ITaskMarket.openCanary, (o, GOOD, bytes32(seed))));
        _mustFail(address(registry), abi.encodeCall(INodeRegistry.slash, (_node(seed % 10), 1)));
        _mustFail(address(registry), abi.encodeCall(INodeRegistry.unlockBond, (_node(seed % 10), 1)));
        _mustFail(address(escrow), abi.encodeCall(IEscrow.pay, (customer, address(this), 1)));
        _mustFail(address(escrow), abi.encodeCall(IEscrow.release, (customer, 1)));
        bool unsealed = job.state == State.Checking && job.sealedSeats == 0;
        if (!unsealed && block.timestamp <= job.deadline) {
            _mustFail(address(market), abi.encodeCall(ITaskMarket.settle, (o)));
            _mustFail(address(market), abi.encodeCall(ITaskMarket.expire, (o)));
        }
        if (block.number <= job.seedBlock) _mustFail(address(market), abi.encodeCall(ITaskMarket.draw, (o)));
    }

    function _mustFail(address target, bytes memory data) private {
        (bool success,) = target.call(data);
        if (success) ++breaches;
    }

    function _readLogs(bytes32 of_, Job memory job) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 n; n < logs.length; ++n) {
            bytes32 kind = logs[n].topics[0];
            if (kind == INodeRegistry.BondSlashed.selector) {
                if (address(uint160(uint256(logs[n].topics[1]))) == job.node) ++slashes[of_];
            } else if (kind == ITaskMarket.Settled.selector) {
                ++ends[of_];
                (,, uint256 nodePay, uint256 fee,, uint256 refund,) =
                    abi.decode(logs[n].data, (uint8, uint8, uint256, uint256, uint256, uint256, uint256));
                if (nodePay + fee > job.price || nodePay + fee + refund > job.locked) ++breaches;
            }
        }
    }

    function pass(uint256 time, uint256 blocks) external {
        vm.warp(block.timestamp + bound(time, 0, 150));
        vm.roll(block.number + bound(blocks, 1, 40));
    }

    function provider(uint256 seed) external {
        uint256 i = seed % 10;
        vm.startPrank(_owner(i));
        uint256 what = (seed >> 8) % 8;
        if (what == 0) {
            registry.setActive(_node(i), false);
        } else if (what < 4) {
            try registry.setActive(_node(i), true) {} catch {}
        } else if (what == 4) {
            try registry.requestUnbond(_node(i)) {} catch {}
        } else if (what == 5) {
            try registry.cancelUnbond(_node(i)) {} catch {}
        } else if (what == 6) {
            try registry.withdrawBond(_node(i), address(this)) {} catch {}
        } else {
            try escrow.withdraw(escrow.balanceOf(_owner(i)), address(this)) {} catch {}
        }
        vm.stopPrank();
    }

    function move(uint256 i, uint256 r) external {
        order = orders[i];
        id = ids[i];
        // What this job's node claims and each member finds is fixed by the order.
        uint256 fate = uint256(keccak256(abi.encode("fate", id)));
        opening.outcome = uint8(fate % 4 == 3 ? 2 + fate / 4 % 2 : 1);
        opening.outputHash = GOOD;
        Job memory job = market.jobOf(id);
        uint128 price = uint128(bound(r >> 16, 0, order.maxPrice));
        uint256 node = (r >> 8) % 10;
        if (job.state < State.Resulted && r % 29 == 0) return _cancel();
        if (job.state == State.Open) {
            if (r & 1 == 0) _award(_bid(node, price));
            else _placeBid(_bid(node, price));
        } else if (job.state == State.Window) {
            if (block.timestamp >= job.windowClosesAt) market.awardWindow(order);
            else _placeBid(_bid(node, price));
        } else if (job.state == State.Awarded) {
            if (r % 7 == 0) _replace(_bid(node, price), CUSTOMER_KEY);
            else if (r % 7 == 1) _handBack();
            else _start();
        } else if (job.state == State.Running) {
            if (r % 7 == 0) _replace(_bid(node, price), AUCTIONEER_KEY);
            else if (r % 7 == 1) _handBack();
            else _result();
        } else if (job.state == State.HandedBack) {
            _replace(_bid(node, price), CUSTOMER_KEY);
        } else if (job.state == State.Unchecked) {
            _uncheckedMove(job, r);
        } else if (job.state == State.Judged) {
            if ((fate >> 34) & 1 == 0) _judgedMove(job, r);
        } else if (job.state == State.Resulted || job.state == State.Enlarging || job.state == State.Appealed) {
            vm.roll(block.number + 2);
            market.draw(order);
        } else if (job.state == State.Checking) {
            _committeeMove(job, fate, r);
        }
    }

    function _uncheckedMove(Job memory job, uint256 r) private {
        if (block.timestamp > job.challengeBy) return _open();
        if (r % 3 != 0) return;
        vm.prank(customer);
        market.challenge(order);
    }

    function _judgedMove(Job memory job, uint256 r) private {
        if (r % 3 == 0) return;
        address appellant = job.settlement == Settlement.Malicious ? customer : registry.ownerOf(job.node);
        if (r % 5 != 0) escrow.depositFor(appellant, market.appealLockOf(id));
        vm.prank(appellant);
        market.appeal(order, opening);
        ++appeals;
    }

    /// Seals what is unsealed, else opens and reveals; a third of the time only one seat does.
    function _committeeMove(Job memory job, uint256 fate, uint256 r) private {
        bool hides = fate % 5 == 0;
        bool inAppeal = job.roundFrom == 16;
        uint256 from = inAppeal ? 0 : job.roundFrom;
        uint256 to = inAppeal ? job.appealSeats : job.seats;
        bool maySpeak = job.sealedSeats == to - from || block.timestamp > job.sealBy;
        if (!hides && job.nodeOutcome == 0 && maySpeak) _open();
        // Members wait for an opening that does not come.
        if (hides && maySpeak && job.nodeOutcome == 0 && block.timestamp <= job.openBy) vm.warp(job.openBy + 1);
        for (uint256 seat = from; seat < to && _state() == State.Checking; ++seat) {
            if (r % 3 == 0 && seat != from + (r >> 4) % (to - from)) continue;
            Word memory word = _witness(inAppeal && (fate >> 30) % 3 == 0 ? fate + 1 : fate, seat);
            Seat memory drawn = _members()[seat];
            if (drawn.outcome == 0 && drawn.seal == 0) {
                if (word.seals && block.timestamp <= job.sealBy) _sealSeat(seat, word);
            } else if (drawn.outcome == 0 && word.reveals && maySpeak) {
                _revealSeat(hides ? _noOpening() : opening, seat, word);
            }
        }
    }

    /// One job in three is unanimous, so that every row of the table is met.
    function _witness(uint256 fate, uint256 seat) private pure returns (Word memory word) {
        bool unanimous = fate % 3 == 0;
        uint256 r = uint256(keccak256(abi.encode(fate, unanimous ? 99 : seat)));
        word.outcome = uint8(1 + (r % 9 < 5 ? 0 : r % 9 - 4));
        if (unanimous && (fate >> 40) % 6 == 0) word.outcome = Messages.MALICIOUS;
        // Half of the programs that fail on the node fail everywhere.
        if (fate % 4 == 3 && fate >> 20 & 1 == 0) word.outcome = Messages.FAILURE;
        word.output = r >> 16 & 1 == 0 ? GOOD : unanimous || r >> 17 & 1 == 0 ? BAD : bytes32(seat);
        word.secondsUsed = uint32(r >> 32) % 300;
        word.agrees = uint16(r >> 64);
        word.seals = r >> 80 & 15 != 0;
        word.reveals = r >> 84 & 15 != 0;
    }

    function _look(uint256 i) private {
        Job memory job = market.jobOf(ids[i]);
        ++reached[uint256(job.state)];
        _readLogs(ids[i], job);
        if (job.state >= State.Settled && finalAs[ids[i]] == 0) {
            finalAs[ids[i]] = keccak256(abi.encode(job));
            ++settledAs[uint256(job.settlement)];
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Bid, Job, State} from "../../src/interfaces/Types.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

contract AwardTest is MarketFixture {
    function setUp() public override {
        super.setUp();
        _submit();
    }

    function test_LocksTheBondAndSetsTheDeadlines() external {
        vm.expectEmit(address(market));
        uint40 time = uint40(block.timestamp);
        emit ITaskMarket.Awarded(id, 1, _node(0), 6 ether, 0.05 ether, 6 ether, 48 ether, 10_000, time + 120, time + 120, time + 240);
        _award();
        Job memory job = market.jobOf(id);
        assertState(State.Awarded);
        assertEq(registry.nodeOf(_node(0)).lockedBond, 48 ether, "base x seats");
        assertEq(job.tickets, NODES, "tickets as of award");
        assertEq(job.deadline, time + 220, "startBy + replace");
    }

    function test_StartByIsNeverPastTheHardDeadline() external {
        order.hardSeconds = 60;
        order.softSeconds = 30;
        order.nonce = 2;
        _submit();
        _award();
        assertEq(market.jobOf(id).startBy, block.timestamp + 60, "startBy");
    }

    function testFuzz_Case38_BaseAndBondIgnoreALowBid(uint128 price) external {
        price = uint128(bound(price, 0, 5 ether));
        _award(_bid(0, price));
        assertEq(market.jobOf(id).base, 5 ether, "half of maxPrice");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 40 ether, "bond");
    }

    function test_Case38_ABidOfZeroThatNeverStartsPaysThePenalty() external {
        _award(_bid(0, 0));
        vm.warp(market.jobOf(id).deadline + 1);
        vm.expectEmit(address(market));
        emit ITaskMarket.Expired(id, 1 ether, 90.5 ether);
        market.expire(order);
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 1 ether, "20% of base");
        assertEq(escrow.balanceOf(treasury), 1 ether, "to the treasury");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }

    function test_Case35_RevertWhen_TheAuctioneerDidNotSign() external {
        Bid memory nodeBid = _bid(0, 10 ether);
        bytes memory node = _signBid(NODE_KEY, nodeBid);
        bytes memory self = _signBid(OWNER_KEY, nodeBid);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.award(order, nodeBid, node, self);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.award(order, nodeBid, node, node);
    }

    function test_Case35_RevertWhen_ABidIsCopiedByAnotherNode() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        bytes memory signature = _signBid(NODE_KEY, nodeBid);
        nodeBid.node = _node(1);
        bytes memory approval = _signBid(AUCTIONEER_KEY, nodeBid);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.award(order, nodeBid, signature, approval);
    }

    function test_Case35_AnOrderWithoutAuctioneerHasNoInstantAward() external {
        order.auctioneer = address(0);
        order.nonce = 2;
        _submit();
        Bid memory nodeBid = _bid(0, 6 ether);
        bytes memory signature = _signBid(NODE_KEY, nodeBid);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.award(order, nodeBid, signature, abi.encodePacked(bytes32(uint256(1)), bytes32(uint256(1)), uint8(29)));
    }

    function test_RevertWhen_TheOrderIsUnknown() external {
        order.nonce = 99;
        bytes32 unknown = market.orderId(order);
        Bid memory nodeBid = _bid(0, 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnknownOrder.selector, unknown));
        market.award(order, nodeBid, "", "");
    }

    function test_RevertWhen_AFieldOfTheOrderDiffersFromTheSignedOne() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        order.maxPrice = 20 ether;
        vm.expectPartialRevert(ITaskMarket.UnknownOrder.selector);
        market.award(order, nodeBid, "", "");
    }

    function test_RevertWhen_NotOpen() external {
        _award();
        Bid memory nodeBid = _bid(1, 5 ether);
        _expectAward(nodeBid, abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Awarded));
    }

    function test_RevertWhen_TooLate() external {
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline + 1);
        _expectAward(_bid(0, 6 ether), abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline));
    }

    function test_RevertWhen_TheBidIsForAnotherOrderOrAttempt() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        nodeBid.order = keccak256("other");
        _expectAward(nodeBid, abi.encodeWithSelector(ITaskMarket.WrongOrder.selector, nodeBid.order, id));
        nodeBid = _bid(0, 6 ether);
        nodeBid.attempt = 2;
        _expectAward(nodeBid, abi.encodeWithSelector(ITaskMarket.WrongAttempt.selector, id, 2, 1));
    }

    function test_RevertWhen_PriceOrRateTooHigh() external {
        Bid memory nodeBid = _bid(0, 10 ether + 1);
        _expectAward(
            nodeBid, abi.encodeWithSelector(ITaskMarket.BidAboveMaxPrice.selector, 10 ether + 1, uint256(10 ether))
        );
        nodeBid = _bid(0, 6 ether);
        nodeBid.rate = 0.05 ether + 1;
        _expectAward(
            nodeBid, abi.encodeWithSelector(ITaskMarket.RateTooHigh.selector, 0.05 ether + 1, uint256(0.05 ether))
        );
    }

    function test_RevertWhen_TheBidLapsed() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        nodeBid.validUntil = uint64(block.timestamp - 1);
        _expectAward(
            nodeBid,
            abi.encodeWithSelector(ITaskMarket.BidLapses.selector, uint256(nodeBid.validUntil), block.timestamp)
        );
    }

    function test_RevertWhen_TheNodeIsUnknownDrainingOrLeaving() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        keyOf[_node(50)] = NODE_KEY + 50;
        Bid memory stranger = _bid(50, 6 ether);
        _expectAward(stranger, abi.encodeWithSelector(ITaskMarket.NodeNotLive.selector, _node(50)));
        vm.prank(_owner(0));
        registry.setActive(_node(0), false);
        _expectAward(nodeBid, abi.encodeWithSelector(ITaskMarket.NodeNotLive.selector, _node(0)));
        vm.startPrank(_owner(0));
        registry.setActive(_node(0), true);
        registry.requestUnbond(_node(0));
        vm.stopPrank();
        _expectAward(nodeBid, abi.encodeWithSelector(ITaskMarket.NodeNotLive.selector, _node(0)));
    }

    function test_RevertWhen_TheNodeIsOfAnotherClass() external {
        _register(10, CLASS + 1);
        _expectAward(
            _bid(10, 6 ether), abi.encodeWithSelector(ITaskMarket.WrongClass.selector, _node(10), CLASS + 1, CLASS)
        );
    }

    function test_Case41_RevertWhen_TheNodeBelongsToTheCustomer() external {
        _registerFor(customer, NODE_KEY + 10, CLASS);
        _expectAward(_bid(10, 6 ether), abi.encodeWithSelector(ITaskMarket.OwnNode.selector, _node(10), customer));
    }

    function test_Case41_RevertWhen_TooFewOtherOwners() external {
        // Six owners: without the node's own and the customer's there must be three.
        _registerFor(customer, NODE_KEY + 10, CLASS);
        _registerFor(_owner(0), NODE_KEY + 11, CLASS);
        for (uint256 i = 3; i < NODES; ++i) {
            vm.prank(_owner(i));
            registry.setActive(_node(i), false);
        }
        _expectAward(_bid(0, 6 ether), abi.encodeWithSelector(ITaskMarket.TooFewOwners.selector, CLASS, 2, 3));
        vm.prank(_owner(3));
        registry.setActive(_node(3), true);
        _award();
        assertState(State.Awarded);
    }

    function test_RevertWhen_TheFreeBondIsTooSmall() external {
        order.maxPrice = 100 ether;
        order.nonce = 2;
        _submit();
        _award(_bid(0, 80 ether));
        order.nonce = 3;
        _submit();
        _expectAward(
            _bid(0, 80 ether),
            abi.encodeWithSelector(INodeRegistry.NotEnoughFreeBond.selector, _node(0), 360 ether, 640 ether)
        );
    }

    function test_RevertWhen_Paused() external {
        vm.prank(guardian);
        market.pause();
        _expectAward(
            _bid(0, 6 ether), abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours)
        );
    }

    function test_SubmitAndAwardDoesBoth() external {
        order.nonce = 2;
        id = market.orderId(order);
        Bid memory nodeBid = _bid(0, 6 ether);
        market.submitAndAward(
            order, _signOrder(), nodeBid, _signBid(NODE_KEY, nodeBid), _signBid(AUCTIONEER_KEY, nodeBid)
        );
        assertState(State.Awarded);
    }

    function test_SubmitAndAwardSurvivesASubmitCarriedBefore() external {
        Bid memory nodeBid = _bid(0, 6 ether);
        market.submitAndAward(
            order, _signOrder(), nodeBid, _signBid(NODE_KEY, nodeBid), _signBid(AUCTIONEER_KEY, nodeBid)
        );
        assertState(State.Awarded);
        assertEq(escrow.lockedOf(customer), 90.5 ether, "locked once");
    }

    function _expectAward(Bid memory nodeBid, bytes memory failure) private {
        bytes memory node = _signBid(keyOf[nodeBid.node], nodeBid);
        bytes memory approval = _signBid(AUCTIONEER_KEY, nodeBid);
        vm.expectRevert(failure);
        market.award(order, nodeBid, node, approval);
    }
}

contract WindowTest is MarketFixture {
    function setUp() public override {
        super.setUp();
        _submit();
        vm.warp(market.jobOf(id).auctionBy);
    }

    function test_Case37_TheFirstBidOpensAWindowOfFixedLength() external {
        uint40 closesAt = uint40(block.timestamp) + 30;
        vm.expectEmit(address(market));
        emit ITaskMarket.WindowOpened(id, closesAt);
        vm.expectEmit(address(market));
        emit ITaskMarket.BidRecorded(id, _node(0), 9 ether);
        _placeBid(_bid(0, 9 ether));
        vm.warp(closesAt - 1);
        _placeBid(_bid(1, 8 ether));
        assertEq(market.jobOf(id).windowClosesAt, closesAt, "a late bid does not lengthen it");
        vm.warp(closesAt);
        _expectBid(_bid(2, 1 ether), abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, uint256(closesAt)));
    }

    function test_Case36_ANewBestIsOnePercentLower() external {
        _placeBid(_bid(0, 9 ether));
        uint256 atMost = 8.91 ether;
        _expectBid(_bid(1, 9 ether - 1), abi.encodeWithSelector(ITaskMarket.BidNotLower.selector, 9 ether - 1, atMost));
        _expectBid(
            _bid(1, 8.91 ether + 1), abi.encodeWithSelector(ITaskMarket.BidNotLower.selector, atMost + 1, atMost)
        );
        _placeBid(_bid(1, 8.91 ether));
        assertEq(market.jobOf(id).node, _node(1), "the lower one leads");
    }

    function testFuzz_Case40_ATieIsTheFirstOnes(uint128 price) external {
        price = uint128(bound(price, 0, 10 ether));
        _placeBid(_bid(0, price));
        Bid memory nodeBid = _bid(1, price);
        bytes memory signature = _signBid(NODE_KEY + 1, nodeBid);
        vm.expectPartialRevert(ITaskMarket.BidNotLower.selector);
        market.bid(order, nodeBid, signature);
        assertEq(market.jobOf(id).node, _node(0), "first recorded wins");
    }

    function test_Case36_RevertWhen_TheBidLapsesTooSoon() external {
        Bid memory nodeBid = _bid(0, 9 ether);
        uint256 needed = block.timestamp + 30 + 10 minutes;
        nodeBid.validUntil = uint64(needed - 1);
        _expectBid(nodeBid, abi.encodeWithSelector(ITaskMarket.BidLapses.selector, needed - 1, needed));
        nodeBid.validUntil = uint64(needed);
        _placeBid(nodeBid);
        vm.warp(block.timestamp + 10);
        nodeBid = _bid(1, 8 ether);
        nodeBid.validUntil = uint64(needed - 1);
        _expectBid(nodeBid, abi.encodeWithSelector(ITaskMarket.BidLapses.selector, needed - 1, needed));
    }

    function test_Case39_TheFiftiethBidCostsNoMoreThanTheThird() external {
        _placeBid(_bid(0, 9 ether));
        _placeBid(_bid(1, 8.9 ether));
        uint256 third = _gasOfBid(0);
        for (uint256 i = 3; i < 49; ++i) {
            _gasOfBid(i % 2);
        }
        assertLe(_gasOfBid(1), third + 2_000, "the number of bids does not matter");
        uint256 closesAt = market.jobOf(id).windowClosesAt;
        vm.warp(closesAt);
        uint256 before = gasleft();
        market.awardWindow(order);
        assertLe(before - gasleft(), 150_000, "nor for the award");
    }

    function _gasOfBid(uint256 i) private returns (uint256) {
        Bid memory nodeBid = _bid(i, uint128(uint256(market.jobOf(id).price) * 9_800 / 10_000));
        bytes memory signature = _signBid(keyOf[nodeBid.node], nodeBid);
        uint256 before = gasleft();
        market.bid(order, nodeBid, signature);
        return before - gasleft();
    }

    function test_OnlyTheBestHasItsBondLocked() external {
        _placeBid(_bid(0, 9 ether));
        assertEq(registry.nodeOf(_node(0)).lockedBond, 72 ether, "best");
        _placeBid(_bid(1, 8 ether));
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "outbid");
        assertEq(registry.nodeOf(_node(1)).lockedBond, 64 ether, "new best");
        _placeBid(_bid(1, 7 ether));
        assertEq(registry.nodeOf(_node(1)).lockedBond, 56 ether, "lower by itself");
    }

    function test_Case35_AnyoneAwardsTheLowest() external {
        _placeBid(_bid(0, 10 ether));
        _placeBid(_bid(1, 4 ether));
        uint256 closesAt = market.jobOf(id).windowClosesAt;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, closesAt));
        market.awardWindow(order);
        vm.warp(closesAt);
        vm.prank(address(0xBEEF));
        market.awardWindow(order);
        Job memory job = market.jobOf(id);
        assertState(State.Awarded);
        assertEq(job.node, _node(1), "lowest");
        assertEq(job.price, 4 ether, "its price");
        assertEq(job.base, 5 ether, "its base");
    }

    function test_ABidderThatDrainsMeanwhileIsStillAwarded() external {
        _placeBid(_bid(0, 9 ether));
        vm.prank(_owner(0));
        registry.setActive(_node(0), false);
        vm.warp(market.jobOf(id).windowClosesAt);
        market.awardWindow(order);
        assertEq(market.jobOf(id).node, _node(0), "its bond was locked at the bid");
    }

    function test_AWindowNobodyAwardsExpires() external {
        _placeBid(_bid(0, 9 ether));
        uint256 deadline = market.jobOf(id).deadline;
        assertEq(deadline, block.timestamp + 30 + 10 minutes, "deadline");
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline));
        market.awardWindow(order);
        market.expire(order);
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond freed");
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "no penalty");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
    }

    function test_RevertWhen_BeforeAuctionBy() external {
        order.nonce = 2;
        _submit();
        _expectBid(_bid(0, 9 ether), abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, block.timestamp + 60));
    }

    function test_RevertWhen_NobodyOpenedAWindowInTime() external {
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline + 1);
        _expectBid(_bid(0, 9 ether), abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, deadline));
    }

    function test_RevertWhen_TheWindowIsOpenAndTheAuctioneerAwards() external {
        _placeBid(_bid(0, 9 ether));
        Bid memory nodeBid = _bid(1, 10 ether);
        bytes memory node = _signBid(NODE_KEY + 1, nodeBid);
        bytes memory approval = _signBid(AUCTIONEER_KEY, nodeBid);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Window));
        market.award(order, nodeBid, node, approval);
    }

    function _expectBid(Bid memory nodeBid, bytes memory failure) private {
        bytes memory signature = _signBid(keyOf[nodeBid.node], nodeBid);
        vm.expectRevert(failure);
        market.bid(order, nodeBid, signature);
    }
}

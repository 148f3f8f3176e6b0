// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {IProviderEmission} from "../../src/interfaces/IProviderEmission.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {AttemptMessage, Seat, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Writes down what the market records.
contract Ledger {
    mapping(address owner => uint256) public jobUnits;
    mapping(address owner => uint256) public paidToOthers;
    mapping(address owner => uint256) public dutyUnits;
    bool public broken;

    function setBroken(bool value) external {
        broken = value;
    }

    function recordJob(address owner, uint64 units, uint96 paid) external {
        require(!broken);
        jobUnits[owner] += units;
        paidToOthers[owner] += paid;
    }

    function recordDuty(address owner, uint64 units) external {
        require(!broken);
        dutyUnits[owner] += units;
    }
}

/// Validated work is told to the providers' emission.
contract EmissionTest is MarketFixture {
    Ledger private ledger;

    function setUp() public override {
        super.setUp();
        ledger = new Ledger();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAContract.selector, treasury));
        market.setEmission(IProviderEmission(treasury));
        market.setEmission(IProviderEmission(address(ledger)));
        for (uint256 i; i < NODES; ++i) {
            vm.mockCall(
                address(registry), abi.encodeCall(INodeRegistry.powerOf, (_node(i))), abi.encode(uint64(100 + i))
            );
        }
    }

    function test_ACorrectJobCountsPowerTimesTheMembersMedian() external {
        _to(State.Checking);
        Word[] memory words = _allGood();
        (words[0].secondsUsed, words[1].secondsUsed, words[2].secondsUsed) = (10, 30, 1_000);
        Seat[] memory seats = _members();
        _committee(words);
        assertEq(ledger.jobUnits(_owner(0)), 100 * 30, "power x median");
        assertEq(ledger.paidToOthers(_owner(0)), 0.12 ether + 18 ether, "fee and members");
        uint256[3] memory counted = [uint256(10), 30, 30];
        for (uint256 i; i < 3; ++i) {
            uint256 power = registry.powerOf(seats[i].member);
            assertEq(ledger.dutyUnits(registry.ownerOf(seats[i].member)), power * counted[i], "at most the median");
        }
    }

    function test_SecondsCountAtMostTheTimeout() external {
        _to(State.Checking);
        Word[] memory words = _allGood();
        for (uint256 i; i < 3; ++i) {
            words[i].secondsUsed = type(uint32).max;
        }
        _committee(words);
        assertEq(ledger.jobUnits(_owner(0)), 100 * 60, "the timeout");
    }

    function test_AWrongJobCountsForItsMembersAlone() external {
        _to(State.Checking);
        Seat[] memory seats = _members();
        Word memory bad = _says(Messages.SUCCESS, BAD);
        _committee(_words(bad, bad, bad));
        assertEq(ledger.jobUnits(_owner(0)), 0, "not the node");
        assertTrue(ledger.dutyUnits(registry.ownerOf(seats[0].member)) > 0, "its members");
    }

    function test_AnUncheckedJobCountsForNothing() external {
        _to(State.Unchecked);
        uint256 before = ledger.jobUnits(_owner(0));
        vm.warp(market.jobOf(id).challengeBy + 1);
        _open();
        assertEq(ledger.jobUnits(_owner(0)), before, "as before");
    }

    function test_UnitsThatDoNotFitAreTheMost() external {
        bytes memory power = abi.encode(type(uint64).max);
        vm.mockCall(address(registry), abi.encodeCall(INodeRegistry.powerOf, (_node(0))), power);
        _to(State.Settled);
        assertEq(ledger.jobUnits(_owner(0)), type(uint64).max, "saturated");
    }

    function test_ALedgerThatFailsStopsNoSettlement() external {
        ledger.setBroken(true);
        _to(State.Settled);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "paid");
    }

    function test_RevertWhen_SetTwiceOrByAStrangerOrToNobody() external {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.EmissionAlreadySet.selector, address(ledger)));
        market.setEmission(IProviderEmission(address(1)));
        vm.prank(customer);
        vm.expectRevert();
        market.setEmission(IProviderEmission(address(1)));
        assertEq(address(market.emission()), address(ledger), "as set");
    }
}

/// Many messages in one transaction.
contract MulticallTest is MarketFixture {
    function test_CarriesStartAndResultTogether() external {
        _to(State.Awarded);
        AttemptMessage memory message = _attempt();
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(
            ITaskMarket.start, (message, _sign(NODE_KEY, keccak256(abi.encode(Messages.START, message))))
        );
        market.multicall(calls);
        assertState(State.Running);
    }

    function test_EachCallIsTheCallersOwn() external {
        _to(State.Open);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(ITaskMarket.cancel, (order, ""));
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.multicall(calls);
        vm.prank(customer);
        market.multicall(calls);
        assertState(State.Cancelled);
    }

    function test_RevertWhen_OneFails() external {
        _to(State.Open);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(ITaskMarket.cancel, (order, ""));
        calls[1] = calls[0];
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Cancelled));
        market.multicall(calls);
        assertState(State.Open);
    }
}

/// Orders whose output a governed keeper knew before.
contract CanaryTest is MarketFixture {
    bytes32 private constant SALT = keccak256("canary");

    function setUp() public override {
        super.setUp();
        market.setCanaryKeeper(customer, true);
    }

    function test_ANodeWithAnotherOutputIsWrongWhateverItsMembersSay() external {
        _planted();
        (opening.outputHash) = BAD;
        _to(State.Checking);
        Word memory bad = _says(Messages.SUCCESS, BAD);
        Word[] memory words = _words(bad, bad, _says(Messages.SUCCESS, GOOD));
        Seat[] memory seats = _members();
        _sealAll(words);
        market.openCanary(order, GOOD, SALT);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(opening, i, words[i]);
        }
        assertState(State.Judged);
        _finish();
        assertEq(registry.nodeOf(_node(0)).bond, BOND - 48 ether, "slashed");
        assertEq(escrow.balanceOf(registry.ownerOf(seats[0].member)), 0, "unpaid");
        assertEq(registry.nodeOf(seats[0].member).bond, BOND - 0.3 ether, "fined");
        assertEq(escrow.balanceOf(registry.ownerOf(seats[2].member)), 6 ether, "the right one is paid");
        assertEq(registry.nodeOf(seats[2].member).bond, BOND, "and whole");
        assertEq(escrow.balanceOf(customer), DEPOSITED, "the keeper gains nothing");
        assertEq(escrow.balanceOf(treasury), 42.6 ether, "the rest");
    }

    function test_ALazyMemberIsUnpaidAndFined() external {
        _planted();
        _to(State.Checking);
        Word memory good = _says(Messages.SUCCESS, GOOD);
        Word[] memory words = _words(good, _says(Messages.TIMEOUT, 0), good);
        Seat[] memory seats = _members();
        _sealAll(words);
        market.openCanary(order, GOOD, SALT);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(opening, i, words[i]);
        }
        assertState(State.Settled);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "the node is right");
        assertEq(registry.nodeOf(seats[1].member).bond, BOND - 0.3 ether, "fined");
        assertEq(registry.nodeOf(seats[0].member).bond, BOND, "not fined");
    }

    function test_AWrongCanaryIsOverturnedByAnAppeal() external {
        for (uint256 i = NODES; i < 12; ++i) {
            _register(i, CLASS);
        }
        _plant(BAD);
        _to(State.Checking);
        _sealAll(_allGood());
        market.openCanary(order, BAD, SALT);
        for (uint256 i; i < 3; ++i) {
            _revealSeat(opening, i, _says(Messages.SUCCESS, GOOD));
        }
        assertState(State.Judged);
        _appeal();
        _draw();
        _round(_same(_says(Messages.SUCCESS, GOOD), 7));
        assertEq(registry.nodeOf(_node(0)).bond, BOND, "whole");
        assertEq(escrow.balanceOf(_owner(0)), 42 ether + 5.88 ether, "lock and pay");
    }

    function test_AnUnopenedCanaryIsAnOrdinaryOrder() external {
        _planted();
        _to(State.Settled);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "paid");
    }

    function test_RevertWhen_SeatsMayStillSeal() external {
        _planted();
        _to(State.Checking);
        uint256 sealBy = market.jobOf(id).sealBy;
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, sealBy + 1));
        market.openCanary(order, GOOD, SALT);
    }

    function test_RevertWhen_PlantedByAStrangerTwiceOrAfterTheAward() external {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotCanaryKeeper.selector, address(this)));
        market.plantCanary(GOOD);
        _to(State.Checking);
        _plant(GOOD);
        bytes32 commitment = keccak256(abi.encode(id, GOOD, SALT));
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.CanaryPlantedBefore.selector, commitment));
        market.plantCanary(commitment);
        _sealAll(_allGood());
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NoCanary.selector, id, commitment));
        market.openCanary(order, GOOD, SALT);
    }

    function test_RevertWhen_TheOrderIsAnothersOrTolerantOrTheKeeperWasDismissed() external {
        market.setCanaryKeeper(auctioneer, true);
        vm.prank(auctioneer);
        market.plantCanary(keccak256(abi.encode(id, GOOD, SALT)));
        vm.warp(block.timestamp + 1);
        _refused();
        order.nonce = 2;
        order.comparison = Messages.TOLERANT;
        id = market.orderId(order);
        _planted();
        _refused();
        order.nonce = 3;
        order.comparison = Messages.EXACT;
        id = market.orderId(order);
        _planted();
        market.setCanaryKeeper(customer, false);
        assertTrue(!market.isCanaryKeeper(customer), "dismissed");
        _refused();
    }

    function _refused() private {
        _to(State.Checking);
        _sealAll(_allGood());
        vm.expectPartialRevert(ITaskMarket.NoCanary.selector);
        market.openCanary(order, GOOD, SALT);
    }

    function _planted() private {
        _plant(GOOD);
        vm.warp(block.timestamp + 1);
    }

    function _plant(bytes32 output) private {
        bytes32 commitment = keccak256(abi.encode(market.orderId(order), output, SALT));
        vm.prank(customer);
        market.plantCanary(commitment);
        vm.warp(block.timestamp + 1);
    }
}

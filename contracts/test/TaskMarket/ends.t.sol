// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Parameters, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Cancel and expire, and the settlement event.
contract EndsTest is MarketFixture {
    function test_CancelBeforeStartIsFree() external {
        State[4] memory states = [State.Open, State.Window, State.Awarded, State.HandedBack];
        for (uint256 i; i < states.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _to(states[i]);
            _cancel();
            assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
            assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond freed");
            assertEq(registry.nodeOf(_node(0)).bond, BOND, "bond whole");
            assertSolvent();
            vm.revertToState(snapshot);
        }
    }

    function testFuzz_CancelAfterStartPaysTheTimeAtMostThePrice(uint256 elapsed) external {
        _to(State.Running);
        elapsed = bound(elapsed, 0, 240);
        vm.warp(block.timestamp + elapsed);
        uint256 gross = elapsed * 0.05 ether;
        if (gross > 6 ether) gross = 6 ether;
        uint256 fee = gross * 200 / 10_000;
        vm.expectEmit(address(market));
        emit ITaskMarket.Cancelled(id, gross - fee, fee, 90.5 ether - gross);
        _cancel();
        assertEq(escrow.balanceOf(_owner(0)), gross - fee, "node");
        assertEq(escrow.balanceOf(treasury), fee, "fee");
        assertEq(escrow.balanceOf(customer), DEPOSITED - gross, "customer");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond freed");
        assertSolvent();
    }

    function test_AnyoneCarriesTheCustomersCancel() external {
        _to(State.Running);
        bytes32 digest = keccak256(abi.encode(Messages.CANCEL, id));
        bytes memory foreign = _sign(AUCTIONEER_KEY, digest);
        vm.expectPartialRevert(ITaskMarket.SignatureInvalid.selector);
        market.cancel(order, foreign);
        market.cancel(order, _sign(CUSTOMER_KEY, digest));
        assertState(State.Cancelled);
    }

    function test_RevertWhen_CancelledPastTheHardDeadline() external {
        _to(State.Running);
        uint256 hardDeadline = market.jobOf(id).hardDeadline;
        vm.warp(hardDeadline + 1);
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, hardDeadline));
        market.cancel(order, "");
    }

    function test_Case46_RevertWhen_CancelledAfterTheResult() external {
        _to(State.Resulted);
        vm.prank(customer);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.WrongState.selector, id, State.Resulted));
        market.cancel(order, "");
    }

    function test_Case45_AnAwardThatNeverStartsExpiresAtTheNodesCost() external {
        _to(State.Awarded);
        _expectExpiry(1.2 ether);
    }

    function test_Case45_ARunWithoutResultExpiresAtTheNodesCost() external {
        _to(State.Running);
        _expectExpiry(1.2 ether);
    }

    function test_AnOpenOrderExpiresFree() external {
        _to(State.Open);
        _expectExpiry(0);
    }

    function test_AJobOfOneWeiStillFreesItsNode() external {
        // 20% of a base of 1 wei is a penalty of nothing.
        Parameters memory p = _parameters();
        p.floorRate = 0;
        market.setParameters(p);
        order.maxPrice = 1;
        _submit();
        _award(_bid(0, 1));
        assertEq(registry.nodeOf(_node(0)).lockedBond, 8, "eight wei locked");
        vm.warp(market.jobOf(id).deadline + 1);
        market.expire(order);
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "nothing stays locked");
    }

    function test_EventOfASettlement() external {
        _to(State.Checking);
        Word memory bad = _says(Messages.SUCCESS, BAD);
        _sealAll(_words(bad, bad, bad));
        _revealSeat(opening, 0, bad);
        _revealSeat(opening, 1, bad);
        address member = _members()[0].member;
        vm.expectEmit(address(market));
        emit ITaskMarket.Judged(id, 1, uint8(2), uint40(block.timestamp) + 80);
        _revealSeat(opening, 2, bad);
        vm.warp(block.timestamp + 81);
        vm.expectEmit(address(market));
        emit ITaskMarket.MemberPaid(id, member, 6 ether);
        vm.expectEmit(address(market));
        emit ITaskMarket.Settled(id, 1, uint8(2), 0, 0, 18 ether, 90.5 ether, 48 ether);
        market.settle(order);
    }

    function _expectExpiry(uint256 penalty) private {
        uint256 deadline = market.jobOf(id).deadline;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooEarly.selector, id, deadline + 1));
        market.expire(order);
        vm.warp(deadline + 1);
        vm.expectEmit(address(market));
        emit ITaskMarket.Expired(id, penalty, 90.5 ether);
        vm.prank(address(0xBEEF));
        market.expire(order);
        assertEq(escrow.balanceOf(customer), DEPOSITED, "all back");
        assertEq(escrow.balanceOf(treasury), penalty, "penalty");
        assertEq(registry.nodeOf(_node(0)).bond, BOND - penalty, "from the bond");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "nothing stays locked");
        assertSolvent();
    }
}

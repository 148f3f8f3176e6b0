// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaxRouter} from "../../src/interfaces/ITaxRouter.sol";
import {TaxRouter} from "../../src/TaxRouter.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

/// Refuses ETH until told otherwise.
contract Refuser {
    bool public accepting;

    receive() external payable {
        require(accepting);
    }

    function accept() external {
        accepting = true;
    }

    function swap(TaxRouter taxRouter) external {
        taxRouter.swap();
    }
}

/// Burns all gas it is given.
contract Burner {
    receive() external payable {
        while (true) {}
    }
}

/// Tries to come in again while it is paid.
contract Reenterer {
    TaxRouter private immutable ROUTER;
    uint256 public refused;

    constructor(TaxRouter router) {
        ROUTER = router;
    }

    receive() external payable {
        try ROUTER.pay(address(this)) {}
        catch {
            ++refused;
        }
        try ROUTER.swap() {}
        catch {
            ++refused;
        }
    }
}

/// Pushes ETH in without asking.
contract Forcer {
    constructor(address to) payable {
        selfdestruct(payable(to));
    }
}

contract TaxRouterTest is TokenFixture {
    bytes4 private constant NOT_OWNER = bytes4(keccak256("OwnableUnauthorizedAccount(address)"));
    address private caller = address(0xCA11);

    function setUp() public override {
        super.setUp();
        token.transfer(address(taxRouter), 1_000 ether);
        taxRouter.observe();
        _wait(31 minutes);
    }

    function test_WithoutAMeanItOnlyStartsOne() external {
        _wait(2 hours);
        assertEq(taxRouter.meanPrice(), 0, "too old");
        assertEq(taxRouter.swap(), 0, "nothing sold");
        assertEq(token.balanceOf(address(taxRouter)), 1_000 ether, "kept");
        assertEq(taxRouter.nextSwapAt(), 0, "no cooldown");
        assertEq(taxRouter.swap(), 0, "too young");
        _wait(31 minutes);
        assertTrue(taxRouter.swap() > 0, "now");
    }

    function test_ObserveNotesOnceInThirtyMinutes() external {
        assertTrue(taxRouter.observe(), "after 31 minutes");
        assertTrue(!taxRouter.observe(), "not again");
        _wait(30 minutes);
        assertTrue(taxRouter.observe(), "after 30");
    }

    function test_TheMeanIsTheTimeWeightedPrice() external {
        uint256 spot = (LIQUIDITY_ETH << 112) / LIQUIDITY;
        assertEq(taxRouter.meanPrice(), spot, "nothing happened");
        _buy(bob, 20 ether);
        assertEq(taxRouter.meanPrice(), spot, "a trade in this block does not count");
        (uint112 a, uint112 b,) = pair.getReserves();
        (uint256 ogpu, uint256 eth) = address(token) < address(weth) ? (a, b) : (b, a);
        _wait(29 minutes);
        uint256 mean = taxRouter.meanPrice();
        uint256 expected = (spot * 31 + (eth << 112) / ogpu * 29) / 60;
        assertLe(mean > expected ? mean - expected : expected - mean, 1, "31 minutes of one, 29 of the other");
    }

    function test_ItSellsUntaxedAndSplitsToTheWei() external {
        vm.prank(caller);
        uint256 eth = taxRouter.swap();
        uint256 kept = uint256(1_000 ether) * 2_000 / 20_000;
        assertEq(taxRouter.liquidityOgpu(), kept, "half of the liquidity share stays oGPU");
        assertEq(token.balanceOf(address(taxRouter)), kept, "the rest is sold, untaxed");
        uint256 tip = eth * 20 / 10_000;
        assertEq(caller.balance, tip, "tip");
        uint256 rest = eth - tip;
        assertEq(taxRouter.liquidityEth(), rest * 2_000 / 18_000, "the other half");
        assertEq(treasury.balance, rest * 6_000 / 18_000, "treasury");
        assertEq(stakers.balance, rest - rest * 6_000 / 18_000 - rest * 2_000 / 18_000, "stakers");
        assertLe(eth * 3_000, stakers.balance * 10_000, "stakers at least 30%");
        assertEq(address(taxRouter).balance, taxRouter.liquidityEth(), "nothing else is held");
    }

    function testFuzz_NothingIsLostInTheSplit(uint256 amount, uint256 a, uint256 b) external {
        a = bound(a, 3_000, 10_000);
        b = bound(b, 0, 10_000 - a);
        taxRouter.setShares(a, b);
        token.transfer(address(taxRouter), bound(amount, 0, 100_000 ether));
        vm.prank(caller);
        uint256 eth = taxRouter.swap();
        assertEq(
            eth, caller.balance + treasury.balance + stakers.balance + taxRouter.liquidityEth(), "every wei has a place"
        );
        assertLe((eth - caller.balance) * 3_000 / 10_000, stakers.balance, "stakers at least 30%");
    }

    function test_AtMostOnePercentOnceInFiveMinutes() external {
        token.transfer(address(taxRouter), 100_000 ether);
        uint256 inPair = token.balanceOf(address(pair));
        taxRouter.setShares(10_000, 0);
        taxRouter.swap();
        assertEq(token.balanceOf(address(pair)) - inPair, inPair / 100, "1%");
        uint256 next = block.timestamp + 5 minutes;
        vm.expectRevert(abi.encodeWithSelector(ITaxRouter.TooSoon.selector, next));
        taxRouter.swap();
        vm.warp(next - 1);
        vm.expectRevert(abi.encodeWithSelector(ITaxRouter.TooSoon.selector, next));
        taxRouter.swap();
    }

    function test_RevertWhen_ThePairPaysTooLittle() external {
        token.transfer(alice, 100_000 ether);
        _sell(alice, 3_000 ether);
        vm.expectPartialRevert(ITaxRouter.BelowMean.selector);
        taxRouter.swap();
    }

    /// Sells before and buys after, in one block: what the tax router loses is within the bound, and the two taxes of the
    /// attacker are more than that.
    function testFuzz_ASandwichDoesNotPay(uint256 amount) external {
        amount = bound(amount, 1 ether, 5_000 ether);
        token.transfer(address(taxRouter), 10_000 ether);
        token.transfer(alice, amount);
        uint256 before = amount;
        _sell(alice, amount);
        try taxRouter.swap() {} catch {}
        uint256 eth = alice.balance;
        vm.startPrank(alice);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: eth}(
            0, _path(address(weth), address(token)), alice, block.timestamp
        );
        vm.stopPrank();
        assertLe(token.balanceOf(alice), before, "the attacker lost");
    }

    function test_RevertWhen_ThereIsNothingToSwap() external {
        taxRouter.swap();
        taxRouter.setShares(10_000, 0);
        _wait(5 minutes);
        vm.expectRevert(ITaxRouter.NothingToSwap.selector);
        taxRouter.swap();
    }

    function test_RevertWhen_TheCallerRefusesItsTip() external {
        Refuser refuser = new Refuser();
        vm.expectPartialRevert(ITaxRouter.TipRefused.selector);
        refuser.swap(taxRouter);
    }

    function test_AReceiverThatRefusesOrBurnsHarmsOnlyItself() external {
        Refuser refuser = new Refuser();
        Burner burner = new Burner();
        taxRouter.setRecipients(address(refuser), address(burner));
        vm.prank(caller);
        taxRouter.swap();
        assertTrue(caller.balance > 0, "the caller is paid");
        uint256 owed = taxRouter.due(address(refuser));
        assertTrue(owed > 0 && taxRouter.due(address(burner)) > 0, "due");
        assertEq(owed + taxRouter.due(address(burner)), taxRouter.totalDue(), "total");
        vm.expectRevert(abi.encodeWithSelector(ITaxRouter.PaymentRefused.selector, address(refuser), owed));
        taxRouter.pay(address(refuser));
        taxRouter.setRecipients(stakers, treasury);
        assertEq(taxRouter.due(address(refuser)), owed, "stays whose it was");
        refuser.accept();
        vm.prank(bob);
        taxRouter.pay(address(refuser));
        assertEq(address(refuser).balance, owed, "paid");
        vm.expectRevert(abi.encodeWithSelector(ITaxRouter.NothingDue.selector, address(refuser)));
        taxRouter.pay(address(refuser));
    }

    function test_ReentrancyFindsNothing() external {
        Reenterer reenterer = new Reenterer(taxRouter);
        taxRouter.setRecipients(address(reenterer), treasury);
        taxRouter.setShares(3_000, 7_000);
        vm.prank(caller);
        uint256 eth = taxRouter.swap();
        assertEq(reenterer.refused(), 2, "both refused");
        assertEq(caller.balance + treasury.balance + address(reenterer).balance, eth, "nothing twice");
    }

    function test_LiquidityOfEarlierSwapsIsAddedNearTheMean() external {
        taxRouter.swap();
        uint256 ogpu = taxRouter.liquidityOgpu();
        uint256 shares = pair.balanceOf(address(this));
        token.transfer(address(taxRouter), 1_000 ether);
        _wait(30 minutes);
        taxRouter.swap();
        assertTrue(pair.balanceOf(address(this)) > shares, "the owner's shares");
        assertLe(taxRouter.liquidityOgpu(), 100 ether + ogpu / 10, "used");
        assertEq(address(taxRouter).balance, taxRouter.liquidityEth(), "the rest waits");
    }

    function test_NoLiquidityIsAddedFarFromTheMean() external {
        taxRouter.swap();
        uint256 shares = pair.balanceOf(address(this));
        token.transfer(address(taxRouter), 1_000 ether);
        _wait(30 minutes);
        _buy(bob, 3 ether);
        taxRouter.swap();
        assertEq(pair.balanceOf(address(this)), shares, "none");
        assertLe(200 ether, taxRouter.liquidityOgpu(), "what both kept waits");
    }

    function test_Case52_RevertWhen_SharesAreOutOfBounds() external {
        vm.expectRevert(
            abi.encodeWithSelector(ITaxRouter.OutOfBounds.selector, bytes32("stakersBps"), 2_999, 3_000, 10_000)
        );
        taxRouter.setShares(2_999, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ITaxRouter.OutOfBounds.selector, bytes32("stakersBps"), 10_001, 3_000, 10_000)
        );
        taxRouter.setShares(10_001, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ITaxRouter.OutOfBounds.selector, bytes32("treasuryBps"), 7_001, 0, 7_000)
        );
        taxRouter.setShares(3_000, 7_001);
        taxRouter.setShares(3_000, 7_000);
        (uint256 a, uint256 b, uint256 c) = taxRouter.shares();
        assertEq(a + b + c, 10_000, "all");
        vm.expectRevert(ITaxRouter.ZeroAddress.selector);
        taxRouter.setRecipients(address(0), treasury);
        vm.startPrank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        taxRouter.setShares(3_000, 7_000);
        vm.expectPartialRevert(NOT_OWNER);
        taxRouter.setRecipients(alice, alice);
        vm.stopPrank();
    }

    function test_EthComesFromWethAlone() external {
        vm.deal(alice, 2 ether);
        vm.prank(alice);
        (bool done,) = address(taxRouter).call{value: 1 ether}("");
        assertTrue(!done, "refused");
        new Forcer{value: 1 ether}(address(taxRouter));
        vm.prank(caller);
        uint256 eth = taxRouter.swap();
        assertEq(
            eth + 1 ether, caller.balance + treasury.balance + stakers.balance + address(taxRouter).balance, "outside"
        );
    }

    function test_RevertWhen_TheTokenPaysItsTaxElsewhere() external {
        vm.expectRevert(abi.encodeWithSelector(ITaxRouter.NotTheRouterOf.selector, address(token)));
        new TaxRouter(token, weth, stakers, treasury, address(this));
    }

    function _wait(uint256 time) private {
        vm.warp(block.timestamp + time);
    }
}

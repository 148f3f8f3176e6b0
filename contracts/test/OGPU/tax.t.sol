// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Escrow} from "../../src/Escrow.sol";
import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {IFullPair} from "../support/Exchange.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

/// Borrows oGPU from the pair and gives it back with the fee and the tax on both ways.
contract FlashBorrower {
    IOGPU private immutable TOKEN;
    IFullPair private immutable PAIR;

    constructor(IOGPU token, IFullPair pair) {
        (TOKEN, PAIR) = (token, pair);
    }

    function borrow(uint256 amount, address inside) external {
        bool first = PAIR.token0() == address(TOKEN);
        PAIR.swap(first ? amount : 0, first ? 0 : amount, address(this), abi.encode(amount, inside));
    }

    function uniswapV2Call(address, uint256, uint256, bytes calldata data) external {
        (uint256 amount, address inside) = abi.decode(data, (uint256, address));
        if (inside != address(0)) {
            (bool done, bytes memory reason) = inside.call(abi.encodeWithSignature("swap()"));
            if (!done) {
                assembly ("memory-safe") {
                    revert(add(reason, 0x20), mload(reason))
                }
            }
        }
        TOKEN.transfer(address(PAIR), amount * 107 / 100);
    }
}

/// Holds oGPU and lets shares of itself change hands.
contract Wrapper {}

contract TaxTest is TokenFixture {
    function setUp() public override {
        super.setUp();
        token.transfer(alice, 100_000 ether);
    }

    function test_Case3_ASaleIsTaxedExactlyOnce() external {
        uint256 inPair = token.balanceOf(address(pair));
        _sell(alice, 10_000 ether);
        assertEq(token.balanceOf(alice), 90_000 ether, "what was told");
        assertEq(token.balanceOf(address(taxRouter)), 500 ether, "5%");
        assertEq(token.balanceOf(address(pair)) - inPair, 9_500 ether, "the rest");
        assertTrue(alice.balance > 4 ether, "paid");
    }

    function test_Case3_ABuyIsTaxedExactlyOnce() external {
        uint256 inPair = token.balanceOf(address(pair));
        _buy(bob, 1 ether);
        uint256 out = inPair - token.balanceOf(address(pair));
        assertEq(token.balanceOf(address(taxRouter)), out * 500 / 10_000, "5%");
        assertEq(token.balanceOf(bob), out - out * 500 / 10_000, "the rest");
    }

    /// WETH -> oGPU -> another token: the first pair sends to the second, one transfer.
    function test_Case3_AHopOverTwoPairsIsTaxedOnce() external {
        (address other, IFullPair second) = _secondPair();
        token.registerPair(other);
        address[] memory path = new address[](3);
        (path[0], path[1], path[2]) = (address(weth), address(token), other);
        uint256 before = token.balanceOf(address(taxRouter));
        uint256 inPair = token.balanceOf(address(pair));
        weth.deposit{value: 1 ether}();
        weth.approve(address(router), 1 ether);
        router.swapExactTokensForTokensSupportingFeeOnTransferTokens(1 ether, 0, path, bob, block.timestamp);
        uint256 out = inPair - token.balanceOf(address(pair));
        assertEq(token.balanceOf(address(taxRouter)) - before, out * 500 / 10_000, "once");
        assertEq(token.balanceOf(address(second)), 10_000 ether + out - out * 500 / 10_000, "arrived");
    }

    function testFuzz_Case9_OnlyTheAmountIsCharged(uint256 amount) external {
        amount = bound(amount, 0, 100_000 ether);
        uint256 inPair = token.balanceOf(address(pair));
        uint256 here = token.balanceOf(address(this));
        assertEq(token.taxOn(alice, address(pair), amount), amount * 500 / 10_000, "as told before");
        vm.prank(alice);
        token.transfer(address(pair), amount);
        uint256 tax = amount * 500 / 10_000;
        assertEq(token.balanceOf(address(pair)), inPair + amount - tax, "the pool only gains");
        assertEq(token.balanceOf(alice), 100_000 ether - amount, "the seller pays what was told");
        assertEq(token.balanceOf(address(taxRouter)), tax, "tax, rounded down");
        assertEq(token.balanceOf(address(this)), here, "nobody else");
    }

    function test_Case6_TransferFromIsTaxedAsTransferIs() external {
        vm.prank(alice);
        token.approve(bob, 1_000 ether);
        vm.prank(bob);
        token.transferFrom(alice, address(pair), 1_000 ether);
        assertEq(token.balanceOf(address(taxRouter)), 50 ether, "5%");
    }

    function test_Case7_SkimAndSyncWorkAndTheProductNeverFalls() external {
        vm.prank(alice);
        token.transfer(address(pair), 1_000 ether);
        uint256 product = _product();
        pair.skim(bob);
        assertEq(token.balanceOf(bob), 902.5 ether, "taxed in and out");
        assertEq(_product(), product, "as it was");
        vm.prank(alice);
        token.transfer(address(pair), 1_000 ether);
        pair.sync();
        assertLe(product, _product(), "not less");
        vm.prank(alice);
        token.transfer(address(pair), 1_000 ether);
        product = _product();
        pair.skim(address(pair));
        assertEq(_product(), product, "to itself");
        pair.sync();
        assertLe(product, _product(), "not less");
    }

    function test_Case7_LiquidityComesAndGoes() external {
        uint256 product = _product();
        vm.deal(alice, 10 ether);
        vm.startPrank(alice);
        token.approve(address(router), 20_000 ether);
        router.addLiquidityETH{value: 10 ether}(address(token), 20_000 ether, 0, 0, alice, block.timestamp);
        assertEq(token.balanceOf(address(taxRouter)), 1_000 ether, "a deposit is a transfer to the pair");
        assertLe(product, _product(), "more");
        uint256 mine = pair.balanceOf(alice);
        pair.approve(address(router), mine);
        router.removeLiquidityETHSupportingFeeOnTransferTokens(
            address(token), mine, 0, 0, alice, block.timestamp
        );
        vm.stopPrank();
        assertLe(product, _product(), "not less than before");
    }

    function test_Case7_AFlashSwapPaysTheTaxBothWays() external {
        FlashBorrower borrower = new FlashBorrower(token, pair);
        token.transfer(address(borrower), 2_000 ether);
        uint256 product = _product();
        borrower.borrow(10_000 ether, address(0));
        assertEq(token.balanceOf(address(taxRouter)), 500 ether + 535 ether, "out and in");
        assertLe(product, _product(), "not less");
    }

    function test_Case8_ABuyNeverWaitsForTheTaxRouterAndSwappingInsideFailsAlone() external {
        token.transfer(address(taxRouter), 1_000_000 ether);
        taxRouter.observe();
        vm.warp(block.timestamp + 31 minutes);
        _buy(bob, 1 ether);
        assertTrue(token.balanceOf(bob) > 0, "bought");
        FlashBorrower borrower = new FlashBorrower(token, pair);
        token.transfer(address(borrower), 2_000 ether);
        vm.expectRevert(bytes("UniswapV2: LOCKED"));
        borrower.borrow(10_000 ether, address(taxRouter));
        _buy(bob, 1 ether);
        taxRouter.swap();
    }

    function test_Case4_ASecondPairIsTaxedFromTheBlockSomebodyNamesIt() external {
        (address other, IFullPair second) = _secondPair();
        vm.prank(alice);
        token.transfer(address(second), 100 ether);
        assertEq(token.balanceOf(address(taxRouter)), 0, "not before");
        vm.prank(bob);
        assertEq(token.registerPair(other), address(second), "derived");
        vm.prank(alice);
        token.transfer(address(second), 100 ether);
        assertEq(token.balanceOf(address(taxRouter)), 5 ether, "from then on");
        vm.expectRevert(abi.encodeWithSelector(IOGPU.AlreadyPair.selector, address(second)));
        token.registerPair(other);
    }

    function test_Case4_APairIsRegisteredBeforeItExists() external {
        address other = address(new FlashBorrower(token, pair));
        address future = token.registerPair(other);
        assertEq(factory.createPair(address(token), other), future, "the same");
        assertTrue(token.isPair(future), "registered");
        vm.expectRevert(IOGPU.ZeroAddress.selector);
        token.registerPair(address(0));
        vm.expectRevert(abi.encodeWithSelector(IOGPU.SamePairToken.selector, address(token)));
        token.registerPair(address(token));
    }

    function test_Case4_RevertWhen_AProtocolContractPaysAPair() external {
        Escrow escrow = new Escrow(token, address(this), address(this));
        token.exempt(address(escrow), true);
        vm.startPrank(alice);
        token.approve(address(escrow), 100 ether);
        assertEq(escrow.deposit(100 ether), 100 ether, "deposits are untaxed");
        vm.expectRevert(abi.encodeWithSelector(IOGPU.ExitToPair.selector, address(escrow), address(pair)));
        escrow.withdraw(100 ether, address(pair));
        escrow.withdraw(100 ether, bob);
        vm.stopPrank();
        assertEq(token.balanceOf(bob), 100 ether, "payouts are untaxed");
        uint256 id = vesting.grant(alice, 1_000 ether, 0);
        vm.warp(block.timestamp + 30 days);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.ExitToPair.selector, address(vesting), address(pair)));
        vesting.release(id, address(pair));
    }

    function test_Case4_RevertWhen_AnExemptAccountPaysAPairAlsoWhereItsExemptionCanEnd() external {
        token.transfer(alice, 100 ether);
        token.exempt(alice, false);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.ExitToPair.selector, alice, address(pair)));
        token.transfer(address(pair), 1 ether);
        vm.stopPrank();
    }

    /// Known limit: shares of a wrapper change hands untaxed. What it holds is limited like anybody's.
    function test_Case5_AWrapperIsBoundByTheWalletLimit() external {
        address wrapper = address(new Wrapper());
        token.transfer(wrapper, 420_000 ether);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IOGPU.AboveWalletLimit.selector, wrapper, 420_000 ether + 1, 420_000 ether)
        );
        token.transfer(wrapper, 1);
    }

    function test_Case15_BeforeTradingOpensOnlyTheOwnerMovesToAPair() external {
        _deployToken(500);
        _seed();
        assertEq(token.balanceOf(address(taxRouter)), 0, "first liquidity is untaxed");
        token.transfer(alice, 1_000 ether);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.TradingClosed.selector, alice, address(pair)));
        token.transfer(address(pair), 1 ether);
        address payable other = payable(address(0x0DD));
        vm.deal(other, 1 ether);
        vm.prank(other);
        vm.expectRevert();
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1 ether}(
            0, _path(address(weth), address(token)), other, block.timestamp
        );
        vm.prank(alice);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        token.openTrading();
        token.openTrading();
        assertTrue(token.tradingOpen(), "open");
        _buy(bob, 1 ether);
        vm.expectRevert(IOGPU.TradingAlreadyOpen.selector);
        token.openTrading();
        // The sniper's receiver is bound by the limit, wallet or contract.
        address sniper = address(new Wrapper());
        token.transfer(sniper, 420_000 ether);
        vm.deal(address(this), 50 ether);
        vm.expectRevert();
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1 ether}(
            0, _path(address(weth), address(token)), sniper, block.timestamp
        );
    }

    function test_ARateOfZeroTakesNothing() external {
        token.setTax(0);
        assertEq(token.taxBps(), 0, "rate");
        _sell(alice, 1_000 ether);
        assertEq(token.balanceOf(address(taxRouter)), 0, "nothing");
    }

    function _product() private view returns (uint256) {
        (uint112 a, uint112 b,) = pair.getReserves();
        return uint256(a) * b;
    }

    function _secondPair() private returns (address other, IFullPair second) {
        uint256 supply = 1_000_000 ether;
        Quote quote = new Quote(supply);
        other = address(quote);
        second = IFullPair(factory.createPair(address(token), other));
        token.transfer(address(second), 10_000 ether);
        quote.transfer(address(second), 10_000 ether);
        second.mint(address(this));
    }
}

/// Another token to trade against.
contract Quote {
    mapping(address account => uint256) public balanceOf;

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}

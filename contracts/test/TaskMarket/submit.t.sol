// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Job, Order, Parameters, State} from "../../src/interfaces/Types.sol";
import {MarketFixture} from "../support/MarketFixture.sol";
import {BurningWallet, ContractWallet} from "../support/Wallets.sol";

contract SubmitTest is MarketFixture {
    uint256 internal constant BUDGET = 10 ether + 80 ether + 0.5 ether;

    function test_LocksTheBudget() external {
        vm.expectEmit(address(market));
        emit ITaskMarket.Submitted(id, customer, order, BUDGET);
        _submit();
        assertEq(escrow.lockedOf(customer), BUDGET, "locked");
        assertEq(escrow.balanceOf(customer), DEPOSITED - BUDGET, "free");
        Job memory job = market.jobOf(id);
        assertEq(job.locked, BUDGET, "the job knows its lock");
        assertEq(job.parametersVersion, 1, "parameters of now");
        assertEq(job.auctionBy, block.timestamp + 60, "auctionBy");
        assertEq(job.deadline, block.timestamp + 660, "deadline");
        (uint256 price, uint256 validation, uint256 deposit, uint256 total) = market.budgetOf(order);
        assertEq(price, 10 ether, "budgetOf price");
        assertEq(validation, 80 ether, "budgetOf validation");
        assertEq(deposit, 0.5 ether, "budgetOf deposit");
        assertEq(total, BUDGET, "budgetOf total");
    }

    function test_FloorRateRaisesTheValidationBudget() external {
        order.maxPrice = 1;
        order.timeout = 100;
        _submit();
        // maxBase = 0.0001 x 100 = 0.01 for each of eight seats
        assertEq(escrow.lockedOf(customer), 1 + 0.08 ether, "floor budget");
    }

    function testFuzz_LocksWhatBudgetOfSays(uint128 maxPrice, uint8 members, uint32 timeout) external {
        order.maxPrice = uint128(bound(maxPrice, 1, 90 ether));
        order.members = uint8(bound(members, 1, 4)) * 2 + 1;
        order.timeout = uint32(bound(timeout, 1, order.hardSeconds));
        (,,, uint256 total) = market.budgetOf(order);
        _submit();
        assertEq(escrow.lockedOf(customer), total, "locked");
        assertEq(escrow.balanceOf(customer) + total, DEPOSITED, "nothing is made or lost");
    }

    function test_RevertWhen_Twice() external {
        _submit();
        bytes memory signature = _signOrder();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.AlreadySubmitted.selector, id));
        market.submit(order, signature);
    }

    function test_RevertWhen_SubmitByPassed() external {
        bytes memory signature = _signOrder();
        vm.warp(order.submitBy + 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.TooLate.selector, id, uint256(order.submitBy)));
        market.submit(order, signature);
    }

    function test_RevertWhen_NonceUsedByAnotherOrder() external {
        _submit();
        order.specHash = keccak256("another");
        bytes memory signature = _signOrder();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NonceUsed.selector, customer, order.nonce));
        market.submit(order, signature);
    }

    function test_RevertWhen_NonceRevoked() external {
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = order.nonce;
        vm.prank(customer);
        market.revokeNonces(nonces);
        bytes memory signature = _signOrder();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NonceUsed.selector, customer, order.nonce));
        market.submit(order, signature);
    }

    function test_ARevokedNonceIsTheCallersAlone() external {
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = order.nonce;
        vm.prank(auctioneer);
        market.revokeNonces(nonces);
        _submit();
        assertState(State.Open);
    }

    function test_RevertWhen_BalanceTooSmall() external {
        vm.prank(customer);
        escrow.withdraw(DEPOSITED - BUDGET + 1, customer);
        bytes memory signature = _signOrder();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, customer, BUDGET - 1, BUDGET));
        market.submit(order, signature);
        assertEq(escrow.lockedOf(customer), 0, "nothing locked");
    }

    function test_Case58_RevertWhen_SignatureIsAnothersOrMalleable() external {
        bytes32 digest = market.orderId(order);
        bytes memory foreign = _signDigest(AUCTIONEER_KEY, digest);
        _expectBadSignature(digest);
        market.submit(order, foreign);

        // The same signature with s mirrored into the upper half of the curve order: valid mathematically, refused.
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CUSTOMER_KEY, digest);
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        _expectBadSignature(digest);
        market.submit(order, abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27)));

        _expectBadSignature(digest);
        market.submit(order, abi.encodePacked(r, s, uint8(v - 27)));
        _expectBadSignature(digest);
        market.submit(order, abi.encodePacked(r, s));
        _expectBadSignature(digest);
        market.submit(order, "");
        assertState(State.None);
    }

    function test_Case58_RevertWhen_TheCustomerIsNobody() external {
        order.customer = address(0);
        bytes32 digest = market.orderId(order);
        // ecrecover answers the zero address for a signature like this one
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, address(0), digest));
        market.submit(order, abi.encodePacked(bytes32(uint256(1)), bytes32(uint256(1)), uint8(29)));
    }

    function test_Case56_RevertWhen_TheOrderIsForAnotherChainOrContract() external {
        bytes memory signature = _signOrder();
        vm.chainId(1);
        bytes32 there = market.orderId(order);
        assertTrue(there != id, "the id changes with the chain");
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, customer, there));
        market.submit(order, signature);
    }

    function test_Case59_AContractCustomerIsAskedAtUse() external {
        ContractWallet wallet = new ContractWallet(customer);
        order.customer = address(wallet);
        escrow.depositFor(address(wallet), 100 ether);
        id = market.orderId(order);
        bytes memory signature = _signDigest(CUSTOMER_KEY, id);
        wallet.setAccepting(false);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, address(wallet), id));
        market.submit(order, signature);
        wallet.setAccepting(true);
        market.submit(order, signature);
        assertState(State.Open);
    }

    function test_Case59_AContractCustomerCannotBurnTheCarriersGas() external {
        BurningWallet wallet = new BurningWallet();
        order.customer = address(wallet);
        bytes32 digest = market.orderId(order);
        uint256 before = gasleft();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, address(wallet), digest));
        market.submit(order, "");
        assertLe(before - gasleft(), 400_000, "gas of a refused signature");
    }

    function test_RevertWhen_AFieldIsOutOfBounds() external {
        Order memory good = order;
        order.maxPrice = 0;
        _expectBounds("maxPrice", 0, 1, 21_000_000 ether);
        order = good;
        order.maxPrice = 21_000_000 ether + 1;
        _expectBounds("maxPrice", 21_000_000 ether + 1, 1, 21_000_000 ether);
        order = good;
        order.members = 1;
        _expectBounds("members", 1, 3, 9);
        order.members = 4;
        _expectBounds("members", 4, 3, 9);
        order.members = 11;
        _expectBounds("members", 11, 3, 9);
        order = good;
        order.hardSeconds = 3 days + 1;
        _expectBounds("hardSeconds", 3 days + 1, 1, 3 days);
        order = good;
        order.softSeconds = 0;
        _expectBounds("softSeconds", 0, 1, 240);
        order.softSeconds = 241;
        _expectBounds("softSeconds", 241, 1, 240);
        order = good;
        order.timeout = 0;
        _expectBounds("timeout", 0, 1, 240);
        order = good;
        order.floorBps = 10_001;
        _expectBounds("floorBps", 10_001, 0, 10_000);
        order = good;
        order.validation = 2;
        _expectBounds("validation", 2, 0, 1);
        order = good;
        order.comparison = 2;
        _expectBounds("comparison", 2, 0, 1);
    }

    function test_RevertWhen_Paused() external {
        bytes memory signature = _signOrder();
        vm.prank(guardian);
        market.pause();
        vm.expectRevert(abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours));
        market.submit(order, signature);
    }

    function test_ManyAreSubmittedAndKnownOnesSkipped() external {
        _submit();
        (Order[] memory orders, bytes[] memory signatures) = _three();
        market.submitMany(orders, signatures);
        for (uint256 i; i < 3; ++i) {
            assertEq(uint256(market.jobOf(market.orderId(orders[i])).state), uint256(State.Open), "open");
        }
        assertEq(escrow.lockedOf(customer), 3 * BUDGET, "each locked once");
    }

    function test_RevertWhen_OneOfManyIsBad() external {
        (Order[] memory orders, bytes[] memory signatures) = _three();
        signatures[2] = signatures[1];
        vm.expectRevert(
            abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, customer, market.orderId(orders[2]))
        );
        market.submitMany(orders, signatures);
        assertEq(escrow.lockedOf(customer), 0, "nothing locked");
    }

    function test_RevertWhen_LengthsDiffer() external {
        (Order[] memory orders,) = _three();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.LengthMismatch.selector, 3, 2));
        market.submitMany(orders, new bytes[](2));
    }

    function _three() private returns (Order[] memory orders, bytes[] memory signatures) {
        orders = new Order[](3);
        signatures = new bytes[](3);
        for (uint256 i; i < 3; ++i) {
            order.nonce = i + 1;
            orders[i] = order;
            signatures[i] = _signOrder();
        }
    }

    function _expectBadSignature(bytes32 digest) private {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.SignatureInvalid.selector, customer, digest));
    }

    function _expectBounds(bytes32 field, uint256 value, uint256 min, uint256 max) private {
        bytes memory signature = _signOrder();
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OrderOutOfBounds.selector, field, value, min, max));
        market.submit(order, signature);
    }
}

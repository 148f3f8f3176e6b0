// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Escrow} from "../../src/Escrow.sol";
import {Owned} from "../../src/access/Owned.sol";
import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

/// The wallet limit, the exemptions and everything else the owner can set.
contract TokenParametersTest is TokenFixture {
    bytes4 private constant NOT_OWNER = bytes4(keccak256("OwnableUnauthorizedAccount(address)"));

    function test_AReceiverMayReachTheLimitNotPassIt() external {
        token.transfer(alice, 420_000 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IOGPU.AboveWalletLimit.selector, alice, 420_000 ether + 1, 420_000 ether)
        );
        token.transfer(alice, 1);
        vm.startPrank(alice);
        token.transfer(alice, 420_000 ether);
        token.transfer(alice, 0);
        vm.stopPrank();
    }

    function testFuzz_TheLimitHoldsWhereverItIsSet(uint256 limit, uint256 amount) external {
        limit = bound(limit, 105_000 ether, 420_000 ether);
        amount = bound(amount, 100_000 ether, 430_000 ether);
        token.setWalletLimit(limit);
        if (amount > limit) {
            vm.expectRevert(abi.encodeWithSelector(IOGPU.AboveWalletLimit.selector, alice, amount, limit));
        }
        token.transfer(alice, amount);
        assertLe(token.balanceOf(alice), limit, "within");
    }

    /// Known limit: addresses are free. Votes and rewards follow what is staked, not how many wallets hold it.
    function test_Case11_SplittingOverWalletsIsAKnownLimit() external {
        uint256 limit = token.walletLimit();
        token.transfer(alice, limit);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.AboveWalletLimit.selector, alice, limit + 1, limit));
        token.transfer(alice, 1);
        token.transfer(bob, limit);
        assertEq(token.balanceOf(alice) + token.balanceOf(bob), 2 * limit, "twice the limit in two wallets");
    }

    function test_Case12_SomebodyAtTheLimitStillExitsToAnotherAddress() external {
        Escrow escrow = new Escrow(token, address(this), address(this));
        token.exempt(address(escrow), true);
        token.approve(address(escrow), 1_000 ether);
        escrow.depositFor(alice, 1_000 ether);
        uint256 id = vesting.grant(alice, 1_000 ether, 0);
        vm.warp(block.timestamp + 365 days);
        token.transfer(alice, 420_000 ether);
        vm.startPrank(alice);
        vm.expectPartialRevert(IOGPU.AboveWalletLimit.selector);
        escrow.withdraw(1_000 ether, alice);
        escrow.withdraw(1_000 ether, bob);
        uint256 got = vesting.release(id, bob);
        vm.stopPrank();
        assertEq(token.balanceOf(bob), 1_000 ether + got, "both arrived");
    }

    function test_Case13_ProtocolContractsHoldMoreAndStayExempt() external {
        address[4] memory holders =
            [address(vesting), address(airdrop), address(emission), address(taxRouter)];
        for (uint256 i; i < holders.length; ++i) {
            assertTrue(token.isCore(holders[i]) && token.isExempt(holders[i]), "core");
            vm.expectRevert(abi.encodeWithSelector(IOGPU.CoreExemption.selector, holders[i]));
            token.unexempt(holders[i]);
        }
        token.transfer(treasury, 1_000_000 ether);
    }

    function test_Case13_OnlyTheOwnerChangesExemptions() external {
        vm.startPrank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        token.exempt(alice, false);
        vm.expectPartialRevert(NOT_OWNER);
        token.unexempt(treasury);
        vm.stopPrank();
        token.exempt(alice, false);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.AlreadyExempt.selector, alice));
        token.exempt(alice, false);
        token.transfer(alice, 500_000 ether);
        token.unexempt(alice);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.NotExempt.selector, alice));
        token.unexempt(alice);
        vm.expectPartialRevert(IOGPU.AboveWalletLimit.selector);
        token.transfer(alice, 1);
        vm.prank(alice);
        token.transfer(bob, 100_000 ether);
        token.exempt(bob, false);
        token.exempt(bob, true);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.CoreExemption.selector, bob));
        token.unexempt(bob);
        vm.expectRevert(IOGPU.ZeroAddress.selector);
        token.exempt(address(0), true);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.IsPair.selector, address(pair)));
        token.exempt(address(pair), true);
    }

    function test_Case10_TheTaxStaysBelowItsCeilingHoweverSmallTheSteps() external {
        token.setTax(100);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.TooSoon.selector, block.timestamp + 7 days));
        token.setTax(101);
        for (uint256 i; i < 10; ++i) {
            vm.warp(block.timestamp + 7 days);
            uint256 next = token.taxBps() + 50;
            if (next > 500) {
                vm.expectRevert(abi.encodeWithSelector(IOGPU.OutOfBounds.selector, bytes32("tax"), next, 0, 500));
            }
            token.setTax(next);
        }
        assertEq(token.taxBps(), 500, "the ceiling");
    }

    function testFuzz_Case52_RevertWhen_AParameterIsOutOfBounds(uint256 value) external {
        if (value > 500) {
            vm.expectRevert(abi.encodeWithSelector(IOGPU.OutOfBounds.selector, bytes32("tax"), value, 0, 500));
        }
        token.setTax(value);
        if (value < 105_000 ether || value > 420_000 ether) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IOGPU.OutOfBounds.selector, bytes32("walletLimit"), value, 105_000 ether, 420_000 ether
                )
            );
        }
        token.setWalletLimit(value);
    }

    function test_RevertWhen_AStrangerSetsAParameter() external {
        vm.startPrank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        token.setTax(0);
        vm.expectPartialRevert(NOT_OWNER);
        token.setWalletLimit(420_000 ether);
        vm.expectPartialRevert(NOT_OWNER);
        token.registerExchange(address(pair));
        vm.expectPartialRevert(NOT_OWNER);
        token.unregisterExchange(address(pair));
        vm.stopPrank();
    }

    function test_OtherExchangesComeAndGoPairsOfTheFactoryStay() external {
        address pool = address(this);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.IsExempt.selector, pool));
        token.registerExchange(pool);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.NotAContract.selector, alice));
        token.registerExchange(alice);
        pool = address(router);
        token.registerExchange(pool);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.AlreadyPair.selector, pool));
        token.registerExchange(pool);
        token.transfer(alice, 100 ether);
        vm.prank(alice);
        token.transfer(pool, 100 ether);
        assertEq(token.balanceOf(address(taxRouter)), 5 ether, "taxed");
        token.unregisterExchange(pool);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.NotPair.selector, pool));
        token.unregisterExchange(pool);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.DerivedPair.selector, address(pair)));
        token.unregisterExchange(address(pair));
    }

    /// A pair of the factory that the owner had registered by hand becomes permanent when somebody derives it.
    function test_ADerivedPairStaysWhoeverRegisteredItFirst() external {
        address made = factory.createPair(address(token), address(router));
        token.registerExchange(made);
        vm.prank(bob);
        token.registerPair(address(router));
        vm.expectRevert(abi.encodeWithSelector(IOGPU.DerivedPair.selector, made));
        token.unregisterExchange(made);
    }

    function test_Case17_OwnershipIsHandedOnInTwoStepsAndCannotBeDropped() external {
        vm.expectRevert(Owned.OwnerRequired.selector);
        token.renounceOwnership();
        token.transferOwnership(alice);
        assertEq(token.owner(), address(this), "until accepted");
        token.transferOwnership(bob);
        vm.prank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        token.acceptOwnership();
        vm.prank(bob);
        token.acceptOwnership();
        vm.expectPartialRevert(NOT_OWNER);
        token.setTax(0);
    }

    /// There is no pause, freeze, block list, seizure or burn, whatever it might be called.
    function test_Case17_NoRoleCanFreezeOrTake() external {
        token.transfer(alice, 10 ether);
        string[6] memory names = [
            "pause()",
            "freeze(address)",
            "blacklist(address)",
            "burn(address,uint256)",
            "burnFrom(address,uint256)",
            "forceTransfer(address,address,uint256)"
        ];
        for (uint256 i; i < names.length; ++i) {
            (bool done,) = address(token).call(abi.encodeWithSignature(names[i], alice, bob, 1));
            assertTrue(!done, names[i]);
        }
        vm.prank(alice);
        token.transfer(bob, 10 ether);
    }
}

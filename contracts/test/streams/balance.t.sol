// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {IStreamPayments} from "../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../src/streams/StreamPayments.sol";
import {StreamFixture} from "./support/StreamFixture.sol";

contract BalanceTest is StreamFixture {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(100 ether);
        _redeem(channel, 50 ether);
    }

    function test_TheProviderNamesWhereItsPayGoes() external {
        vm.expectEmit(address(streams));
        emit IStreamPayments.Withdrawn(provider, address(0x70), 9 ether);
        vm.prank(provider);
        streams.withdraw(9 ether, address(0x70));
        assertEq(token.balanceOf(address(0x70)), 9 ether, "there");
        assertEq(streams.balanceOf(provider), 40 ether, "the rest waits");
    }

    function test_AnybodyMayCarryAWithdrawalOnce() external {
        bytes memory signature = _signWithdrawal(_providerKey(0), address(0x70), 9 ether, 0, block.timestamp);
        vm.prank(address(0xCA4));
        streams.withdrawWithSig(provider, address(0x70), 9 ether, block.timestamp, signature);
        assertEq(token.balanceOf(address(0x70)), 9 ether, "there");
        assertEq(streams.nonces(provider), 1, "used");
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.withdrawWithSig(provider, address(0x70), 9 ether, block.timestamp, signature);
        uint256 deadline = block.timestamp;
        signature = _signWithdrawal(_providerKey(0), address(0x70), 9 ether, 1, deadline);
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.withdrawWithSig(provider, address(0x71), 9 ether, deadline, signature);
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.SignatureExpired.selector, deadline, block.timestamp)
        );
        streams.withdrawWithSig(provider, address(0x70), 9 ether, deadline, signature);
    }

    function test_RevertWhen_MoreThanTheBalanceOrNothingIsTakenOrNobodyGetsIt() external {
        vm.startPrank(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.InsufficientBalance.selector, provider, 49 ether, 49 ether + 1)
        );
        streams.withdraw(49 ether + 1, provider);
        vm.expectRevert(IStreamPayments.ZeroAmount.selector);
        streams.withdraw(0, provider);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ReceiverNotAllowed.selector, address(streams)));
        streams.withdraw(1, address(streams));
        vm.expectPartialRevert(IERC20Errors.ERC20InvalidReceiver.selector);
        streams.withdraw(1, address(0));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.InsufficientBalance.selector, alice, 0, 1));
        vm.prank(alice);
        streams.withdraw(1, alice);
    }

    function test_Case12_AReceiverAtTheWalletLimitHarmsOnlyHimself() external {
        token.transfer(provider, 420_000 ether);
        vm.prank(provider);
        vm.expectPartialRevert(IOGPU.AboveWalletLimit.selector);
        streams.withdraw(1 ether, provider);
        assertEq(streams.balanceOf(provider), 49 ether, "nothing changed");
        assertEq(_redeem(channel, 60 ether), 10 ether, "vouchers go on");
        vm.prank(alice);
        streams.close(channel);
        vm.warp(block.timestamp + DELAY);
        streams.finish(channel);
        vm.prank(alice);
        streams.withdraw(40 ether, alice);
        assertEq(streams.sweepFees(_one(provider)), 1.2 ether, "fees go out");
        vm.prank(provider);
        streams.withdraw(58.8 ether, address(0x70));
        assertEq(token.balanceOf(address(0x70)), 58.8 ether, "to another wallet");
        assertEq(token.balanceOf(address(streams)), 0, "all out");
    }

    function test_Case4_MoneyOfChannelsIsNotPaidToAPair() external {
        address pair = token.pairFor(address(0xE74));
        vm.expectRevert(abi.encodeWithSelector(IOGPU.ExitToPair.selector, address(streams), pair));
        vm.prank(provider);
        streams.withdraw(1 ether, pair);
    }

    function test_AnybodySweepsFeesToTheTreasury() external {
        vm.startPrank(alice);
        uint256 other = streams.open(address(0xB0B), address(0), 100 ether);
        vm.stopPrank();
        _redeem(other, 100 ether);
        address[] memory list = new address[](4);
        (list[0], list[1], list[2], list[3]) = (provider, address(0xB0B), provider, address(0xDEAD));
        vm.expectEmit(address(streams));
        emit IStreamPayments.FeesSwept(treasury, 3 ether);
        vm.prank(address(0xCA4));
        assertEq(streams.sweepFees(list), 3 ether, "each once");
        assertEq(token.balanceOf(treasury), 3 ether, "there");
        assertEq(streams.balanceOf(provider), 49 ether, "pay is not touched");
        vm.expectRevert(IStreamPayments.NothingToSweep.selector);
        streams.sweepFees(list);
    }

    function test_Case52_ParametersStayWithinTheirBounds() external {
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.OutOfBounds.selector, bytes32("feeBps"), 501, 0, 500)
        );
        streams.setParameters(501, DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IStreamPayments.OutOfBounds.selector, bytes32("closeSeconds"), 0, 1, 30 days)
        );
        streams.setParameters(200, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStreamPayments.OutOfBounds.selector, bytes32("closeSeconds"), 30 days + 1, 1, 30 days
            )
        );
        streams.setParameters(200, 30 days + 1);
        vm.expectRevert(IStreamPayments.ZeroAddress.selector);
        streams.setTreasury(address(0));
        vm.expectEmit(address(streams));
        emit IStreamPayments.ParametersChanged(0, 1);
        streams.setParameters(0, 1);
        streams.setParameters(500, 30 days);
        assertEq(streams.feeBps(), 500, "fee");
        assertEq(streams.closeSeconds(), 30 days, "delay");
        streams.setTreasury(address(0x7EB));
        assertEq(streams.treasury(), address(0x7EB), "treasury");
    }

    function test_Case52_DelaysAreSecondsOnDevelopmentChainsAlone() external {
        vm.chainId(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStreamPayments.OutOfBounds.selector, bytes32("closeSeconds"), 3_599, 3_600, 30 days
            )
        );
        streams.setParameters(200, 1 hours - 1);
        streams.setParameters(200, 1 hours);
        vm.expectPartialRevert(IStreamPayments.OutOfBounds.selector);
        new StreamPayments(token, treasury, 200, 60, address(this), guardian);
    }

    function test_RevertWhen_SomebodyElseGoverns() external {
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
        streams.setParameters(200, DELAY);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
        streams.setTreasury(guardian);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, address(this)));
        streams.pause();
    }
}

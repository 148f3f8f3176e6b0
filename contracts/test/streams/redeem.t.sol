// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStreamPayments, Voucher, VoucherSkip} from "../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../src/streams/StreamPayments.sol";
import {BurningWallet, ContractWallet} from "../support/Wallets.sol";
import {StreamFixture} from "./support/StreamFixture.sol";

contract RedeemTest is StreamFixture {
    function test_OneVoucherPaysForAnyNumberOfRequests() external {
        uint256 channel = _open(10 ether);
        vm.expectEmit(address(streams));
        emit IStreamPayments.VoucherRedeemed(channel, 4 ether, 3.92 ether, 0.08 ether);
        assertEq(_redeem(channel, 4 ether), 4 ether, "earned");
        assertEq(streams.balanceOf(provider), 3.92 ether, "the provider's");
        assertEq(streams.feesOf(provider), 0.08 ether, "the protocol's");
        assertEq(_state(channel).redeemed, 4 ether, "taken");
    }

    function test_ALaterVoucherPaysTheDifference() external {
        uint256 channel = _open(10 ether);
        _redeem(channel, 4 ether);
        assertEq(_redeem(channel, 5 ether), 1 ether, "the difference");
        assertEq(streams.balanceOf(provider), 4.9 ether, "of all");
        assertEq(streams.feesOf(provider), 0.1 ether, "of all");
    }

    function test_Case48_UsedOrLowerVouchersPayNothing() external {
        uint256 channel = _open(10 ether);
        _redeem(channel, 4 ether);
        for (uint256 cumulative = 4 ether; cumulative > 2 ether; cumulative -= 1 ether) {
            bytes memory signature = _sign(_customerKey(0), channel, cumulative);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IStreamPayments.NothingNew.selector, channel, cumulative, 10 ether, 4 ether
                )
            );
            streams.redeem(channel, cumulative, signature);
        }
        assertEq(streams.balanceOf(provider), 3.92 ether, "nothing more");
    }

    function test_Case48_AVoucherAboveTheDepositPaysTheDeposit() external {
        uint256 channel = _open(10 ether);
        assertEq(_redeem(channel, type(uint256).max), 10 ether, "the deposit");
        vm.expectRevert(
            abi.encodeWithSelector(
                IStreamPayments.NothingNew.selector, channel, type(uint256).max, 10 ether, 10 ether
            )
        );
        streams.redeem(channel, type(uint256).max, _sign(_customerKey(0), channel, type(uint256).max));
        vm.prank(alice);
        streams.topUp(channel, 1 ether);
        assertEq(_redeem(channel, type(uint256).max), 1 ether, "and what came to it");
    }

    function test_Case48_AnOverclaimNeedsTheCustomersWord() external {
        uint256 channel = _open(10 ether);
        bytes memory signature = _sign(_customerKey(0), channel, 4 ether);
        bytes32 digest = _digest(_voucher(channel, 5 ether), address(streams));
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.SignatureInvalid.selector, alice, digest));
        vm.prank(provider);
        streams.redeem(channel, 5 ether, signature);
        signature = _sign(_providerKey(0), channel, 5 ether);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.SignatureInvalid.selector, alice, digest));
        vm.prank(provider);
        streams.redeem(channel, 5 ether, signature);
    }

    function test_AnybodyMayCarryAVoucherAndTheProviderIsPaid() external {
        uint256 channel = _open(10 ether);
        bytes memory signature = _sign(_customerKey(0), channel, 1 ether);
        vm.prank(address(0xCA4));
        streams.redeem(channel, 1 ether, signature);
        assertEq(streams.balanceOf(provider), 0.98 ether, "the provider");
        assertEq(streams.balanceOf(address(0xCA4)), 0, "not who carried");
    }

    function test_ADelegateSignsForItsChannelAlone() external {
        uint256 with = _openWithDelegate(10 ether);
        uint256 without = _open(10 ether);
        streams.redeem(with, 1 ether, _sign(DELEGATE_KEY, with, 1 ether));
        streams.redeem(with, 3 ether, _sign(_customerKey(0), with, 3 ether));
        assertEq(_state(with).redeemed, 3 ether, "both may sign");
        bytes memory signature = _sign(DELEGATE_KEY, without, 1 ether);
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.redeem(without, 1 ether, signature);
    }

    function test_Case60_AVoucherIsOfOneChannelContractAndChain() external {
        uint256 first = _open(10 ether);
        uint256 second = _open(10 ether);
        bytes memory signature = _sign(_customerKey(0), first, 1 ether);
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.redeem(second, 1 ether, signature);

        StreamPayments other = new StreamPayments(token, treasury, 200, DELAY, address(this), guardian);
        signature = _signed(_customerKey(0), _voucher(first, 1 ether), address(other));
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.redeem(first, 1 ether, signature);

        signature = _sign(_customerKey(0), first, 1 ether);
        uint256 id = block.chainid;
        vm.chainId(id + 1);
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.redeem(first, 1 ether, signature);
        vm.chainId(id);
        assertEq(streams.redeem(first, 1 ether, signature), 1 ether, "where it belongs");
        assertEq(streams.voucherDigest(first, 1 ether), _digest(_voucher(first, 1 ether), address(streams)), "told");
    }

    function test_Case58_MalleableSignaturesAreRefused() external {
        uint256 channel = _open(10 ether);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(_customerKey(0), _digest(_voucher(channel, 1 ether), address(streams)));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes[3] memory bad = [
            abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27)),
            abi.encodePacked(r, s, v - 27),
            abi.encodePacked(r, s)
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
            streams.redeem(channel, 1 ether, bad[i]);
        }
    }

    function test_Case59_AContractCustomerIsAskedAtUseAndItsDelegateCannotBeTakenBack() external {
        ContractWallet wallet = new ContractWallet(vm.addr(0x511));
        token.transfer(address(wallet), 20 ether);
        vm.startPrank(address(wallet));
        token.approve(address(streams), 20 ether);
        uint256 channel = streams.open(provider, delegate, 20 ether);
        vm.stopPrank();
        streams.redeem(channel, 1 ether, _sign(0x511, channel, 1 ether));
        wallet.setAccepting(false);
        bytes memory signature = _sign(0x511, channel, 2 ether);
        vm.expectPartialRevert(IStreamPayments.SignatureInvalid.selector);
        streams.redeem(channel, 2 ether, signature);
        assertEq(streams.redeem(channel, 3 ether, _sign(DELEGATE_KEY, channel, 3 ether)), 2 ether, "the delegate's");
    }

    function test_RevertWhen_TheChannelDoesNotLive() external {
        uint256 channel = _open(10 ether);
        bytes memory signature = _sign(_customerKey(0), channel, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.UnknownChannel.selector, channel + 1, channel));
        streams.redeem(channel + 1, 1 ether, signature);
        vm.prank(alice);
        streams.close(channel);
        uint256 closeAt = block.timestamp + DELAY;
        vm.warp(closeAt - 1);
        uint256 snapshot = vm.snapshotState();
        assertEq(streams.redeem(channel, 1 ether, signature), 1 ether, "in the last second");
        vm.revertToState(snapshot);
        vm.warp(closeAt);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.RedeemEnded.selector, channel, closeAt));
        streams.redeem(channel, 1 ether, signature);
        streams.finish(channel);
        vm.expectRevert(abi.encodeWithSelector(IStreamPayments.ChannelIsClosed.selector, channel));
        streams.redeem(channel, 1 ether, signature);
    }

    function test_ABatchSkipsAndReportsWhatIsBad() external {
        uint256 good = _open(10 ether);
        uint256 closed = _open(10 ether);
        uint256 late = _open(10 ether);
        uint256 delegated = _openWithDelegate(10 ether);
        vm.prank(provider);
        streams.close(closed);
        vm.prank(alice);
        streams.close(late);
        vm.warp(block.timestamp + DELAY);
        Voucher[] memory list = _batch(7);
        list[0] = Voucher(99, 1 ether, _sign(_customerKey(0), 99, 1 ether));
        list[1] = Voucher(good, 2 ether, _sign(_customerKey(0), good, 2 ether));
        list[2] = Voucher(good, 2 ether, _sign(_customerKey(0), good, 2 ether));
        list[3] = Voucher(closed, 1 ether, _sign(_customerKey(0), closed, 1 ether));
        list[4] = Voucher(late, 1 ether, _sign(_customerKey(0), late, 1 ether));
        list[5] = Voucher(good, 3 ether, _sign(_customerKey(1), good, 3 ether));
        list[6] = Voucher(delegated, 5 ether, _sign(DELEGATE_KEY, delegated, 5 ether));
        _expectSkipped(99, 1 ether, VoucherSkip.Unknown);
        vm.expectEmit(address(streams));
        emit IStreamPayments.VoucherRedeemed(good, 2 ether, 1.96 ether, 0.04 ether);
        _expectSkipped(good, 2 ether, VoucherSkip.NothingNew);
        _expectSkipped(closed, 1 ether, VoucherSkip.Closed);
        _expectSkipped(late, 1 ether, VoucherSkip.Late);
        _expectSkipped(good, 3 ether, VoucherSkip.BadSignature);
        vm.expectEmit(address(streams));
        emit IStreamPayments.VoucherRedeemed(delegated, 5 ether, 4.9 ether, 0.1 ether);
        assertEq(streams.redeemMany(list), 2, "two held");
        assertEq(streams.balanceOf(provider), 6.86 ether, "paid");
    }

    function test_Case59_AWalletThatBurnsGasIsSkippedInABatch() external {
        BurningWallet burner = new BurningWallet();
        token.transfer(address(burner), 1 ether);
        vm.startPrank(address(burner));
        token.approve(address(streams), 1 ether);
        uint256 burning = streams.open(provider, address(0), 1 ether);
        vm.stopPrank();
        uint256 good = _open(10 ether);
        Voucher[] memory list = _batch(2);
        list[0] = Voucher(burning, 1 ether, "");
        list[1] = Voucher(good, 1 ether, _sign(_customerKey(0), good, 1 ether));
        uint256 before = gasleft();
        assertEq(streams.redeemMany(list), 1, "the other");
        assertLe(before - gasleft(), 300_000, "bounded");
    }

    /// However a sum is split, the fee is that of the sum.
    function testFuzz_TheFeeDoesNotDependOnTheSplit(uint256 deposit, uint256[8] calldata steps) external {
        deposit = bound(deposit, 8, EACH);
        uint256 channel = _open(deposit);
        uint256 sum;
        for (uint256 i; i < steps.length; ++i) {
            sum += bound(steps[i], 1, deposit / 8);
            _redeem(channel, sum);
        }
        assertEq(streams.feesOf(provider), sum * 200 / 10_000, "floor of the sum");
        assertEq(streams.balanceOf(provider), sum - sum * 200 / 10_000, "the rest");
    }

    /// Whatever is signed and in whatever order it comes, the channel pays the highest amount within the deposit.
    function testFuzz_Case48_TheHighestVoucherWithinTheDepositIsWhatIsPaid(
        uint256 deposit,
        uint256[6] calldata amounts
    ) external {
        deposit = bound(deposit, 1, EACH);
        uint256 channel = _open(deposit);
        Voucher[] memory list = _batch(amounts.length);
        uint256 highest;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 amount = i % 3 == 2 ? amounts[i] : bound(amounts[i], 0, 2 * deposit);
            if (amount > highest) highest = amount;
            list[i] = Voucher(channel, amount, _sign(_customerKey(0), channel, amount));
        }
        streams.redeemMany(list);
        uint256 paid = highest < deposit ? highest : deposit;
        assertEq(_state(channel).redeemed, paid, "redeemed");
        assertEq(streams.balanceOf(provider) + streams.feesOf(provider), paid, "and paid");
    }

    function _expectSkipped(uint256 channel, uint256 cumulative, VoucherSkip reason) private {
        vm.expectEmit(address(streams));
        emit IStreamPayments.VoucherSkipped(channel, cumulative, reason);
    }
}

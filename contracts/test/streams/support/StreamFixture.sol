// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../../src/OGPU.sol";
import {ChannelState, ChannelView, Voucher} from "../../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../../src/streams/StreamPayments.sol";
import {Test} from "../../support/Test.sol";
import {newToken} from "../../support/Tokens.sol";

/// The real token and the channels, four customers and three providers with keys of their own, and a delegate's key. The fee
/// is 2%, the closing delay an hour. This contract owns everything.
abstract contract StreamFixture is Test {
    uint256 internal constant CUSTOMERS = 4;
    uint256 internal constant PROVIDERS = 3;
    uint256 internal constant EACH = 100_000 ether;
    uint256 internal constant DELAY = 1 hours;
    uint256 internal constant DELEGATE_KEY = 0xDE1E;
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    OGPU internal token;
    StreamPayments internal streams;
    address internal guardian = address(0x6A4D);
    address internal treasury = address(0x7EA);
    address internal alice;
    address internal provider;
    address internal delegate;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        token = newToken(address(this));
        streams = new StreamPayments(token, treasury, 200, DELAY, address(this), guardian);
        token.exempt(address(streams), true);
        token.exempt(treasury, true);
        token.openTrading();
        for (uint256 i; i < CUSTOMERS; ++i) {
            address customer = vm.addr(_customerKey(i));
            token.transfer(customer, EACH);
            vm.prank(customer);
            token.approve(address(streams), type(uint256).max);
        }
        alice = vm.addr(_customerKey(0));
        provider = vm.addr(_providerKey(0));
        delegate = vm.addr(DELEGATE_KEY);
    }

    function _customerKey(uint256 i) internal pure returns (uint256) {
        return 0xA11CE + i;
    }

    function _providerKey(uint256 i) internal pure returns (uint256) {
        return 0x940B + i;
    }

    /// From alice to the first provider, without a delegate.
    function _open(uint256 amount) internal returns (uint256 channel) {
        vm.prank(alice);
        channel = streams.open(provider, address(0), amount);
    }

    function _openWithDelegate(uint256 amount) internal returns (uint256 channel) {
        vm.prank(alice);
        channel = streams.open(provider, delegate, amount);
    }

    function _redeem(uint256 channel, uint256 cumulative) internal returns (uint256) {
        return streams.redeem(channel, cumulative, _sign(_customerKey(0), channel, cumulative));
    }

    function _state(uint256 channel) internal view returns (ChannelView memory) {
        return streams.channelOf(channel);
    }

    function _is(uint256 channel, ChannelState state, string memory what) internal view {
        assertEq(uint256(streams.channelOf(channel).state), uint256(state), what);
    }

    /// A voucher, hashed here from the text of EIP-712 and not asked from the contract.
    function _sign(uint256 key, uint256 channel, uint256 cumulative) internal view returns (bytes memory) {
        return _signed(key, _voucher(channel, cumulative), address(streams));
    }

    function _signClose(uint256 key, uint256 channel) internal view returns (bytes memory) {
        return _signed(key, keccak256(abi.encode(keccak256("Close(uint256 channel)"), channel)), address(streams));
    }

    function _signWithdrawal(uint256 key, address to, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 kind =
            keccak256("Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)");
        return _signed(
            key, keccak256(abi.encode(kind, vm.addr(key), to, amount, nonce, deadline)), address(streams)
        );
    }

    function _voucher(uint256 channel, uint256 cumulative) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Voucher(uint256 channel,uint256 cumulative)"), channel, cumulative));
    }

    function _digest(bytes32 structHash, address target) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN, keccak256("OpenGPU StreamPayments"), keccak256("1"), block.chainid, target)
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    function _signed(uint256 key, bytes32 structHash, address target) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(structHash, target));
        return abi.encodePacked(r, s, v);
    }

    function _permit(uint256 key, uint256 amount, uint256 deadline)
        internal
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 kind =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        address owner = vm.addr(key);
        bytes32 structHash =
            keccak256(abi.encode(kind, owner, address(streams), amount, token.nonces(owner), deadline));
        return vm.sign(key, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function _batch(uint256 length) internal pure returns (Voucher[] memory) {
        return new Voucher[](length);
    }

    function _one(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}

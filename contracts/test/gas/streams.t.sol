// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Voucher} from "../../src/streams/IStreamPayments.sol";
import {StreamFixture} from "../streams/support/StreamFixture.sol";

/// Gas of a redemption as a transaction of its own: 21,000 and the call data included, the contract's address warm as the
/// receiver of a transaction is, its storage cold. The provider has been paid before (its balance is not zero).
contract StreamGasTest is StreamFixture {
    uint256 private constant BATCH = 20;

    event Measured(string what, uint256 gas);

    uint256 private plain;
    uint256 private delegated;
    Voucher[] private _vouchers;

    function setUp() public override {
        super.setUp();
        plain = _open(1_000 ether);
        delegated = _openWithDelegate(1_000 ether);
        _redeem(plain, 1 ether);
        for (uint256 i; i < BATCH; ++i) {
            uint256 channel = _open(1_000 ether);
            _vouchers.push(Voucher(channel, 7 ether, _sign(_customerKey(0), channel, 7 ether)));
        }
    }

    function test_RedeemOfOneRequest() external {
        assertLe(_redemption("one request", plain, _customerKey(0), 1 ether + 1), 47_000, "47,000");
    }

    function test_RedeemOfAMillionRequests() external {
        assertLe(_redemption("a million", plain, _customerKey(0), 987_654_321_987_654_321_987), 47_000, "47,000");
    }

    function test_RedeemOfADelegatesVoucher() external {
        assertLe(_redemption("delegate's", delegated, DELEGATE_KEY, 123.456789 ether), 47_000, "47,000");
    }

    function test_RedeemInABatch() external {
        Voucher[] memory list = _vouchers;
        uint256 each = _measure("twenty", abi.encodeCall(streams.redeemMany, (list))) / BATCH;
        emit Measured("each of twenty", each);
        assertLe(each, 22_000, "22,000 each");
    }

    function _redemption(string memory what, uint256 channel, uint256 key, uint256 cumulative)
        private
        returns (uint256)
    {
        return _measure(
            what, abi.encodeCall(streams.redeem, (channel, cumulative, _sign(key, channel, cumulative)))
        );
    }

    function _measure(string memory what, bytes memory data) private returns (uint256 gas) {
        gas = 21_000;
        for (uint256 i; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
        streams.token();
        address target = address(streams);
        uint256 before = gasleft();
        (bool done,) = target.call(data);
        gas += before - gasleft();
        assertTrue(done, what);
        emit Measured(what, gas);
    }
}

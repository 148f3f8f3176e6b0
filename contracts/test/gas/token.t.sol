// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TokenFixture} from "../support/TokenFixture.sol";
import {SoladyToken} from "../yardsticks/Peers.sol";
import {PlainTaxToken} from "../yardsticks/PlainTaxToken.sol";

contract TokenGasTest is TokenFixture {
    SoladyToken private solady;
    PlainTaxToken private plain;
    address private market = address(0x3A2);

    function setUp() public override {
        super.setUp();
        solady = new SoladyToken();
        plain = new PlainTaxToken(address(0x7A8));
        plain.setPair(address(pair), true);
        address[2] memory people = [alice, bob];
        for (uint256 i; i < 2; ++i) {
            token.transfer(people[i], 10_000 ether);
            solady.transfer(people[i], 10_000 ether);
            plain.transfer(people[i], 10_000 ether);
        }
        // Nobody starts from an empty slot, the tax receivers neither.
        plain.transfer(address(pair), 10_000 ether);
        plain.transfer(address(0x7A8), 1 ether);
        token.transfer(address(taxRouter), 1 ether);
    }

    function test_PlainTransfer() external {
        uint256 ours = _gas(address(token), alice, bob, 1_234 ether);
        uint256 peer = _gas(address(solady), alice, bob, 1_234 ether);
        assertLe(ours, 35_100, "35,100");
        assertLe(ours * 100, peer * 103, "1.03 of Solady");
    }

    function test_SaleTransfer() external {
        uint256 ours = _gas(address(token), alice, address(pair), 1_234 ether);
        uint256 peer = _gas(address(plain), alice, address(pair), 1_234 ether);
        assertLe(ours, 43_400, "43,400");
        assertLe(ours * 100, peer * 75, "0.75 of the plain tax token");
    }

    function test_BuyTransfer() external {
        uint256 ours = _gas(address(token), address(pair), bob, 1_234 ether);
        uint256 peer = _gas(address(plain), address(pair), bob, 1_234 ether);
        assertLe(ours, 43_400, "43,400");
        assertLe(ours * 100, peer * 75, "0.75 of the plain tax token");
    }

    event Measured(address token, uint256 gas);

    /// The gas of a transfer as a transaction of its own. The token's address is warm, as the receiver of a transaction is.
    function _gas(address target, address from, address to, uint256 amount) private returns (uint256 gas) {
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        gas = 21_000;
        for (uint256 i; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
        SoladyToken(target).decimals();
        vm.prank(from);
        uint256 before = gasleft();
        (bool done,) = target.call(data);
        gas += before - gasleft();
        assertTrue(done, "transferred");
        emit Measured(target, gas);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../src/OGPU.sol";
import {Test} from "../support/Test.sol";

contract OGPUTest is Test {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    OGPU private token = new OGPU(address(this));

    function test_MintsTheWholeSupplyOnce() external view {
        assertEq(token.totalSupply(), 21_000_000 ether, "supply");
        assertEq(token.balanceOf(address(this)), 21_000_000 ether, "to the holder");
        assertEq(token.decimals(), 18, "decimals");
    }

    /// No mint under any usual name: the code has no such function.
    function test_NothingCanMintMore() external {
        string[4] memory names = ["mint(address,uint256)", "mint(uint256)", "issue(uint256)", "increaseSupply(uint256)"];
        for (uint256 i; i < names.length; ++i) {
            (bool done,) = address(token).call(abi.encodeWithSignature(names[i], address(this), 1));
            assertTrue(!done, names[i]);
        }
        assertEq(token.totalSupply(), 21_000_000 ether, "supply");
    }

    function test_Case58_RevertWhen_ThePermitIsMalleable() external {
        address owner = vm.addr(0xA11CE);
        bytes32 structHash = keccak256(abi.encode(PERMIT, owner, address(this), 1, 0, block.timestamp));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xA11CE, digest);
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        vm.expectRevert();
        token.permit(owner, address(this), 1, block.timestamp, v == 27 ? 28 : 27, r, bytes32(n - uint256(s)));
        vm.expectRevert();
        token.permit(address(0), address(this), 1, block.timestamp, 29, r, s);
        token.permit(owner, address(this), 1, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, address(this)), 1, "the right one works");
    }
}

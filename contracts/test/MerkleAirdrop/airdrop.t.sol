// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMerkleAirdrop} from "../../src/interfaces/IMerkleAirdrop.sol";
import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {MerkleAirdrop} from "../../src/MerkleAirdrop.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

contract MerkleAirdropTest is TokenFixture {
    uint256 private constant SHARE = 3_150_000 ether;
    bytes4 private constant NOT_OWNER = bytes4(keccak256("OwnableUnauthorizedAccount(address)"));

    /// Four leaves: index i, account 0xA00 + i, (i + 1) x 1,000 oGPU.
    bytes32[4] private leaves;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < 4; ++i) {
            leaves[i] = _leaf(i, _account(i), _amount(i));
        }
    }

    function testFuzz_EverybodyGetsItsLeafOnce(uint256 i) external {
        i = bound(i, 0, 3);
        _setRoot();
        vm.startPrank(_account(i));
        airdrop.claim(i, _amount(i), bob, _proof(i));
        assertEq(token.balanceOf(bob), _amount(i), "where it was told");
        assertTrue(airdrop.isClaimed(i), "claimed");
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.AlreadyClaimed.selector, i));
        airdrop.claim(i, _amount(i), bob, _proof(i));
        vm.stopPrank();
        assertEq(token.balanceOf(address(airdrop)), SHARE - _amount(i), "the rest stays");
    }

    function test_RevertWhen_TheProofIsOfSomethingElse() external {
        _setRoot();
        bytes32[] memory proof = _proof(0);
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.ProofInvalid.selector, 0, alice, _amount(0)));
        vm.prank(alice);
        airdrop.claim(0, _amount(0), alice, proof);
        vm.startPrank(_account(0));
        vm.expectRevert(
            abi.encodeWithSelector(IMerkleAirdrop.ProofInvalid.selector, 0, _account(0), _amount(0) + 1)
        );
        airdrop.claim(0, _amount(0) + 1, alice, proof);
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.ProofInvalid.selector, 4, _account(0), _amount(0)));
        airdrop.claim(4, _amount(0), alice, proof);
        bytes32[] memory inner = new bytes32[](1);
        inner[0] = proof[1];
        vm.expectPartialRevert(IMerkleAirdrop.ProofInvalid.selector);
        airdrop.claim(0, _amount(0), alice, inner);
        vm.stopPrank();
    }

    function test_TheRootIsSetOnce() external {
        vm.prank(_account(0));
        vm.expectRevert(IMerkleAirdrop.RootNotSet.selector);
        airdrop.claim(0, 1, alice, new bytes32[](0));
        vm.expectRevert(IMerkleAirdrop.RootNotSet.selector);
        airdrop.sweep();
        vm.expectRevert(IMerkleAirdrop.ZeroRoot.selector);
        airdrop.setRoot(0);
        vm.prank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        airdrop.setRoot(bytes32(uint256(1)));
        _setRoot();
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.RootAlreadySet.selector, airdrop.root()));
        airdrop.setRoot(bytes32(uint256(2)));
    }

    function test_AfterTwoYearsTheRestIsTheTreasurys() external {
        _setRoot();
        vm.prank(_account(1));
        airdrop.claim(1, _amount(1), _account(1), _proof(1));
        uint256 until = airdrop.claimUntil();
        assertEq(until, block.timestamp + 730 days, "two years");
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.ClaimRunning.selector, until));
        airdrop.sweep();
        vm.prank(_account(2));
        airdrop.claim(2, _amount(2), _account(2), _proof(2));
        vm.warp(until + 1);
        vm.prank(_account(0));
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.ClaimEnded.selector, until));
        airdrop.claim(0, _amount(0), alice, new bytes32[](0));
        vm.prank(alice);
        assertEq(airdrop.sweep(), SHARE - _amount(1) - _amount(2), "swept");
        assertEq(token.balanceOf(treasury), SHARE - _amount(1) - _amount(2), "to the treasury");
    }

    function test_Case12_AtTheWalletLimitItIsClaimedToAnotherAddress() external {
        _setRoot();
        token.transfer(_account(3), 420_000 ether);
        vm.startPrank(_account(3));
        vm.expectPartialRevert(IOGPU.AboveWalletLimit.selector);
        airdrop.claim(3, _amount(3), _account(3), _proof(3));
        airdrop.claim(3, _amount(3), bob, _proof(3));
        vm.stopPrank();
        assertEq(token.balanceOf(bob), _amount(3), "arrived");
    }

    function test_TheTreasuryIsTheOwnersChoice() external {
        vm.expectRevert(IMerkleAirdrop.ZeroAddress.selector);
        airdrop.setTreasury(address(0));
        vm.prank(alice);
        vm.expectPartialRevert(NOT_OWNER);
        airdrop.setTreasury(alice);
        airdrop.setTreasury(bob);
        assertEq(airdrop.treasury(), bob, "set");
        vm.expectRevert(abi.encodeWithSelector(IMerkleAirdrop.NotFunded.selector, 0, SHARE));
        new MerkleAirdrop(token, treasury, address(this));
    }

    function _setRoot() private {
        airdrop.setRoot(_node(_node(leaves[0], leaves[1]), _node(leaves[2], leaves[3])));
    }

    function _proof(uint256 i) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](2);
        proof[0] = leaves[i ^ 1];
        proof[1] = i < 2 ? _node(leaves[2], leaves[3]) : _node(leaves[0], leaves[1]);
    }

    function _leaf(uint256 index, address account, uint256 amount) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, account, amount))));
    }

    function _node(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _account(uint256 i) private pure returns (address) {
        return address(uint160(0xA00 + i));
    }

    function _amount(uint256 i) private pure returns (uint256) {
        return (i + 1) * 1_000 ether;
    }
}

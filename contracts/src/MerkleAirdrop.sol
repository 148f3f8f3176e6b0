// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Owned} from "./access/Owned.sol";
import {IMerkleAirdrop} from "./interfaces/IMerkleAirdrop.sol";
import {TokenBounds} from "./rules/TokenBounds.sol";

/// The community's share. What the functions do is said in IMerkleAirdrop.
contract MerkleAirdrop is IMerkleAirdrop, Owned {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    uint256 internal constant CLAIM_SECONDS = 2 * 365 days;

    IERC20 public immutable token;
    bytes32 public root;
    uint256 public claimUntil;
    address public treasury;
    BitMaps.BitMap private _claimed;

    /// Reverts with NotFunded unless the token minted the share to this contract.
    constructor(IERC20 token_, address treasury_, address owner_) Owned(owner_) {
        token = token_;
        uint256 held = token_.balanceOf(address(this));
        if (held < TokenBounds.COMMUNITY) revert NotFunded(held, TokenBounds.COMMUNITY);
        _setTreasury(treasury_);
    }

    function setRoot(bytes32 root_) external onlyOwner {
        if (root != 0) revert RootAlreadySet(root);
        if (root_ == 0) revert ZeroRoot();
        root = root_;
        claimUntil = block.timestamp + CLAIM_SECONDS;
        emit RootSet(root_, claimUntil);
    }

    function claim(uint256 index, uint256 amount, address to, bytes32[] calldata proof) external {
        if (root == 0) revert RootNotSet();
        if (block.timestamp > claimUntil) revert ClaimEnded(claimUntil);
        if (_claimed.get(index)) revert AlreadyClaimed(index);
        // Hashed twice, so that no inner node can pass for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(index, msg.sender, amount))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert ProofInvalid(index, msg.sender, amount);
        _claimed.set(index);
        emit Claimed(index, msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    function sweep() external returns (uint256 amount) {
        if (root == 0) revert RootNotSet();
        if (block.timestamp <= claimUntil) revert ClaimRunning(claimUntil);
        amount = token.balanceOf(address(this));
        emit Swept(treasury, amount);
        token.safeTransfer(treasury, amount);
    }

    function setTreasury(address treasury_) external onlyOwner {
        _setTreasury(treasury_);
    }

    function isClaimed(uint256 index) external view returns (bool) {
        return _claimed.get(index);
    }

    function _setTreasury(address treasury_) private {
        if (treasury_ == address(0)) revert ZeroAddress();
        treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }
}

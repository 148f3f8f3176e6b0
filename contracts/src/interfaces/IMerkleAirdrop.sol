// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The community's share: 3,150,000 oGPU, claimed by Merkle proof. Amounts in wei of oGPU, times in seconds.
///
/// Leaves are keccak256(keccak256(abi.encode(index, account, amount))), pairs are hashed in sorted order.
/// Laws: a root is set once; an index is paid once, to its own account's choice; nothing leaves but by proof, until the two
/// years are over, and then only to the treasury.
interface IMerkleAirdrop {
    event RootSet(bytes32 root, uint256 claimUntil);
    event Claimed(uint256 indexed index, address indexed account, address indexed to, uint256 amount);
    event Swept(address indexed treasury, uint256 amount);
    event TreasuryChanged(address treasury);

    error NotFunded(uint256 held, uint256 needed);
    error RootAlreadySet(bytes32 root);
    error RootNotSet();
    error AlreadyClaimed(uint256 index);
    error ProofInvalid(uint256 index, address account, uint256 amount);
    error ClaimEnded(uint256 until);
    error ClaimRunning(uint256 until);
    error ZeroRoot();
    error ZeroAddress();

    /// Once and for all; the two years begin. The owner alone. Reverts with RootAlreadySet or ZeroRoot.
    function setRoot(bytes32 root) external;
    /// Pays the caller's `amount` at `index` to an address that the caller names. Reverts with RootNotSet, ClaimEnded,
    /// AlreadyClaimed or ProofInvalid, or as the token does when `to` cannot hold it.
    function claim(uint256 index, uint256 amount, address to, bytes32[] calldata proof) external;
    /// Sends what nobody claimed in two years to the treasury. Anyone may call. Reverts with RootNotSet or ClaimRunning.
    function sweep() external returns (uint256 amount);
    /// Who gets what nobody claims. The owner alone. Reverts with ZeroAddress.
    function setTreasury(address treasury) external;

    function root() external view returns (bytes32);
    /// The last second of the two years; 0 before the root is set.
    function claimUntil() external view returns (uint256);
    function isClaimed(uint256 index) external view returns (bool);
    function treasury() external view returns (address);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The share of team and advisors: 3,150,000 oGPU, linear over three years. Amounts in wei of oGPU, times in seconds.
///
/// Laws: what was released never exceeds the whole share's own line over the three years, nor any grant its own; what is
/// ungranted, granted and released together is the share; a revoked grant keeps what time gave it.
interface IVesting {
    struct Grant {
        address beneficiary;
        uint40 start;
        /// Nothing can be taken before; afterwards everything since `start` can.
        uint40 cliff;
        /// When all is free: the end of the three years, or when the grant was revoked.
        uint40 end;
        uint128 amount;
        uint128 released;
    }

    event Granted(uint256 indexed id, address indexed beneficiary, uint256 amount, uint256 start, uint256 cliff);
    event Revoked(uint256 indexed id, uint256 kept, uint256 returned);
    event Released(uint256 indexed id, address indexed to, uint256 amount);
    event BeneficiaryOffered(uint256 indexed id, address indexed next);
    event BeneficiaryChanged(uint256 indexed id, address indexed beneficiary);

    error NotFunded(uint256 held, uint256 needed);
    error GrantUnknown(uint256 id);
    error NotBeneficiary(uint256 id, address caller, address beneficiary);
    error NotOffered(uint256 id, address caller, address offered);
    error AboveUngranted(uint256 amount, uint256 ungranted);
    error CliffTooLate(uint256 cliff, uint256 end);
    error NothingToRelease(uint256 id);
    error AlreadyRevoked(uint256 id);
    error ZeroAmount();
    error ZeroAddress();

    /// Grants part of what is ungranted, linear from now to the end of the three years. The owner alone. Reverts with
    /// ZeroAddress, ZeroAmount, AboveUngranted, or CliffTooLate.
    function grant(address beneficiary, uint128 amount, uint40 cliff) external returns (uint256 id);
    /// Ends a grant now: what time gave so far stays the beneficiary's, at once, the rest is ungranted again. The owner
    /// alone. Before the cliff nothing has been given. Reverts with GrantUnknown or AlreadyRevoked.
    function revoke(uint256 id) external;
    /// Pays what is free to an address that the beneficiary names. The beneficiary alone. Reverts with NotBeneficiary or
    /// NothingToRelease, or as the token does when `to` cannot hold it.
    function release(uint256 id, address to) external returns (uint256 amount);
    /// Offers the grant to another account, which must accept. Zero takes the offer back. The beneficiary alone.
    function offer(uint256 id, address next) external;
    /// Takes an offered grant. Reverts with NotOffered.
    function accept(uint256 id) external;

    function grantOf(uint256 id) external view returns (Grant memory);
    /// What `release` would pay now. Rounded down.
    function releasable(uint256 id) external view returns (uint256);
    function ungranted() external view returns (uint256);
    /// Sum of all that was paid.
    function released() external view returns (uint256);
    function end() external view returns (uint256);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Owned} from "./access/Owned.sol";
import {IVesting} from "./interfaces/IVesting.sol";
import {Linear} from "./rules/Linear.sol";
import {TokenBounds} from "./rules/TokenBounds.sol";

/// The locked share of team and advisors. What the functions do is said in IVesting.
contract Vesting is IVesting, Owned {
    using SafeERC20 for IERC20;

    uint256 internal constant DURATION = 3 * 365 days;

    IERC20 public immutable token;
    uint256 public immutable end;
    uint256 public ungranted = TokenBounds.TEAM;
    uint256 public released;
    /// Grants are numbered from 1.
    uint256 public grants;
    mapping(uint256 id => Grant) private _grants;
    mapping(uint256 id => address) public offeredTo;

    modifier onlyBeneficiary(uint256 id) {
        address beneficiary = _known(id).beneficiary;
        if (msg.sender != beneficiary) revert NotBeneficiary(id, msg.sender, beneficiary);
        _;
    }

    /// Reverts with NotFunded unless the token minted the share to this contract.
    constructor(IERC20 token_, address owner_) Owned(owner_) {
        token = token_;
        end = block.timestamp + DURATION;
        uint256 held = token_.balanceOf(address(this));
        if (held < TokenBounds.TEAM) revert NotFunded(held, TokenBounds.TEAM);
    }

    function grant(address beneficiary, uint128 amount, uint40 cliff) external onlyOwner returns (uint256 id) {
        if (beneficiary == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        if (amount > ungranted) revert AboveUngranted(amount, ungranted);
        if (cliff > end) revert CliffTooLate(cliff, end);
        ungranted -= amount;
        id = ++grants;
        _grants[id] = Grant({
            beneficiary: beneficiary,
            start: uint40(block.timestamp),
            cliff: cliff,
            end: uint40(end),
            amount: amount,
            released: 0
        });
        emit Granted(id, beneficiary, amount, block.timestamp, cliff);
    }

    function revoke(uint256 id) external onlyOwner {
        Grant storage it = _known(id);
        if (it.end <= block.timestamp) revert AlreadyRevoked(id);
        uint256 kept = _vested(it);
        uint256 returned = it.amount - kept;
        it.amount = uint128(kept);
        it.end = uint40(block.timestamp);
        it.cliff = 0;
        ungranted += returned;
        emit Revoked(id, kept, returned);
    }

    function release(uint256 id, address to) external onlyBeneficiary(id) returns (uint256 amount) {
        amount = releasable(id);
        if (amount == 0) revert NothingToRelease(id);
        _grants[id].released += uint128(amount);
        released += amount;
        emit Released(id, to, amount);
        token.safeTransfer(to, amount);
    }

    function offer(uint256 id, address next) external onlyBeneficiary(id) {
        offeredTo[id] = next;
        emit BeneficiaryOffered(id, next);
    }

    function accept(uint256 id) external {
        if (msg.sender != offeredTo[id]) revert NotOffered(id, msg.sender, offeredTo[id]);
        offeredTo[id] = address(0);
        _grants[id].beneficiary = msg.sender;
        emit BeneficiaryChanged(id, msg.sender);
    }

    function grantOf(uint256 id) external view returns (Grant memory) {
        return _known(id);
    }

    function releasable(uint256 id) public view returns (uint256) {
        Grant storage it = _known(id);
        return _vested(it) - it.released;
    }

    function _vested(Grant storage it) private view returns (uint256) {
        if (block.timestamp < it.cliff) return 0;
        return Linear.vested(it.amount, it.start, it.end, block.timestamp);
    }

    function _known(uint256 id) private view returns (Grant storage it) {
        it = _grants[id];
        if (it.beneficiary == address(0)) revert GrantUnknown(id);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Owned} from "./access/Owned.sol";
import {IProviderEmission} from "./interfaces/IProviderEmission.sol";
import {EmissionRules} from "./rules/EmissionRules.sol";
import {LocalChain} from "./rules/LocalChain.sol";
import {TokenBounds} from "./rules/TokenBounds.sol";

/// The providers' share. What the functions do is said in IProviderEmission.
contract ProviderEmission is IProviderEmission, Owned {
    using SafeERC20 for IERC20;

    uint256 internal constant DURATION = 10 * 365 days;
    uint256 internal constant SWEEP_AFTER = 365 days;

    IERC20 public immutable token;
    uint256 public immutable start;
    uint256 public immutable end;
    uint256 public immutable epochSeconds;

    address public market;
    address public registry;
    address public treasury;
    uint16 public capBps;
    uint16 public dutyBps;
    /// The youngest epoch with work, and whether its budget is fixed. Older ones always are.
    uint64 private _youngest;
    bool private _isClosed = true;
    uint256 public committed;
    mapping(address owner => uint256) public claimable;
    mapping(uint256 epoch => Epoch) private _epochs;
    mapping(uint256 epoch => mapping(address owner => Work)) private _work;

    modifier onlyRecorder() {
        if (msg.sender != market && msg.sender != registry) revert NotRecorder(msg.sender);
        _;
    }

    /// Epochs of 1 to 30 days, on local chains from a second. Reverts with OutOfBounds, and with NotFunded unless the
    /// token minted the share to this contract.
    constructor(IERC20 token_, uint256 epochSeconds_, address treasury_, address owner_) Owned(owner_) {
        uint256 shortest = LocalChain.isLocal() ? 1 : 1 days;
        if (epochSeconds_ < shortest || epochSeconds_ > 30 days) {
            revert OutOfBounds("epochSeconds", epochSeconds_, shortest, 30 days);
        }
        uint256 held = token_.balanceOf(address(this));
        if (held < TokenBounds.PROVIDERS) revert NotFunded(held, TokenBounds.PROVIDERS);
        token = token_;
        epochSeconds = epochSeconds_;
        start = block.timestamp;
        end = block.timestamp + DURATION;
        _setTreasury(treasury_);
        _setParameters(5_000, 2_500);
    }

    function setRecorders(address market_, address registry_) external onlyOwner {
        if (market != address(0)) revert RecordersAlreadySet(market);
        if (market_ == address(0) || registry_ == address(0)) revert ZeroAddress();
        (market, registry) = (market_, registry_);
        emit RecordersSet(market_, registry_);
    }

    /// The sums cannot overflow: an 80-bit sum takes 65,536 records of the largest units, and 96 bits of oGPU the supply
    /// paid 3,700 times within an epoch.
    function recordJob(address owner_, uint64 units, uint96 paidToOthers) external onlyRecorder {
        if (block.timestamp >= end) return;
        uint256 epoch = _open();
        Work storage work = _work[epoch][owner_];
        work.jobUnits += units;
        work.paidToOthers += paidToOthers;
        _epochs[epoch].jobUnits += units;
        emit JobRecorded(epoch, owner_, units, paidToOthers);
    }

    function recordDuty(address owner_, uint64 units) external onlyRecorder {
        if (block.timestamp >= end) return;
        uint256 epoch = _open();
        _work[epoch][owner_].dutyUnits += units;
        _epochs[epoch].dutyUnits += units;
        emit DutyRecorded(epoch, owner_, units);
    }

    function settle(uint256 epoch, address[] calldata owners) external {
        _requirePast(epoch);
        for (uint256 i; i < owners.length; ++i) {
            _settle(epoch, owners[i]);
        }
    }

    function claim(uint256[] calldata epochs, address to) external returns (uint256 amount) {
        for (uint256 i; i < epochs.length; ++i) {
            _requirePast(epochs[i]);
            _settle(epochs[i], msg.sender);
        }
        amount = claimable[msg.sender];
        if (amount == 0) revert NothingToClaim(msg.sender);
        claimable[msg.sender] = 0;
        emit Claimed(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    function sweep() external returns (uint256 amount) {
        if (block.timestamp < end + SWEEP_AFTER) revert EmissionRunning(end + SWEEP_AFTER);
        if (!_isClosed) _close();
        amount = TokenBounds.PROVIDERS - committed;
        committed = TokenBounds.PROVIDERS;
        emit Swept(treasury, amount);
        token.safeTransfer(treasury, amount);
    }

    function setParameters(uint16 capBps_, uint16 dutyBps_) external onlyOwner {
        _setParameters(capBps_, dutyBps_);
    }

    function setTreasury(address treasury_) external onlyOwner {
        _setTreasury(treasury_);
    }

    function currentEpoch() public view returns (uint256) {
        return (block.timestamp - start) / epochSeconds;
    }

    function epochOf(uint256 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    function workOf(uint256 epoch, address owner_) external view returns (Work memory) {
        return _work[epoch][owner_];
    }

    /// The epoch of now. The first record of an epoch fixes the budget of the one before it that had work, so that budgets
    /// are fixed in their order whoever comes when.
    function _open() private returns (uint256 epoch) {
        epoch = currentEpoch();
        if (epoch != _youngest) {
            if (!_isClosed) _close();
            _youngest = uint64(epoch);
        }
        _isClosed = false;
    }

    function _close() private {
        uint256 id = _youngest;
        Epoch storage epoch = _epochs[id];
        uint256 from = start + id * epochSeconds;
        uint256 all = EmissionRules.budget(TokenBounds.PROVIDERS - committed, from, from + epochSeconds, end);
        uint256 forDuty = all * dutyBps / 10_000;
        // A part that nobody has units for stays uncommitted.
        epoch.dutyBudget = epoch.dutyUnits == 0 ? 0 : uint128(forDuty);
        epoch.jobBudget = epoch.jobUnits == 0 ? 0 : uint128(all - forDuty);
        epoch.unitsLeft = epoch.jobUnits + epoch.dutyUnits;
        epoch.open = epoch.jobBudget + epoch.dutyBudget;
        epoch.capBps = capBps;
        committed += epoch.open;
        _isClosed = true;
        emit EpochClosed(id, epoch.jobBudget, epoch.dutyBudget);
    }

    /// What the cap cuts off is free for later epochs at once, what rounding left with the last owner.
    function _settle(uint256 id, address owner_) private {
        Work memory work = _work[id][owner_];
        uint256 units = uint256(work.jobUnits) + work.dutyUnits;
        if (units == 0) revert NothingRecorded(id, owner_);
        delete _work[id][owner_];
        Epoch storage epoch = _epochs[id];
        uint256 forDuty = EmissionRules.share(epoch.dutyBudget, work.dutyUnits, epoch.dutyUnits);
        uint256 forJobs = EmissionRules.share(epoch.jobBudget, work.jobUnits, epoch.jobUnits);
        uint256 most = EmissionRules.cap(work.paidToOthers, epoch.capBps);
        uint256 cutOff = forJobs > most ? forJobs - most : 0;
        forJobs -= cutOff;
        uint256 back = cutOff;
        epoch.unitsLeft -= uint128(units);
        epoch.open -= uint128(forJobs + forDuty + cutOff);
        if (epoch.unitsLeft == 0) {
            back += epoch.open;
            epoch.open = 0;
        }
        committed -= back;
        claimable[owner_] += forJobs + forDuty;
        emit Settled(id, owner_, forJobs, forDuty, cutOff);
    }

    function _requirePast(uint256 epoch) private {
        if (epoch >= currentEpoch()) revert EpochRunning(epoch, start + (epoch + 1) * epochSeconds);
        if (epoch == _youngest && !_isClosed) _close();
    }

    function _setParameters(uint16 capBps_, uint16 dutyBps_) private {
        if (capBps_ < 1_000 || capBps_ > 9_000) revert OutOfBounds("capBps", capBps_, 1_000, 9_000);
        if (dutyBps_ < 1_000 || dutyBps_ > 5_000) revert OutOfBounds("dutyBps", dutyBps_, 1_000, 5_000);
        (capBps, dutyBps) = (capBps_, dutyBps_);
        emit ParametersChanged(capBps_, dutyBps_);
    }

    function _setTreasury(address treasury_) private {
        if (treasury_ == address(0)) revert ZeroAddress();
        treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }
}

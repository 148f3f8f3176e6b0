// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The providers' share: 10,500,000 oGPU over ten years, shared in each epoch by validated compute. Amounts in wei of oGPU,
/// units in attested power x seconds, times in seconds.
///
/// An epoch's budget is what is left, spread evenly over the time that is left. A governed part of it is for drawn duties
/// (committee seats, challenge rounds), the rest for jobs; each part is shared by units of its own kind, so that making
/// jobs cannot move money between them. For jobs an owner gets at most a governed share, below 100%, of what the customers
/// of its jobs paid to others in that epoch: who buys from himself pays more to others than he gets, as long as less than
/// the remaining share of those payments comes back to him through his own committee seats.
///
/// Laws: committed = given + open, and committed <= the share's line over the ten years; an owner gets at most its share of
/// each part and at most its cap; no epoch pays more than its budget; an epoch and owner is settled once; claimable of all +
/// open + uncommitted = oGPU held (less gifts). What nobody earned, the caps cut off and rounding left goes to later epochs.
interface IProviderEmission {
    /// What an owner earned in an epoch.
    struct Work {
        uint80 jobUnits;
        uint80 dutyUnits;
        /// What customers of the owner's jobs paid to others: fees and members.
        uint96 paidToOthers;
    }

    /// One epoch. The unit sums count down as owners are settled.
    struct Epoch {
        uint128 jobUnits;
        uint128 dutyUnits;
        uint128 jobBudget;
        uint128 dutyBudget;
        /// Units not yet settled, and what of the budget is still there for them.
        uint128 unitsLeft;
        uint128 open;
        uint16 capBps;
    }

    event RecordersSet(address market, address registry);
    event JobRecorded(uint256 indexed epoch, address indexed owner, uint256 units, uint256 paidToOthers);
    event DutyRecorded(uint256 indexed epoch, address indexed owner, uint256 units);
    event EpochClosed(uint256 indexed epoch, uint256 jobBudget, uint256 dutyBudget);
    event Settled(uint256 indexed epoch, address indexed owner, uint256 forJobs, uint256 forDuty, uint256 cutOff);
    event Claimed(address indexed owner, address indexed to, uint256 amount);
    event Swept(address indexed treasury, uint256 amount);
    event ParametersChanged(uint256 capBps, uint256 dutyBps);
    event TreasuryChanged(address treasury);

    error NotFunded(uint256 held, uint256 needed);
    error NotRecorder(address caller);
    error RecordersAlreadySet(address market);
    error EpochRunning(uint256 epoch, uint256 until);
    error NothingRecorded(uint256 epoch, address owner);
    error NothingToClaim(address owner);
    error EmissionRunning(uint256 until);
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    error ZeroAddress();

    /// Who may record: the task market and the node registry. The owner alone, once.
    function setRecorders(address market, address registry) external;
    /// Records validated work of a job. The recorders alone; never reverts for them, so that no settlement can stop here.
    function recordJob(address owner, uint64 units, uint96 paidToOthers) external;
    /// Records a committee seat that revealed or a challenge round that was answered. The recorders alone, as above.
    function recordDuty(address owner, uint64 units) external;
    /// Settles owners of a past epoch, into their claimable balance. Anyone may call. Shares round down. Reverts with
    /// EpochRunning or NothingRecorded.
    function settle(uint256 epoch, address[] calldata owners) external;
    /// Settles the caller in past epochs and pays all its claimable oGPU to an address that it names. Reverts with
    /// EpochRunning, NothingRecorded or NothingToClaim, or as the token does when `to` cannot hold it.
    function claim(uint256[] calldata epochs, address to) external returns (uint256 amount);
    /// A year after the ten years: sends what belongs to no epoch to the treasury. Anyone may call. Reverts with EmissionRunning.
    function sweep() external returns (uint256 amount);
    /// The owner alone. `capBps` 1,000 to 9,000, `dutyBps` 1,000 to 5,000; for epochs that close later. Reverts with OutOfBounds.
    function setParameters(uint16 capBps, uint16 dutyBps) external;
    /// The owner alone. Reverts with ZeroAddress.
    function setTreasury(address treasury) external;

    function currentEpoch() external view returns (uint256);
    function epochOf(uint256 epoch) external view returns (Epoch memory);
    function workOf(uint256 epoch, address owner) external view returns (Work memory);
    function claimable(address owner) external view returns (uint256);
    /// What was given to epochs, less what came back.
    function committed() external view returns (uint256);
    function start() external view returns (uint256);
    function end() external view returns (uint256);
    function epochSeconds() external view returns (uint256);
}

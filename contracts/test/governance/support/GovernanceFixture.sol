// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {NetworkGovernor} from "../../../src/governance/NetworkGovernor.sol";
import {NetworkTimelock} from "../../../src/governance/NetworkTimelock.sol";
import {VotingTerms} from "../../../src/governance/INetworkGovernor.sol";
import {Guarded} from "../../../src/access/Guarded.sol";
import {StakingPool} from "../../../src/staking/StakingPool.sol";
import {StreamPayments} from "../../../src/streams/StreamPayments.sol";
import {WholeMarket} from "./WholeMarket.sol";

/// Every contract of the network, real, owned by the timelock, and four voters with 200,000 oGPU staked each. The terms are
/// the shortest that a public chain allows.
abstract contract GovernanceFixture is WholeMarket {
    uint256 internal constant VOTERS = 4;
    uint256 internal constant EACH = 200_000 ether;
    uint256 internal constant TIMELOCK = 2 days;
    uint256 internal constant QUORUM = 420_000 ether;
    uint256 internal constant THRESHOLD = 21_000 ether;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    /// What a proposal does.
    struct Plan {
        address[] targets;
        uint256[] values;
        bytes[] calls;
        string description;
    }

    StakingPool internal pool;
    StreamPayments internal streams;
    NetworkTimelock internal timelock;
    NetworkGovernor internal governor;
    address[] internal owned;
    address[] internal guarded;

    function setUp() public virtual override {
        super.setUp();
        pool = new StakingPool(token, address(this), guardian);
        streams = new StreamPayments(token, treasury, 200, 1 days, address(this), guardian);
        token.exempt(address(pool), true);
        token.exempt(address(streams), true);
        _deployMarket();
        taxRouter.setRecipients(address(pool), treasury);
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        timelock = new NetworkTimelock(TIMELOCK, next);
        governor = new NetworkGovernor(pool, timelock, _terms());
        guarded = [address(escrow), address(registry), address(market), address(pool), address(streams)];
        owned = guarded;
        owned.push(address(token));
        owned.push(address(vesting));
        owned.push(address(airdrop));
        owned.push(address(emission));
        owned.push(address(taxRouter));
        Ownable2Step[] memory list = new Ownable2Step[](owned.length);
        for (uint256 i; i < owned.length; ++i) {
            list[i] = Ownable2Step(owned[i]);
            list[i].transferOwnership(address(timelock));
        }
        timelock.acceptOwnershipOf(list);
        for (uint256 i; i < VOTERS; ++i) {
            token.transfer(_voter(i), EACH);
            _stakeAll(_voter(i));
        }
        vm.warp(block.timestamp + 1 days);
    }

    function _terms() internal pure returns (VotingTerms memory) {
        return VotingTerms({
            votingDelay: 1 days,
            votingPeriod: 3 days,
            lateQuorum: 1 days,
            proposalThreshold: THRESHOLD,
            quorum: QUORUM
        });
    }

    function _voter(uint256 i) internal pure returns (address) {
        return address(uint160(0x707E0 + i));
    }

    /// Stakes all that it holds, and votes itself.
    function _stakeAll(address account) internal {
        uint256 amount = token.balanceOf(account);
        vm.startPrank(account);
        token.approve(address(pool), amount);
        pool.stake(amount);
        pool.delegate(account);
        vm.stopPrank();
    }

    // ---- proposals ----

    function _plan(address target, bytes memory call, string memory description)
        internal
        pure
        returns (Plan memory plan)
    {
        plan = _plan(1, description);
        plan.targets[0] = target;
        plan.calls[0] = call;
    }

    function _plan(uint256 actions, string memory description) internal pure returns (Plan memory) {
        return Plan(new address[](actions), new uint256[](actions), new bytes[](actions), description);
    }

    function _propose(Plan memory plan) internal returns (uint256 id) {
        vm.prank(_voter(0));
        id = governor.propose(plan.targets, plan.values, plan.calls, plan.description);
    }

    /// All but the last voter are for it.
    function _accept(uint256 id) internal {
        vm.warp(governor.proposalSnapshot(id) + 1);
        for (uint256 i; i < VOTERS - 1; ++i) {
            _vote(id, i, FOR);
        }
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    function _vote(uint256 id, uint256 voter, uint8 support) internal {
        vm.prank(_voter(voter));
        governor.castVote(id, support);
    }

    function _queue(Plan memory plan) internal {
        governor.queue(plan.targets, plan.values, plan.calls, keccak256(bytes(plan.description)));
    }

    function _execute(Plan memory plan) internal {
        governor.execute(plan.targets, plan.values, plan.calls, keccak256(bytes(plan.description)));
    }

    /// The whole way up to the moment from which it can be executed.
    function _ready(Plan memory plan) internal returns (uint256 id) {
        id = _propose(plan);
        _accept(id);
        _queue(plan);
        vm.warp(block.timestamp + TIMELOCK);
    }

    function _decide(Plan memory plan) internal {
        _ready(plan);
        _execute(plan);
    }

    function _is(uint256 id, IGovernor.ProposalState state, string memory what) internal view {
        assertEq(uint256(governor.state(id)), uint256(state), what);
    }

    function _pauseAll() internal {
        for (uint256 i; i < guarded.length; ++i) {
            vm.prank(guardian);
            Guarded(guarded[i]).pause();
        }
    }
}

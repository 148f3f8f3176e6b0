// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {INetworkGovernor} from "../../src/governance/INetworkGovernor.sol";
import {Reenterer} from "./support/Attackers.sol";
import {GovernanceFixture} from "./support/GovernanceFixture.sol";

contract TimelockTest is GovernanceFixture {
    function test_Case54_NobodyButTheGovernorSchedulesOrCancels() external {
        bytes memory call = abi.encodeCall(token.setTax, (0));
        address[3] memory people = [address(this), guardian, _voter(0)];
        bytes32[2] memory roles = [timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE()];
        for (uint256 i; i < people.length; ++i) {
            vm.startPrank(people[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAccessControl.AccessControlUnauthorizedAccount.selector, people[i], roles[0]
                )
            );
            timelock.schedule(address(token), 0, call, 0, 0, TIMELOCK);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAccessControl.AccessControlUnauthorizedAccount.selector, people[i], roles[1]
                )
            );
            timelock.cancel(keccak256("any"));
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            timelock.grantRole(roles[0], people[i]);
            vm.expectPartialRevert(TimelockController.TimelockUnauthorizedCaller.selector);
            timelock.updateDelay(3 days);
            vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
            timelock.execute(address(token), 0, call, 0, 0);
            vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
            governor.setQuorum(500_000 ether);
            vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
            governor.relay(address(token), 0, call);
            vm.expectRevert(INetworkGovernor.TimelockFixed.selector);
            governor.updateTimelock(timelock);
            vm.stopPrank();
        }
    }

    function test_Case54_ADecisionIsExecutedOnce() external {
        Plan memory plan =
            _plan(address(vesting), abi.encodeCall(vesting.grant, (alice, 1_000 ether, 0)), "A grant");
        _decide(plan);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(plan);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(plan.description));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(plan.targets, plan.values, plan.calls, 0, salt);
        assertEq(vesting.grants(), 1, "once");
    }

    function test_Case54_AnExecutorThatComesBackInIsRefused() external {
        Reenterer thief = new Reenterer(governor);
        Plan memory plan = _plan(2, "Call him");
        plan.targets[0] = address(thief);
        plan.calls[0] = abi.encodeCall(thief.go, ());
        plan.targets[1] = address(vesting);
        plan.calls[1] = abi.encodeCall(vesting.grant, (alice, 1_000 ether, 0));
        thief.prepare(plan.targets, plan.values, plan.calls, keccak256(bytes(plan.description)));
        _decide(plan);
        assertEq(thief.calls(), 1, "called once");
        assertEq(thief.refused(), 1, "refused from inside");
        assertEq(vesting.grants(), 1, "done once");
    }

    function test_Case54_OtherCallsThanThoseVotedOnAreUnknown() external {
        Plan memory plan = _plan(address(token), abi.encodeCall(token.setTax, (100)), "Lower the tax");
        _ready(plan);
        Plan memory other = _plan(address(token), abi.encodeCall(token.setTax, (0)), "Lower the tax");
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _execute(other);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(plan.description));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(other.targets, other.values, other.calls, 0, salt);
        // What was voted on anybody may also execute at the timelock itself.
        timelock.executeBatch(plan.targets, plan.values, plan.calls, 0, salt);
        assertEq(token.taxBps(), 100, "done");
    }

    function test_Case54_ADecisionAboutTheGovernorPassesThroughIt() external {
        Plan memory plan = _plan(address(governor), abi.encodeCall(governor.setQuorum, (500_000 ether)), "Quorum");
        _ready(plan);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(plan.description));
        vm.expectRevert();
        timelock.executeBatch(plan.targets, plan.values, plan.calls, 0, salt);
        _execute(plan);
        assertEq(governor.quorum(block.timestamp), 500_000 ether, "done");
    }

    function test_Case54_ALongerDelayHoldsForWhatIsQueuedLater() external {
        _decide(_plan(address(timelock), abi.encodeCall(timelock.updateDelay, (5 days)), "More time"));
        Plan memory plan = _plan(address(token), abi.encodeCall(token.setTax, (100)), "Lower the tax");
        _ready(plan);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(plan);
        vm.warp(block.timestamp + 3 days);
        _execute(plan);
        assertEq(token.taxBps(), 100, "after five days");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Guarded} from "../../src/access/Guarded.sol";
import {IOGPU} from "../../src/interfaces/IOGPU.sol";
import {IProviderEmission} from "../../src/interfaces/IProviderEmission.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {ITaxRouter} from "../../src/interfaces/ITaxRouter.sol";
import {IStreamPayments} from "../../src/streams/IStreamPayments.sol";
import {INetworkGovernor} from "../../src/governance/INetworkGovernor.sol";
import {GovernanceBounds} from "../../src/governance/rules/GovernanceBounds.sol";
import {GovernanceFixture} from "./support/GovernanceFixture.sol";

contract ProposalsTest is GovernanceFixture {
    function test_AProposalChangesAParameterOfEachKind() external {
        Plan memory plan = _plan(16, "A parameter of each kind");
        _set(plan, 0, address(token), abi.encodeCall(token.setTax, (300)));
        _set(plan, 1, address(token), abi.encodeCall(token.setWalletLimit, (300_000 ether)));
        _set(plan, 2, address(token), abi.encodeCall(token.exempt, (address(0xEE), false)));
        _set(plan, 3, address(taxRouter), abi.encodeCall(taxRouter.setShares, (6_000, 2_500)));
        _set(plan, 4, address(emission), abi.encodeCall(emission.setParameters, (4_000, 3_000)));
        _set(plan, 5, address(registry), _registryCall(250 ether));
        _set(plan, 6, address(market), _marketCall(350));
        _set(plan, 7, address(market), abi.encodeCall(market.setTreasury, (address(0x7EB))));
        _set(plan, 8, address(streams), abi.encodeCall(streams.setParameters, (100, 3 days)));
        _set(plan, 9, address(pool), abi.encodeCall(Guarded.setGuardian, (address(0x6A4E))));
        _set(plan, 10, address(escrow), abi.encodeCall(Guarded.setGuardian, (address(0x6A4E))));
        _set(plan, 11, address(vesting), abi.encodeCall(vesting.grant, (alice, 1_000 ether, 0)));
        _set(plan, 12, address(airdrop), abi.encodeCall(airdrop.setRoot, (keccak256("root"))));
        _set(plan, 13, address(governor), abi.encodeCall(governor.setQuorum, (600_000 ether)));
        _set(plan, 14, address(governor), abi.encodeCall(governor.setVotingDelay, (2 days)));
        _set(plan, 15, address(timelock), abi.encodeCall(timelock.updateDelay, (3 days)));
        _decide(plan);

        assertEq(token.taxBps(), 300, "tax");
        assertEq(token.walletLimit(), 300_000 ether, "wallet limit");
        assertTrue(token.isExempt(address(0xEE)), "exemption");
        (uint256 forStakers, uint256 forTreasury,) = taxRouter.shares();
        assertEq(forStakers * 1e6 + forTreasury, 6_000e6 + 2_500, "shares of the tax");
        assertEq(emission.capBps(), 4_000, "emission's cap");
        assertEq(emission.dutyBps(), 3_000, "emission's duty");
        assertEq(registry.minimumBond(), 250 ether, "bond");
        assertEq(market.parameters().feeBps, 350, "market's fee");
        assertEq(market.treasury(), address(0x7EB), "market's treasury");
        assertEq(streams.feeBps(), 100, "channels' fee");
        assertEq(streams.closeSeconds(), 3 days, "channels' delay");
        assertEq(pool.guardian(), address(0x6A4E), "pool's guardian");
        assertEq(escrow.guardian(), address(0x6A4E), "escrow's guardian");
        assertEq(vesting.grants(), 1, "grant");
        assertEq(airdrop.root(), keccak256("root"), "root");
        assertEq(governor.quorum(block.timestamp), 600_000 ether, "quorum");
        assertEq(governor.votingDelay(), 2 days, "voting delay");
        assertEq(timelock.getMinDelay(), 3 days, "timelock");
    }

    function test_AProposalGoesThroughItsStates() external {
        Plan memory plan = _plan(address(token), abi.encodeCall(token.setTax, (100)), "Lower the tax");
        uint256 id = _propose(plan);
        assertTrue(governor.proposalNeedsQueuing(id), "queued first");
        _is(id, IGovernor.ProposalState.Pending, "the snapshot is a day away");
        vm.warp(governor.proposalSnapshot(id) + 1);
        _is(id, IGovernor.ProposalState.Active, "vote");
        _vote(id, 0, FOR);
        _vote(id, 1, FOR);
        _vote(id, 2, ABSTAIN);
        _vote(id, 3, AGAINST);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, _voter(3)));
        _vote(id, 3, AGAINST);
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Succeeded, "more for than against, and the quorum");
        _queue(plan);
        _is(id, IGovernor.ProposalState.Queued, "waits");
        vm.expectRevert();
        _execute(plan);
        vm.warp(block.timestamp + TIMELOCK - 1);
        vm.expectRevert();
        _execute(plan);
        assertEq(token.taxBps(), 500, "not before the delay");
        vm.warp(block.timestamp + 1);
        vm.prank(address(0xCA4));
        _execute(plan);
        _is(id, IGovernor.ProposalState.Executed, "by anybody");
        assertEq(token.taxBps(), 100, "done");
    }

    function test_AProposalThatIsNotWantedIsDefeated() external {
        Plan memory plan = _plan(address(token), abi.encodeCall(token.setTax, (100)), "Lower the tax");
        uint256 id = _propose(plan);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(id, 0, FOR);
        _vote(id, 1, AGAINST);
        _vote(id, 2, ABSTAIN);
        _vote(id, 3, ABSTAIN);
        vm.warp(governor.proposalDeadline(id) + 1);
        _is(id, IGovernor.ProposalState.Defeated, "a tie");
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(plan);
    }

    function test_Case10_TheTaxChangesSlowlyAndNeverAboveFivePercent() external {
        Plan memory steps = _plan(2, "Two steps at once");
        (steps.targets[0], steps.targets[1]) = (address(token), address(token));
        steps.calls[0] = abi.encodeCall(token.setTax, (400));
        steps.calls[1] = abi.encodeCall(token.setTax, (450));
        _ready(steps);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.TooSoon.selector, block.timestamp + 7 days));
        _execute(steps);
        assertEq(token.taxBps(), 500, "neither");
        Plan memory high = _plan(address(token), abi.encodeCall(token.setTax, (501)), "Too much");
        _ready(high);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.OutOfBounds.selector, bytes32("tax"), 501, 0, 500));
        _execute(high);
    }

    function test_Case13_ExemptionsChangeByProposalsAloneAndCoreOnesNever() external {
        vm.expectRevert();
        vm.prank(guardian);
        token.exempt(guardian, false);
        _decide(_plan(address(token), abi.encodeCall(token.exempt, (alice, false)), "Exempt alice"));
        assertTrue(token.isExempt(alice), "exempt");
        _decide(_plan(address(token), abi.encodeCall(token.unexempt, (alice)), "Not any more"));
        assertTrue(!token.isExempt(alice), "taken back");
        address[5] memory core =
            [address(pool), address(streams), address(escrow), address(registry), address(taxRouter)];
        for (uint256 i; i < core.length; ++i) {
            assertTrue(token.isCore(core[i]), "core");
            vm.prank(address(timelock));
            vm.expectRevert(abi.encodeWithSelector(IOGPU.CoreExemption.selector, core[i]));
            token.unexempt(core[i]);
        }
        Plan memory plan = _plan(address(token), abi.encodeCall(token.unexempt, (address(pool))), "Trap the stakers");
        _ready(plan);
        vm.expectRevert(abi.encodeWithSelector(IOGPU.CoreExemption.selector, address(pool)));
        _execute(plan);
    }

    function test_Case52_ADecisionCannotLeaveTheBoundsOfAnySetter() external {
        _refuses(
            address(streams),
            abi.encodeCall(streams.setParameters, (501, 1 days)),
            abi.encodeWithSelector(IStreamPayments.OutOfBounds.selector, bytes32("feeBps"), 501, 0, 500)
        );
        _refuses(
            address(market),
            _marketCall(501),
            abi.encodeWithSelector(ITaskMarket.ParameterOutOfBounds.selector, bytes32("feeBps"), 501, 0, 500)
        );
        _refuses(
            address(registry),
            _registryCall(0),
            abi.encodeWithSelector(
                INodeRegistry.ParameterOutOfBounds.selector, bytes32("minimumBond"), 0, 1, 1_000_000 ether
            )
        );
        _refuses(
            address(token),
            abi.encodeCall(token.setWalletLimit, (420_001 ether)),
            abi.encodeWithSelector(
                IOGPU.OutOfBounds.selector, bytes32("walletLimit"), 420_001 ether, 105_000 ether, 420_000 ether
            )
        );
        _refuses(
            address(emission),
            abi.encodeCall(emission.setParameters, (9_001, 2_500)),
            abi.encodeWithSelector(
                IProviderEmission.OutOfBounds.selector, bytes32("capBps"), 9_001, 1_000, 9_000
            )
        );
        vm.expectPartialRevert(ITaxRouter.OutOfBounds.selector);
        vm.prank(address(timelock));
        taxRouter.setShares(2_999, 4_000);
    }

    function test_Case52_ADecisionCannotLeaveTheBoundsOfGovernanceItself() external {
        address target = address(governor);
        _refuses(
            target, abi.encodeCall(governor.setQuorum, (1)), _bounds("quorum", 1, 420_000 ether, 2_100_000 ether)
        );
        _refuses(
            target,
            abi.encodeCall(governor.setProposalThreshold, (0)),
            _bounds("proposalThreshold", 0, 21_000 ether, 210_000 ether)
        );
        _refuses(
            target,
            abi.encodeCall(governor.setVotingPeriod, (14 days + 1)),
            _bounds("votingPeriod", 14 days + 1, 1, 14 days)
        );
        _refuses(target, abi.encodeCall(governor.setVotingDelay, (0)), _bounds("votingDelay", 0, 1, 7 days));
        _refuses(
            target, abi.encodeCall(governor.setLateQuorumVoteExtension, (0)), _bounds("lateQuorum", 0, 1, 7 days)
        );
        _refuses(
            target,
            abi.encodeCall(governor.updateTimelock, (timelock)),
            abi.encodeWithSelector(INetworkGovernor.TimelockFixed.selector)
        );
        _refuses(address(timelock), abi.encodeCall(timelock.updateDelay, (0)), _bounds("timelock", 0, 1, 30 days));
        Plan memory plan = _plan(2, "Within bounds");
        _set(plan, 0, target, abi.encodeCall(governor.setProposalThreshold, (30_000 ether)));
        _set(plan, 1, target, abi.encodeCall(governor.setLateQuorumVoteExtension, (2 days)));
        _decide(plan);
        assertEq(governor.proposalThreshold(), 30_000 ether, "threshold");
        assertEq(governor.lateQuorumVoteExtension(), 2 days, "extension");
    }

    /// There is no function by which a decision takes what is other people's.
    function test_Case52_ADecisionCannotTakeWhatPeopleKeepInTheContracts() external {
        token.approve(address(escrow), 10 ether);
        escrow.depositFor(alice, 10 ether);
        token.approve(address(streams), 10 ether);
        streams.open(bob, address(0), 10 ether);
        address[4] memory holders = [address(pool), address(escrow), address(streams), address(registry)];
        for (uint256 i; i < holders.length; ++i) {
            _failsExecuting(
                _plan(
                    address(token), abi.encodeCall(token.transferFrom, (holders[i], treasury, 1)), "Take it"
                )
            );
            vm.warp(block.timestamp + 1);
        }
        _failsExecuting(_plan(address(pool), abi.encodeCall(pool.unstake, (1, treasury)), "Take stake"));
        _failsExecuting(_plan(address(escrow), abi.encodeCall(escrow.credit, (treasury, 1)), "Credit the treasury"));
        _failsExecuting(_plan(address(escrow), abi.encodeCall(escrow.setMarket, (treasury)), "Another market"));
        _failsExecuting(_plan(address(streams), abi.encodeCall(streams.close, (1)), "Close a channel"));
        assertEq(token.totalSupply(), 21_000_000 ether, "and nobody mints");
    }

    function _set(Plan memory plan, uint256 i, address target, bytes memory call) private pure {
        (plan.targets[i], plan.calls[i]) = (target, call);
    }

    function _bounds(bytes32 name, uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(GovernanceBounds.OutOfBounds.selector, name, value, min, max);
    }

    function _refuses(address target, bytes memory call, bytes memory why) private {
        Plan memory plan = _plan(target, call, "Out of bounds");
        _ready(plan);
        vm.expectRevert(why);
        _execute(plan);
    }

    function _failsExecuting(Plan memory plan) private {
        uint256 id = _ready(plan);
        vm.expectRevert();
        _execute(plan);
        _is(id, IGovernor.ProposalState.Queued, "nothing was done");
    }
}

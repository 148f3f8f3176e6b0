// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {INetworkGovernor, VotingTerms} from "../../src/governance/INetworkGovernor.sol";
import {NetworkGovernor} from "../../src/governance/NetworkGovernor.sol";
import {NetworkTimelock} from "../../src/governance/NetworkTimelock.sol";
import {GovernanceBounds} from "../../src/governance/rules/GovernanceBounds.sol";
import {Owned} from "../../src/access/Owned.sol";
import {GovernanceFixture} from "./support/GovernanceFixture.sol";

contract OwnershipTest is GovernanceFixture {
    function test_Case54_OnlyTheTimelockOwnsAfterDeployment() external {
        for (uint256 i; i < owned.length; ++i) {
            assertEq(Ownable2Step(owned[i]).owner(), address(timelock), "owner");
            assertEq(Ownable2Step(owned[i]).pendingOwner(), address(0), "nobody is offered it");
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
            Ownable2Step(owned[i]).transferOwnership(address(this));
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
            vm.prank(guardian);
            Ownable2Step(owned[i]).transferOwnership(guardian);
        }
        bytes32[4] memory roles = _roles();
        address[4] memory people = [address(this), guardian, treasury, _voter(0)];
        for (uint256 r; r < roles.length; ++r) {
            for (uint256 p; p < people.length; ++p) {
                assertTrue(!timelock.hasRole(roles[r], people[p]), "nobody has a role");
            }
        }
        assertTrue(timelock.hasRole(roles[0], address(timelock)), "its own admin");
        assertTrue(timelock.hasRole(roles[1], address(governor)), "the governor proposes");
        assertTrue(timelock.hasRole(roles[2], address(governor)), "and cancels");
        assertTrue(timelock.hasRole(roles[3], address(0)), "anybody executes");
        assertTrue(!timelock.hasRole(roles[1], address(timelock)), "not by itself");
        assertEq(governor.timelock(), address(timelock), "this one");
        assertEq(governor.name(), "OpenGPU Governor", "named");
        assertEq(uint256(governor.clock()), block.timestamp, "by time, as the pool");
    }

    function test_Case17_OwnershipIsNeitherDroppedNorLostByMistake() external {
        address wrong = address(0xBAD);
        for (uint256 i; i < owned.length; ++i) {
            vm.prank(address(timelock));
            vm.expectRevert(Owned.OwnerRequired.selector);
            Ownable2Step(owned[i]).renounceOwnership();
            // A wrong address never accepts; the timelock stays and offers it to another one.
            vm.startPrank(address(timelock));
            Ownable2Step(owned[i]).transferOwnership(wrong);
            assertEq(Ownable2Step(owned[i]).owner(), address(timelock), "still");
            Ownable2Step(owned[i]).transferOwnership(address(0));
            vm.stopPrank();
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, wrong));
            vm.prank(wrong);
            Ownable2Step(owned[i]).acceptOwnership();
        }
        // No role can stop a transfer of oGPU, whoever owns the token.
        vm.prank(address(timelock));
        token.transferOwnership(alice);
        vm.prank(alice);
        token.acceptOwnership();
        token.transfer(bob, 1 ether);
        assertEq(token.balanceOf(bob), 1 ether, "moves");
    }

    function test_AcceptingCanOnlyMakeTheTimelockAnOwner() external {
        Ownable2Step[] memory list = new Ownable2Step[](1);
        list[0] = Ownable2Step(owned[0]);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(timelock)));
        vm.prank(alice);
        timelock.acceptOwnershipOf(list);
    }

    function test_Case52_TermsOutsideTheirBoundsCannotBeDeployed() external {
        VotingTerms memory terms = _terms();
        terms.quorum = 420_000 ether - 1;
        _refused("quorum", terms, terms.quorum, 420_000 ether, 2_100_000 ether);
        terms.quorum = 2_100_000 ether + 1;
        _refused("quorum", terms, terms.quorum, 420_000 ether, 2_100_000 ether);
        terms = _terms();
        terms.proposalThreshold = 21_000 ether - 1;
        _refused("proposalThreshold", terms, terms.proposalThreshold, 21_000 ether, 210_000 ether);
        terms.proposalThreshold = 210_000 ether + 1;
        _refused("proposalThreshold", terms, terms.proposalThreshold, 21_000 ether, 210_000 ether);
    }

    function test_Case52_ShortDelaysAreForDevelopmentChainsAlone() external {
        VotingTerms memory short = VotingTerms(1, 1, 1, THRESHOLD, QUORUM);
        _deploy(short);
        new NetworkTimelock(1, address(this));
        vm.chainId(1);
        vm.expectRevert(_outOfBounds("timelock", 2 days - 1, 2 days, 30 days));
        new NetworkTimelock(2 days - 1, address(this));
        vm.expectRevert(_outOfBounds("timelock", 30 days + 1, 2 days, 30 days));
        new NetworkTimelock(30 days + 1, address(this));
        VotingTerms memory terms = _terms();
        terms.votingDelay = 1 days - 1;
        _refused("votingDelay", terms, terms.votingDelay, 1 days, 7 days);
        terms.votingDelay = 7 days + 1;
        _refused("votingDelay", terms, terms.votingDelay, 1 days, 7 days);
        terms = _terms();
        terms.votingPeriod = 3 days - 1;
        _refused("votingPeriod", terms, terms.votingPeriod, 3 days, 14 days);
        terms.votingPeriod = 14 days + 1;
        _refused("votingPeriod", terms, terms.votingPeriod, 3 days, 14 days);
        terms = _terms();
        terms.lateQuorum = 1 days - 1;
        _refused("lateQuorum", terms, terms.lateQuorum, 1 days, 7 days);
        terms.lateQuorum = 7 days + 1;
        _refused("lateQuorum", terms, terms.lateQuorum, 1 days, 7 days);
        _deploy(_terms());
    }

    function test_RevertWhen_TheTimelockIsSomebodyElses() external {
        NetworkTimelock other = new NetworkTimelock(TIMELOCK, address(this));
        vm.expectRevert(abi.encodeWithSelector(INetworkGovernor.NotProposerOf.selector, address(other)));
        new NetworkGovernor(pool, other, _terms());
    }

    function testFuzz_Case52_TheQuorumIsANumberWithinItsBounds(uint256 value) external {
        VotingTerms memory terms = _terms();
        terms.quorum = bound(value, 0, 3_000_000 ether);
        if (terms.quorum < 420_000 ether || terms.quorum > 2_100_000 ether) {
            _refused("quorum", terms, terms.quorum, 420_000 ether, 2_100_000 ether);
        } else {
            assertEq(_deploy(terms).quorum(block.timestamp), terms.quorum, "as told");
        }
    }

    function _deploy(VotingTerms memory terms) private returns (NetworkGovernor) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        NetworkTimelock own = new NetworkTimelock(TIMELOCK, next);
        return new NetworkGovernor(pool, own, terms);
    }

    function _refused(bytes32 name, VotingTerms memory terms, uint256 value, uint256 min, uint256 max) private {
        NetworkTimelock own = new NetworkTimelock(
            TIMELOCK, vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1)
        );
        vm.expectRevert(_outOfBounds(name, value, min, max));
        new NetworkGovernor(IVotes(address(pool)), TimelockController(own), terms);
    }

    function _outOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(GovernanceBounds.OutOfBounds.selector, name, value, min, max);
    }

    function _roles() private view returns (bytes32[4] memory) {
        return [
            timelock.DEFAULT_ADMIN_ROLE(),
            timelock.PROPOSER_ROLE(),
            timelock.CANCELLER_ROLE(),
            timelock.EXECUTOR_ROLE()
        ];
    }

    function assertEq(string memory left, string memory right, string memory what) private pure {
        assertEq(keccak256(bytes(left)), keccak256(bytes(right)), what);
    }
}

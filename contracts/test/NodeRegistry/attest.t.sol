// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Attestation, AttestedView, IAttestations, Round} from "../../src/interfaces/IAttestations.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {IProviderEmission} from "../../src/interfaces/IProviderEmission.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {IStakingPool} from "../../src/staking/IStakingPool.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";

contract AttestTest is RegistryFixture {
    bytes32 private constant TYPE = keccak256(
        "Attestation(address node,uint16 gpuClass,uint32 round,uint64 power,uint32 vramMiB,bytes32 challenge,bytes32 answer)"
    );
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    address private node;
    address private owner;

    function setUp() public override {
        super.setUp();
        (node, owner) = (nodes[0], owners[0]);
        _open(CLASS);
    }

    function test_RecordsWhatTheAttestorsSigned() external {
        Attestation memory it = _measured(node, 15_000, 24_564);
        bytes[] memory signatures = _cosignatures(it, 4);
        address[] memory drawn = registry.attestorsOf(node);
        address[] memory signers = new address[](4);
        for (uint256 i; i < 4; ++i) {
            signers[i] = drawn[i];
        }
        vm.expectEmit(address(registry));
        emit IAttestations.Attested(node, CLASS, 1, 15_000, 24_564, it.answer, signers);
        vm.expectEmit(address(registry));
        emit IAttestations.NodeLevelChanged(node, 4, uint32(FIRST_DAY + 6));
        vm.prank(address(0xCA44));
        registry.attest(it, signatures);
        AttestedView memory v = registry.attestedOf(node);
        assertEq(v.power, 15_000, "power");
        assertEq(v.vramMiB, 24_564, "memory");
        assertEq(v.round, 1, "round");
        assertEq(v.level, 4, "level");
        assertEq(v.expiresAt, block.timestamp + 7 days, "age");
        assertEq(registry.powerOf(node), 15_000, "for the market");
        (address of_, uint8 level, uint32 untilDay) = registry.standingOf(node);
        assertEq(of_, owner, "owner");
        assertEq(level, 4, "level");
        assertEq(untilDay, FIRST_DAY + 6, "seven days, this one among them");
    }

    function test_TheDigestIsThatOfEip712() external view {
        Attestation memory it = _measured(node, 15_000, 24_564);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("OpenGPU NodeRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 structHash =
            keccak256(abi.encode(TYPE, it.node, it.gpuClass, it.round, it.power, it.vramMiB, it.challenge, it.answer));
        assertEq(
            registry.attestationDigest(it), keccak256(abi.encodePacked("\x19\x01", domain, structHash)), "by the text"
        );
    }

    function test_RevertWhen_TheNodeIsUnknownNotLiveOrOfAnotherClass() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 4);
        it.node = address(0xDEAD);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, it.node));
        registry.attest(it, signatures);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, it.node));
        registry.challengeOf(it.node);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, it.node));
        registry.attestorsOf(it.node);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, it.node));
        registry.refresh(it.node);
        it.node = node;
        it.gpuClass = OTHER_CLASS;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.WrongClass.selector, node, OTHER_CLASS, CLASS));
        registry.attest(it, signatures);
        it.gpuClass = CLASS;
        vm.startPrank(owner);
        registry.setActive(node, false);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NodeNotLive.selector, node));
        registry.attest(it, signatures);
        registry.setActive(node, true);
        registry.requestUnbond(node);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NodeNotLive.selector, node));
        registry.attest(it, signatures);
        registry.cancelUnbond(node);
        registry.attest(it, signatures);
        vm.stopPrank();
    }

    function test_RevertWhen_TheRoundIsNotTheOpenOne() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 4);
        uint256 endsAt = registry.roundOf(CLASS).endsAt;
        Attestation memory other = _measured(node, 1_000, 8_000);
        other.round = 2;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundNotOpen.selector, CLASS, 2, 1, endsAt));
        registry.attest(other, signatures);
        other.round = 0;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundNotOpen.selector, CLASS, 0, 1, endsAt));
        registry.attest(other, signatures);
        vm.warp(endsAt);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundNotOpen.selector, CLASS, 1, 1, endsAt));
        registry.attest(it, signatures);
        registry.announceRound(CLASS);
        it.round = 2;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundNotOpen.selector, CLASS, 2, 2, 0));
        registry.attest(it, signatures);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundNotOpen.selector, CLASS, 2, 2, 0));
        registry.challengeOf(node);
    }

    function test_Case49_RevertWhen_TheNodeAnsweredTheRoundAlready() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 4);
        registry.attest(it, signatures);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, node, 1));
        registry.attest(it, signatures);
        it.power = 40_000;
        bytes[] memory better = _cosignatures(it, 5);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, node, 1));
        registry.attest(it, better);
        // Leaving and coming back does not open the round again.
        vm.startPrank(owner);
        registry.requestUnbond(node);
        registry.cancelUnbond(node);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, node, 1));
        registry.attest(it, better);
        _end(CLASS);
        _open(CLASS);
        _attest(node, 1_000, 8_000);
    }

    function test_Case49_ANodeThatRegisteredAfterTheAnnouncementWaitsForTheNextRound() external {
        address late = _enlist(OWNER_KEY + 60, NODE_KEY + 60, CLASS);
        Attestation memory it = _measured(late, 50_000, 80_000);
        bytes[] memory signatures = _cosignatures(it, 4);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, late, 1));
        registry.attest(it, signatures);
        _end(CLASS);
        _open(CLASS);
        _attest(late, 50_000, 80_000);
        assertEq(_levelOf(late), 5, "the next one");
        // Between announcement and seed it is too late as well.
        _end(CLASS);
        registry.announceRound(CLASS);
        address later = _enlist(OWNER_KEY + 61, NODE_KEY + 61, CLASS);
        vm.roll(block.number + 3);
        registry.fixRound(CLASS);
        it = _measured(later, 50_000, 80_000);
        signatures = _cosignatures(it, 4);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, later, 3));
        registry.attest(it, signatures);
    }

    function test_Case49_OneAnswerServesOneNodeInOneRound() external {
        address second = _enlist(OWNER_KEY, NODE_KEY + 70, CLASS);
        _end(CLASS);
        _open(CLASS);
        Attestation memory it = _measured(node, 1_000, 8_000);
        assertTrue(it.challenge != registry.challengeOf(second), "each its own");
        bytes[] memory signatures = _cosignatures(it, 4);
        bytes32 expected = registry.challengeOf(second);
        it.node = second;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.WrongChallenge.selector, second, it.challenge, expected));
        registry.attest(it, signatures);
        // With the other's challenge put in, nobody has signed it.
        it.challenge = expected;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, second, 0, 4));
        registry.attest(it, signatures);
        _noneOfTheOwner(second);
        _noneOfTheOwner(node);
    }

    function test_Case61_ASignatureDoesNotOutliveAReorganisation() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 5);
        _end(CLASS);
        _open(CLASS);
        // The same round number under another seed, as after a reorganisation.
        it.round = 2;
        vm.expectPartialRevert(IAttestations.WrongChallenge.selector);
        registry.attest(it, signatures);
    }

    function test_RevertWhen_ThePowerIsNoneOrMoreThanAnyMachineHas() external {
        Attestation memory it = _measured(node, 0, 8_000);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.PowerOutOfBounds.selector, 0, 1, 100_000_000));
        registry.attest(it, new bytes[](0));
        it.power = 100_000_001;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.PowerOutOfBounds.selector, 100_000_001, 1, 100_000_000));
        registry.attest(it, new bytes[](0));
        it.power = 100_000_000;
        registry.attest(it, _cosignatures(it, 4));
    }

    function test_Case44_TwoThirdsOfTheAttestorsMustSign() external {
        uint8[7] memory needed = [1, 2, 2, 3, 4, 4, 5];
        Attestation memory it = _measured(node, 1_000, 8_000);
        for (uint8 n = 1; n <= 7; ++n) {
            registry.setRoundParameters(1 days, n);
            uint256 least = needed[n - 1];
            assertEq(registry.attestorsOf(node).length, n, "drawn");
            bytes[] memory tooFew = _cosignatures(it, least - 1);
            vm.expectRevert(abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, node, least - 1, least));
            registry.attest(it, tooFew);
            uint256 snapshot = vm.snapshotState();
            registry.attest(it, _cosignatures(it, least));
            vm.revertToState(snapshot);
        }
    }

    function test_Case44_TooFewToBeDrawnIsNoExcuse() external {
        // Three other owners are left; four of five must sign.
        for (uint256 i = 4; i < NODES; ++i) {
            vm.prank(owners[i]);
            registry.setActive(nodes[i], false);
        }
        Attestation memory it = _measured(node, 1_000, 8_000);
        assertEq(registry.attestorsOf(node).length, 3, "drawn");
        bytes[] memory all = _cosignatures(it, 3);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, node, 3, 4));
        registry.attest(it, all);
    }

    function test_Case58_DoubledShortForeignAndMalleableSignaturesDoNotCount() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        address[] memory drawn = registry.attestorsOf(node);
        bytes[] memory signatures = new bytes[](9);
        for (uint256 i; i < 3; ++i) {
            signatures[i] = _cosigned(it, drawn[i]);
        }
        signatures[3] = signatures[0];
        signatures[4] = hex"1234";
        signatures[5] = abi.encodePacked(drawn[3]);
        signatures[6] = _malleable(drawn[3], registry.attestationDigest(it));
        signatures[7] = abi.encodePacked(drawn[3], _signature(0xBAD, registry.attestationDigest(it)));
        signatures[8] = abi.encodePacked(address(0), new bytes(65));
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, node, 3, 4));
        registry.attest(it, signatures);
        // A fourth good one, and the rest does no harm.
        signatures[5] = _cosigned(it, drawn[4]);
        registry.attest(it, signatures);
        assertEq(registry.powerOf(node), 1_000, "attested");
    }

    function test_Case41_OnlyDrawnNodesCount() external {
        address[] memory drawn = registry.attestorsOf(node);
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = new bytes[](NODES);
        uint256 count;
        for (uint256 i; i < NODES; ++i) {
            bool isDrawn;
            for (uint256 j; j < drawn.length; ++j) {
                if (drawn[j] == nodes[i]) isDrawn = true;
            }
            // The node itself and all that are not drawn.
            if (!isDrawn) signatures[count++] = _cosigned(it, nodes[i]);
        }
        assertEq(count, NODES - 5, "others");
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, node, 0, 4));
        registry.attest(it, signatures);
    }

    function test_Case47_SignaturesAreBoundToMessageChainAndRegistry() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 5);
        bytes memory failure = abi.encodeWithSelector(IAttestations.NotEnoughAttestors.selector, node, 0, 4);
        it.power = 1_001;
        vm.expectRevert(failure);
        registry.attest(it, signatures);
        it.power = 1_000;
        it.vramMiB = 8_001;
        vm.expectRevert(failure);
        registry.attest(it, signatures);
        it.vramMiB = 8_000;
        it.answer = bytes32(0);
        vm.expectRevert(failure);
        registry.attest(it, signatures);
        it.answer = keccak256(abi.encode("answer", node));
        vm.chainId(1);
        vm.expectRevert(failure);
        registry.attest(it, signatures);
        vm.chainId(31337);
        NodeRegistry other = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        assertTrue(other.attestationDigest(it) != registry.attestationDigest(it), "another registry");
        registry.attest(it, signatures);
    }

    function test_AnAttestorThatLeavesIsFollowedByTheNextOfTheDraw() external {
        Attestation memory it = _measured(node, 1_000, 8_000);
        address[] memory before = registry.attestorsOf(node);
        bytes[] memory signatures = _cosignatures(it, 5);
        vm.prank(registry.ownerOf(before[0]));
        registry.requestUnbond(before[0]);
        address[] memory drawn = registry.attestorsOf(node);
        assertEq(drawn.length, 5, "five again");
        for (uint256 i; i < 4; ++i) {
            assertEq(drawn[i], before[i + 1], "the others stay");
        }
        // One that left does not count, the other four still do.
        registry.attest(it, signatures);
    }

    /// Random classes of owners and activity: the drawn are always what the rule says.
    function testFuzz_Case42_AttestorsAreOtherOwnersLiveNodesOfOldTickets(uint256 random) external {
        _enlist(OWNER_KEY, NODE_KEY + 80, CLASS);
        _enlist(OWNER_KEY + 1, NODE_KEY + 81, OTHER_CLASS);
        _end(CLASS);
        _open(CLASS);
        uint256 old = nodes.length;
        _enlist(OWNER_KEY + 2, NODE_KEY + 82, CLASS);
        for (uint256 i = 1; i < old; ++i) {
            if (random >> i & 3 != 0) continue;
            vm.prank(owners[i]);
            if (random >> 128 + i & 1 == 0) registry.setActive(nodes[i], false);
            else registry.requestUnbond(nodes[i]);
        }
        address[] memory drawn = registry.attestorsOf(node);
        uint256 eligible;
        for (uint256 i = 1; i < 11; ++i) {
            // Owner 1 has a second node, owner 0 is the node's own.
            bool live = i < 10 && (registry.isLive(nodes[i]) || (i == 1 && registry.isLive(nodes[11])));
            if (live) ++eligible;
        }
        assertEq(drawn.length, eligible < 5 ? eligible : 5, "as many as there are, at most five");
        for (uint256 i; i < drawn.length; ++i) {
            assertTrue(registry.isLive(drawn[i]), "live");
            assertTrue(registry.ownerOf(drawn[i]) != owner, "not the node's owner's");
            assertTrue(drawn[i] != nodes[old], "no ticket younger than the round");
            for (uint256 j; j < i; ++j) {
                assertTrue(registry.ownerOf(drawn[i]) != registry.ownerOf(drawn[j]), "distinct owners");
            }
        }
    }

    function test_AnAttestationAgesOutToTheSecondAndTheLevelByWholeDays() external {
        vm.warp(FIRST_DAY * 1 days + 20 hours);
        _attestLevel(node, 3);
        // The round was opened at the start of the day.
        vm.warp((FIRST_DAY + 7) * 1 days - 1);
        assertEq(registry.powerOf(node), 8_000, "to the last second");
        assertEq(_levelOf(node), 3, "the last day");
        vm.warp((FIRST_DAY + 7) * 1 days);
        assertEq(registry.powerOf(node), 0, "aged out");
        assertEq(_levelOf(node), 0, "aged out");
        assertEq(registry.attestedOf(node).expiresAt, 0, "none");
        (, uint8 level, uint32 untilDay) = registry.standingOf(node);
        assertEq(level + untilDay, 0, "no day without a level");
    }

    function test_ALevelNeverCountsLongerThanItsAttestation() external {
        _end(CLASS);
        vm.warp(block.timestamp + 13 hours);
        _open(CLASS);
        uint256 opened = block.timestamp;
        _attestLevel(node, 3);
        (,, uint32 untilDay) = registry.standingOf(node);
        assertLe((uint256(untilDay) + 1) * 1 days, opened + 7 days, "its last day ends before it does");
        vm.warp((uint256(untilDay) + 1) * 1 days);
        assertEq(_levelOf(node), 0, "the level");
        assertEq(registry.powerOf(node), 8_000, "the power still counts");
        vm.warp(opened + 7 days);
        assertEq(registry.powerOf(node), 0, "and then not");
    }

    function test_AMissedRoundLowersTheLevelByOne() external {
        _attestLevel(node, 4);
        _end(CLASS);
        assertEq(_levelOf(node), 4, "the round it answered");
        _open(CLASS);
        assertEq(_levelOf(node), 4, "a round that runs is not missed yet");
        _end(CLASS);
        assertEq(_levelOf(node), 3, "missed, before anybody wrote it down");
        vm.expectEmit(address(registry));
        emit IAttestations.NodeLevelChanged(node, 3, uint32(FIRST_DAY + 6));
        registry.refresh(node);
        registry.refresh(node);
        assertEq(_levelOf(node), 3, "each round once");
        _open(CLASS);
        _end(CLASS);
        _open(CLASS);
        _end(CLASS);
        assertEq(_levelOf(node), 1, "two more");
        registry.refresh(node);
        assertEq(registry.attestedOf(node).power, 14_000, "the power is what was measured");
        _open(CLASS);
        _end(CLASS);
        assertEq(_levelOf(node), 0, "none");
        _open(CLASS);
        _end(CLASS);
        registry.refresh(node);
        assertEq(_levelOf(node), 0, "and no less");
        _open(CLASS);
        _attestLevel(node, 4);
        assertEq(_levelOf(node), 4, "whole again");
    }

    function test_DutiesAreRecordedInUnitsOfPowerTimesSeconds() external {
        _attest(nodes[1], 2_000, 8_000);
        IProviderEmission.Work memory work = emission.workOf(0, owners[1]);
        assertEq(work.dutyUnits, 2_000 * 60, "answering");
        assertEq(work.jobUnits, 0, "no job");
        Attestation memory it = _measured(node, 1_000, 8_000);
        bytes[] memory signatures = _cosignatures(it, 5);
        registry.attest(it, signatures);
        address[] memory drawn = registry.attestorsOf(node);
        uint256 checked;
        for (uint256 i; i < 5; ++i) {
            uint256 own = registry.powerOf(drawn[i]);
            uint256 base = drawn[i] == nodes[1] ? 2_000 * 60 : 0;
            assertEq(
                emission.workOf(0, registry.ownerOf(drawn[i])).dutyUnits, base + own * 30, "checking, by own power"
            );
            checked += own * 30;
        }
        assertEq(emission.workOf(0, owner).dutyUnits, 1_000 * 60, "answering");
        assertEq(emission.epochOf(0).dutyUnits, 2_000 * 60 + 1_000 * 60 + checked, "together");
    }

    function test_WithoutAnEmissionNothingIsRecorded() external {
        NodeRegistry other = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        assertEq(address(other.emission()), address(0), "none");
        assertEq(address(other.pool()), address(0), "none");
        token.exempt(address(other), true);
        registry = other;
        for (uint256 i; i < 6; ++i) {
            _enlist(OWNER_KEY + i, NODE_KEY + i, CLASS);
        }
        _open(CLASS);
        _attestLevel(node, 2);
        assertEq(_levelOf(node), 2, "attested all the same");
        assertEq(emission.epochOf(0).dutyUnits, 0, "nothing recorded");
    }

    function test_PoolAndEmissionAreNamedOnceByTheOwner() external {
        NodeRegistry other = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owner));
        other.setPool(pool);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owner));
        other.setEmission(emission);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NoContract.selector, owner));
        other.setPool(IStakingPool(owner));
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NoContract.selector, owner));
        other.setEmission(IProviderEmission(owner));
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadySet.selector, address(pool)));
        registry.setPool(pool);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadySet.selector, address(emission)));
        registry.setEmission(emission);
    }

    function _noneOfTheOwner(address it) private view {
        address[] memory drawn = registry.attestorsOf(it);
        for (uint256 i; i < drawn.length; ++i) {
            assertTrue(registry.ownerOf(drawn[i]) != owner, "another owner's");
        }
    }

    function _malleable(address attestor, bytes32 digest) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[attestor], digest);
        return abi.encodePacked(attestor, r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }
}

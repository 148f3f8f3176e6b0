// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IAttestations, Round} from "../../src/interfaces/IAttestations.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";

contract RoundsTest is RegistryFixture {
    address private constant STRANGER = address(0xBEEF);

    function test_Case42_AnnouncingFixesTicketsAndABlockThatIsStillToCome() external {
        vm.expectEmit(address(registry));
        emit IAttestations.RoundAnnounced(CLASS, 1, uint40(block.number + 2), uint32(NODES));
        vm.prank(STRANGER);
        assertEq(registry.announceRound(CLASS), 1, "first");
        Round memory round = registry.roundOf(CLASS);
        assertEq(round.id, 1, "id");
        assertEq(round.tickets, NODES, "tickets of all classes");
        assertEq(round.seedBlock, block.number + 2, "two blocks on");
        assertEq(round.seed, bytes32(0), "no seed");
        assertEq(round.endsAt, 0, "not open");
    }

    function test_RevertWhen_ThePresentRoundIsNotOver() external {
        registry.announceRound(CLASS);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestations.RoundPending.selector, CLASS, 1, registry.roundOf(CLASS).seedBlock)
        );
        registry.announceRound(CLASS);
        vm.roll(block.number + 3);
        registry.fixRound(CLASS);
        uint256 endsAt = block.timestamp + 1 days;
        vm.warp(endsAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundRunning.selector, CLASS, 1, endsAt));
        registry.announceRound(CLASS);
        vm.warp(endsAt);
        assertEq(registry.announceRound(CLASS), 2, "over");
        assertEq(registry.roundOf(CLASS).seed, bytes32(0), "the last round's seed is not this one's");
    }

    function test_RevertWhen_TheClassHasNoTickets() external {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.ClassEmpty.selector, 99));
        registry.announceRound(99);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.ClassEmpty.selector, EVERY_CLASS));
        registry.announceRound(EVERY_CLASS);
    }

    function test_ClassesHaveRoundsAndSeedsOfTheirOwn() external {
        registry.announceRound(CLASS);
        registry.announceRound(OTHER_CLASS);
        vm.roll(block.number + 3);
        assertTrue(registry.fixRound(CLASS) != registry.fixRound(OTHER_CLASS), "one block, two seeds");
        _end(CLASS);
        assertEq(registry.announceRound(CLASS), 2, "second here");
        assertEq(registry.roundOf(OTHER_CLASS).id, 1, "first there");
    }

    function test_RevertWhen_NothingIsAnnouncedOrTheSeedBlockIsNotPast() external {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NothingAnnounced.selector, CLASS));
        registry.fixRound(CLASS);
        registry.announceRound(CLASS);
        uint256 seedBlock = registry.roundOf(CLASS).seedBlock;
        vm.roll(seedBlock);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.SeedNotReady.selector, CLASS, seedBlock));
        registry.fixRound(CLASS);
    }

    function test_Case42_TheSeedIsTheBlocksWhoeverCallsAndWhenever() external {
        registry.announceRound(CLASS);
        uint256 seedBlock = registry.roundOf(CLASS).seedBlock;
        uint256 snapshot = vm.snapshotState();
        vm.roll(seedBlock + 1);
        bytes32 atOnce = registry.fixRound(CLASS);
        assertEq(registry.roundOf(CLASS).seed, atOnce, "stored");
        vm.revertToState(snapshot);
        vm.warp(block.timestamp + 40 minutes);
        vm.roll(seedBlock + 256);
        vm.prank(STRANGER);
        assertEq(registry.fixRound(CLASS), atOnce, "waiting changes nothing");
        assertTrue(atOnce != 0, "a seed");
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NothingAnnounced.selector, CLASS));
        registry.fixRound(CLASS);
    }

    function test_Case42_AnAgedOutSeedComesFromAFreshBlockWithTheSameTickets() external {
        registry.announceRound(CLASS);
        uint256 seedBlock = registry.roundOf(CLASS).seedBlock;
        _enlist(OWNER_KEY + 50, NODE_KEY + 50, CLASS);
        vm.roll(seedBlock + 257);
        vm.expectEmit(address(registry));
        emit IAttestations.RoundSeedAgedOut(CLASS, 1, uint40(seedBlock + 259));
        assertEq(registry.fixRound(CLASS), bytes32(0), "none yet");
        assertEq(registry.roundOf(CLASS).tickets, NODES, "who came meanwhile gains nothing");
        vm.expectRevert(abi.encodeWithSelector(IAttestations.SeedNotReady.selector, CLASS, seedBlock + 259));
        registry.fixRound(CLASS);
        vm.roll(seedBlock + 260);
        assertTrue(registry.fixRound(CLASS) != 0, "fixed");
    }

    function test_ARoundKeepsTheLengthItBeganWith() external {
        _open(CLASS);
        Round memory round = registry.roundOf(CLASS);
        assertEq(round.openedAt, block.timestamp, "begins");
        assertEq(round.endsAt, block.timestamp + 1 days, "a day");
        registry.setRoundParameters(2 days, 5);
        assertEq(registry.roundOf(CLASS).endsAt, round.endsAt, "not longer");
        _end(CLASS);
        _open(CLASS);
        assertEq(registry.roundOf(CLASS).endsAt, block.timestamp + 2 days, "the next one");
    }

    function test_Case52_RoundParametersHaveBounds() external {
        assertEq(registry.roundSeconds(), 1 days, "at first");
        assertEq(registry.attestors(), 5, "at first");
        vm.expectEmit(address(registry));
        emit IAttestations.RoundParametersChanged(1, 1);
        registry.setRoundParameters(1, 1);
        _refused("roundSeconds", 0, 5, 0, 1, 3 days);
        _refused("roundSeconds", 3 days + 1, 5, 3 days + 1, 1, 3 days);
        _refused("attestors", 60, 0, 0, 1, 15);
        _refused("attestors", 60, 16, 16, 1, 15);
        vm.chainId(1);
        _refused("roundSeconds", 1 hours - 1, 5, 1 hours - 1, 1 hours, 3 days);
        _refused("attestors", 1 hours, 2, 2, 3, 15);
        registry.setRoundParameters(1 hours, 3);
        registry.setRoundParameters(3 days, 15);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER));
        registry.setRoundParameters(1 days, 5);
    }

    function _refused(bytes32 name, uint40 length, uint8 attestors, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.ParameterOutOfBounds.selector, name, value, min, max));
        registry.setRoundParameters(length, attestors);
    }
}

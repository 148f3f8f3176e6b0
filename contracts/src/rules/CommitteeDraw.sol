// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {Node} from "../interfaces/Types.sol";

/// Draws committee members uniformly over the tickets of a class that existed at award.
library CommitteeDraw {
    /// Up to here every ticket is looked at once, in random order; beyond, tries are bounded.
    uint256 internal constant SMALL_LIST = 64;
    uint256 internal constant TRIES = 128;

    struct Lot {
        bytes32 seed;
        uint16 gpuClass;
        uint256 tickets;
        uint256 members;
        /// With fewer than that of new owners, those already seated fill up to it.
        uint256 least;
        address nodeOwner;
        address customer;
        uint256 fine;
        /// Owners who had a seat in this job before.
        address[] seated;
    }

    struct Hand {
        address[] members;
        address[] owners;
        uint256 count;
    }

    /// At most `members` nodes of distinct owners, none of them the node's owner or the customer, all live now and with
    /// free bond for the fine of the silent.
    function pick(INodeRegistry registry, Lot memory lot) internal view returns (address[] memory members) {
        Hand memory hand = Hand(new address[](lot.members), new address[](lot.members), 0);
        _deal(registry, lot, hand, lot.members, true);
        if (hand.count < lot.least) _deal(registry, lot, hand, lot.least, false);
        members = hand.members;
        uint256 count = hand.count;
        assembly ("memory-safe") {
            mstore(members, count)
        }
    }

    function _deal(INodeRegistry registry, Lot memory lot, Hand memory hand, uint256 until, bool newcomers) private view {
        uint256[] memory deck = _deck(lot.tickets);
        uint256 tries = deck.length == 0 ? TRIES : deck.length;
        for (uint256 i; i < tries && hand.count < until; ++i) {
            uint256 random = uint256(keccak256(abi.encode(lot.seed, i)));
            address candidate = registry.ticketAt(lot.gpuClass, _next(deck, i, random, lot.tickets));
            address owner = _ownerIfEligible(registry, lot, candidate);
            if (owner == address(0) || _contains(hand.owners, hand.count, owner)) continue;
            if (newcomers && _contains(lot.seated, lot.seated.length, owner)) continue;
            hand.members[hand.count] = candidate;
            hand.owners[hand.count] = owner;
            ++hand.count;
        }
    }

    function _deck(uint256 tickets) private pure returns (uint256[] memory deck) {
        if (tickets > SMALL_LIST) return deck;
        deck = new uint256[](tickets);
        for (uint256 i; i < tickets; ++i) {
            deck[i] = i;
        }
    }

    /// A step of a partial Fisher-Yates shuffle, or a free draw from a long list.
    function _next(uint256[] memory deck, uint256 i, uint256 random, uint256 tickets)
        private
        pure
        returns (uint256 ticket)
    {
        if (deck.length == 0) return random % tickets;
        uint256 j = i + random % (deck.length - i);
        ticket = deck[j];
        deck[j] = deck[i];
        deck[i] = ticket;
    }

    function _ownerIfEligible(INodeRegistry registry, Lot memory lot, address candidate)
        private
        view
        returns (address)
    {
        Node memory node = registry.nodeOf(candidate);
        if (!node.active || node.unbondAt != 0 || node.bond - node.lockedBond < lot.fine) return address(0);
        return node.owner == lot.nodeOwner || node.owner == lot.customer ? address(0) : node.owner;
    }

    function _contains(address[] memory list, uint256 length, address item) private pure returns (bool) {
        for (uint256 i; i < length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }
}

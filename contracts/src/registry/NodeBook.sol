// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {Node} from "../interfaces/Types.sol";

/// The records of nodes, their tickets and the counts of what is live.
abstract contract NodeBook is INodeRegistry {
    /// Stands for all classes in the ticket lists; no node can be of it.
    uint16 internal constant EVERY_CLASS = type(uint16).max;

    mapping(address node => Node) internal _nodes;
    /// Append-only: a draw uses the tickets that existed before its seed.
    mapping(uint16 gpuClass => address[]) internal _tickets;
    /// @inheritdoc INodeRegistry
    mapping(address owner => mapping(uint16 gpuClass => uint256)) public liveNodesOf;
    /// @inheritdoc INodeRegistry
    mapping(uint16 gpuClass => uint256) public liveOwners;

    modifier onlyNodeOwner(address node) {
        address nodeOwner = _knownOwner(node);
        if (nodeOwner != msg.sender) revert NotNodeOwner(node, msg.sender, nodeOwner);
        _;
    }

    /// @inheritdoc INodeRegistry
    function nodeOf(address node) external view returns (Node memory) {
        return _nodes[node];
    }

    /// @inheritdoc INodeRegistry
    function ownerOf(address node) external view returns (address) {
        return _nodes[node].owner;
    }

    /// @inheritdoc INodeRegistry
    function isLive(address node) external view returns (bool) {
        return _live(_nodes[node]);
    }

    /// @inheritdoc INodeRegistry
    function freeBond(address node) external view returns (uint256) {
        return _nodes[node].bond - _nodes[node].lockedBond;
    }

    /// @inheritdoc INodeRegistry
    function ticketCount(uint16 gpuClass) external view returns (uint256) {
        return _tickets[gpuClass].length;
    }

    /// @inheritdoc INodeRegistry
    function ticketAt(uint16 gpuClass, uint256 index) external view returns (address) {
        return _tickets[gpuClass][index];
    }

    /// Gives a new node its tickets: one of its class, by which committees are drawn, and one among all.
    function _addTickets(address node, uint16 gpuClass) internal returns (uint32 ticket) {
        ticket = uint32(_tickets[gpuClass].length);
        _tickets[gpuClass].push(node);
        _tickets[EVERY_CLASS].push(node);
    }

    /// Keeps the counts of live nodes and owners right after a change of `record`.
    function _count(Node storage record, bool wasLive) internal {
        bool live = _live(record);
        if (live == wasLive) return;
        uint16 gpuClass = record.gpuClass;
        if (live) {
            if (liveNodesOf[record.owner][gpuClass]++ == 0) ++liveOwners[gpuClass];
        } else if (--liveNodesOf[record.owner][gpuClass] == 0) {
            --liveOwners[gpuClass];
        }
    }

    function _live(Node storage record) internal view returns (bool) {
        return record.active && record.unbondAt == 0;
    }

    function _knownOwner(address node) internal view returns (address nodeOwner) {
        nodeOwner = _nodes[node].owner;
        if (nodeOwner == address(0)) revert NodeUnknown(node);
    }
}

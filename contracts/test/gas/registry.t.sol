// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RegistryFixture} from "../NodeRegistry/support/RegistryFixture.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";

contract RegistryGasTest is RegistryFixture {
    function test_ALockTouchesOneSlotOfTheRecord() external {
        (NodeRegistry target, address node) = (registry, nodes[0]);
        vm.prank(MARKET);
        uint256 gas = gasleft();
        target.lockBond(node, 1 ether);
        assertLe(gas - gasleft(), 13_500, "a cold account, the market's slot, one slot read and written, an event");
    }

    function test_ARecordIsReadFromTwoSlots() external view {
        (NodeRegistry target, address node) = (registry, nodes[0]);
        uint256 gas = gasleft();
        target.nodeOf(node);
        assertLe(gas - gasleft(), 9_500, "a cold account and two cold slots");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {State} from "../../src/interfaces/Types.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

contract LifecycleTest is MarketFixture {
    function test_TheDefaultJobIsPaidToTheWei() external {
        _to(State.Settled);
        assertEq(escrow.balanceOf(_owner(0)), 5.88 ether, "node");
        assertEq(escrow.balanceOf(treasury), 0.12 ether, "fee");
        assertEq(escrow.balanceOf(customer), DEPOSITED - 6 ether - 18 ether, "customer");
        assertEq(escrow.lockedOf(customer), 0, "nothing stays locked");
        assertEq(registry.nodeOf(_node(0)).lockedBond, 0, "bond freed");
        assertSolvent();
    }

    function test_EveryStateIsReachable() external {
        for (uint8 s = 1; s <= uint8(State.Expired); ++s) {
            uint256 snapshot = vm.snapshotState();
            _to(State(s));
            assertState(State(s));
            assertSolvent();
            vm.revertToState(snapshot);
        }
    }
}

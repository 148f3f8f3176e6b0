// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Allocation, Venue} from "../../src/interfaces/IOGPU.sol";
import {OGPU} from "../../src/OGPU.sol";

/// The token alone, for tests that are about something else: `holder` gets all shares and owns it, trading is open, and
/// there is no exchange behind the registered pair.
function newToken(address holder) returns (OGPU token) {
    token = new OGPU(
        Allocation(holder, holder, holder, holder, holder),
        Venue(address(0xFAC), keccak256("pair"), address(0xE74), address(0x7A7)),
        500,
        holder
    );
}

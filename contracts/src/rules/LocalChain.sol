// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Development chains, where delays of days may be seconds.
library LocalChain {
    function isLocal() internal view returns (bool) {
        return block.chainid == 31337 || block.chainid == 1337;
    }
}

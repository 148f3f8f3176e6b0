// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A contract account of one key, which can change its mind.
contract ContractWallet is IERC1271 {
    address private immutable KEY;
    bool private _accepting = true;

    constructor(address key) {
        KEY = key;
    }

    function setAccepting(bool accepting) external {
        _accepting = accepting;
    }

    function isValidSignature(bytes32 digest, bytes memory signature) external view returns (bytes4) {
        return _accepting && ECDSA.recover(digest, signature) == KEY ? this.isValidSignature.selector : bytes4(0);
    }
}

/// Burns all gas it is given.
contract BurningWallet is IERC1271 {
    function isValidSignature(bytes32, bytes memory) external pure returns (bytes4) {
        while (true) {}
        return 0;
    }
}

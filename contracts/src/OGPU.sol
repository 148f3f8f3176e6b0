// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// The network's token: 21 million, minted once to `holder`. Nothing can mint more.
contract OGPU is ERC20, ERC20Permit {
    constructor(address holder) ERC20("OpenGPU", "oGPU") ERC20Permit("OpenGPU") {
        _mint(holder, 21_000_000 ether);
    }
}

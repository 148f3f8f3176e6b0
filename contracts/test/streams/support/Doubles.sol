// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token of which a fixed part of each transfer gets lost.
contract LossyToken is ERC20 {
    uint256 private immutable LOSS;

    constructor(address holder, uint256 loss) ERC20("Lossy", "LOSS") {
        LOSS = loss;
        _mint(holder, 1_000_000 ether);
    }

    function mint(uint256 amount) external {
        _mint(msg.sender, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0)) {
            super._update(from, to, amount);
            return;
        }
        super._update(from, address(0), LOSS);
        super._update(from, to, amount - LOSS);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The yardstick that OGPU's taxed transfers are measured against: a tax token as it is usually written, over
/// OpenZeppelin's ERC20 with one mapping for each question. Frozen: it is not made better or worse afterwards.
contract PlainTaxToken is ERC20, Ownable {
    mapping(address pair => bool) public isPair;
    mapping(address account => bool) public isTaxExempt;
    mapping(address account => bool) public isLimitExempt;
    address public taxReceiver;
    uint256 public taxBps = 500;
    uint256 public walletLimit = 420_000 ether;

    error AboveWalletLimit(address account, uint256 balance, uint256 limit);
    error TaxTooHigh(uint256 taxBps);

    constructor(address taxReceiver_) ERC20("Plain Tax Token", "PLAIN") Ownable(msg.sender) {
        taxReceiver = taxReceiver_;
        isTaxExempt[taxReceiver_] = true;
        isLimitExempt[taxReceiver_] = true;
        isLimitExempt[msg.sender] = true;
        _mint(msg.sender, 21_000_000 ether);
    }

    function setPair(address pair, bool on) external onlyOwner {
        isPair[pair] = on;
        isLimitExempt[pair] = on;
    }

    function setTax(uint256 taxBps_) external onlyOwner {
        if (taxBps_ > 500) revert TaxTooHigh(taxBps_);
        taxBps = taxBps_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && (isPair[from] || isPair[to]) && !isTaxExempt[from] && !isTaxExempt[to]) {
            uint256 tax = amount * taxBps / 10_000;
            if (tax > 0) {
                super._update(from, taxReceiver, tax);
                amount -= tax;
            }
        }
        super._update(from, to, amount);
        if (to != address(0) && !isLimitExempt[to] && balanceOf(to) > walletLimit) {
            revert AboveWalletLimit(to, balanceOf(to), walletLimit);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ERC20 as OpenZeppelinERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ERC20 as SoladyERC20} from "solady/tokens/ERC20.sol";

// The contracts of others that the gas bench deploys beside ours: each adds to its package's code what makes it whole.

contract OpenZeppelinToken is OpenZeppelinERC20 {
    constructor() OpenZeppelinERC20("OpenZeppelin", "OZ") {
        _mint(msg.sender, 21_000_000 ether);
    }
}

contract OpenZeppelinVotesToken is ERC20Permit, ERC20Votes {
    constructor() OpenZeppelinERC20("OpenZeppelin Votes", "OZV") ERC20Permit("OpenZeppelin Votes") {
        _mint(msg.sender, 21_000_000 ether);
    }

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address account) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    function _update(address from, address to, uint256 amount) internal override(OpenZeppelinERC20, ERC20Votes) {
        super._update(from, to, amount);
    }
}

contract SoladyToken is SoladyERC20 {
    constructor() {
        _mint(msg.sender, 21_000_000 ether);
    }

    function name() public pure override returns (string memory) {
        return "Solady";
    }

    function symbol() public pure override returns (string memory) {
        return "SOL";
    }
}

/// Votes of any kind, so that the same governor counts the pool's and a token's.
contract OpenZeppelinGovernor is Governor, GovernorCountingSimple, GovernorVotes {
    constructor(IVotes votes) Governor("OpenZeppelin") GovernorVotes(votes) {}

    function votingDelay() public pure override returns (uint256) {
        return 1 days;
    }

    function votingPeriod() public pure override returns (uint256) {
        return 3 days;
    }

    function quorum(uint256) public pure override returns (uint256) {
        return 420_000 ether;
    }
}

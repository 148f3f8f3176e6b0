// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IStakingPool} from "../../../src/staking/IStakingPool.sol";
import {OpenRegistry} from "./OpenRegistry.sol";

/// An account that does what its crowd says.
contract Puppet is IERC1271 {
    address private immutable CROWD = msg.sender;

    receive() external payable {}

    function act(address target, bytes calldata input) external {
        require(msg.sender == CROWD, "not its crowd");
        (bool succeeded, bytes memory answer) = target.call(input);
        if (succeeded) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}

/// Thousands of staking accounts driven by few transactions, so that a simulation of years ends. Every move is the
/// account's own call of the real pool; one that fails fails the transaction.
contract Crowd {
    uint256 private constant STAKE = 0;
    uint256 private constant UNSTAKE = 1;
    uint256 private constant ACTIVATE = 2;
    uint256 private constant BOOST = 3;
    uint256 private constant CLAIM = 4;
    uint256 private constant NAME = 5;
    uint256 private constant STANDING = 6;
    uint256 private constant FUND = 7;

    IStakingPool private immutable POOL;
    OpenRegistry private immutable REGISTRY;
    Puppet[] public puppets;

    constructor(IStakingPool pool, OpenRegistry registry) {
        POOL = pool;
        REGISTRY = registry;
    }

    receive() external payable {}

    /// Adds `count` accounts with `each` oGPU of the crowd's.
    function grow(uint256 count, uint256 each) external {
        IERC20 token = POOL.token();
        for (uint256 i; i < count; ++i) {
            Puppet puppet = new Puppet();
            puppets.push(puppet);
            token.transfer(address(puppet), each);
            puppet.act(address(token), abi.encodeCall(token.approve, (address(POOL), type(uint256).max)));
        }
    }

    /// Each move: kind in the highest 8 bits, account in the next 24, value in the lowest 128.
    function run(uint256[] calldata moves) external {
        for (uint256 i; i < moves.length; ++i) {
            _move(moves[i] >> 248, puppets[moves[i] >> 224 & 0xffffff], uint128(moves[i]));
        }
    }

    function relay(uint256[] calldata who) external {
        address[] memory accounts = new address[](who.length);
        for (uint256 i; i < who.length; ++i) {
            accounts[i] = address(puppets[who[i]]);
        }
        uint256 done = POOL.activateBatch(POOL.today(), accounts, new bytes[](who.length));
        require(done == who.length, "skipped");
    }

    /// What the accounts from..to-1 could claim, and what they were paid.
    function standing(uint256 from, uint256 to)
        external
        view
        returns (uint256[] memory claimable, uint256[] memory paid)
    {
        (claimable, paid) = (new uint256[](to - from), new uint256[](to - from));
        for (uint256 i = from; i < to; ++i) {
            claimable[i - from] = POOL.claimableOf(address(puppets[i]));
            paid[i - from] = address(puppets[i]).balance;
        }
    }

    function nodeOf(Puppet puppet) public pure returns (address) {
        return address(uint160(address(puppet)) ^ 1);
    }

    function _move(uint256 kind, Puppet puppet, uint256 value) private {
        if (kind == STAKE) puppet.act(address(POOL), abi.encodeCall(POOL.stake, (value)));
        else if (kind == UNSTAKE) puppet.act(address(POOL), abi.encodeCall(POOL.unstake, (value, address(puppet))));
        else if (kind == ACTIVATE) puppet.act(address(POOL), abi.encodeCall(POOL.activate, ()));
        else if (kind == BOOST) puppet.act(address(POOL), abi.encodeCall(POOL.boost, ()));
        else if (kind == CLAIM) puppet.act(address(POOL), abi.encodeCall(POOL.claim, (address(puppet))));
        else if (kind == NAME) puppet.act(address(POOL), abi.encodeCall(POOL.nameNode, (nodeOf(puppet))));
        else if (kind == STANDING) REGISTRY.set(POOL, nodeOf(puppet), address(puppet), uint8(value), uint32(value >> 8));
        else if (kind == FUND) POOL.fund{value: value}();
        else revert("no such move");
    }
}

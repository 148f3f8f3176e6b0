// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../../src/OGPU.sol";
import {AccountView} from "../../../src/staking/IStakingPool.sol";
import {StakingPool} from "../../../src/staking/StakingPool.sol";
import {Test} from "../../support/Test.sol";
import {newToken} from "../../support/Tokens.sol";
import {OpenRegistry} from "./OpenRegistry.sol";

interface VmDeal {
    function deal(address account, uint256 balance) external;
}

/// A pool, eight accounts with keys and 1,000 oGPU each, and a registry whose standings the tests set.
abstract contract StakingFixture is Test {
    uint256 internal constant ACCOUNTS = 8;
    uint256 internal constant FIRST_DAY = 20_000;
    uint256 internal constant EACH = 1_000 ether;
    bytes32 private constant ACTIVATION = keccak256("Activation(address account,uint32 day)");
    bytes32 private constant BOOST = keccak256("Boost(address account,uint32 day)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    VmDeal internal constant cheat = VmDeal(address(uint160(uint256(keccak256("hevm cheat code")))));

    OGPU internal token;
    StakingPool internal pool;
    OpenRegistry internal registry;
    address internal guardian = address(0x6A4D);
    address internal alice;
    address internal bob;
    /// Derived once: each derivation costs more time than most calls.
    address[ACCOUNTS] private _accounts;

    function setUp() public virtual {
        vm.warp(FIRST_DAY * 1 days);
        token = newToken(address(this));
        pool = new StakingPool(token, address(this), guardian);
        token.exempt(address(pool), true);
        registry = new OpenRegistry();
        pool.setRegistry(registry);
        cheat.deal(address(this), 1_000_000 ether);
        for (uint256 i; i < ACCOUNTS; ++i) {
            _accounts[i] = vm.addr(_key(i));
            token.transfer(_account(i), EACH);
            vm.prank(_account(i));
            token.approve(address(pool), type(uint256).max);
        }
        alice = _account(0);
        bob = _account(1);
    }

    receive() external payable {}

    function _key(uint256 i) internal pure returns (uint256) {
        return 0xA11CE + i;
    }

    function _account(uint256 i) internal view returns (address) {
        return _accounts[i];
    }

    function _node(uint256 i) internal pure returns (address) {
        return address(uint160(0x40DE00 + i));
    }

    /// To the given second of a day counted from the first one.
    function _at(uint256 day, uint256 second) internal {
        vm.warp((FIRST_DAY + day) * 1 days + second);
    }

    function _stake(address account, uint256 amount) internal {
        vm.prank(account);
        pool.stake(amount);
    }

    function _unstake(address account, uint256 amount) internal {
        vm.prank(account);
        pool.unstake(amount, account);
    }

    function _activate(address account) internal returns (uint256) {
        vm.prank(account);
        return pool.activate();
    }

    function _boost(address account) internal returns (uint256) {
        vm.prank(account);
        return pool.boost();
    }

    function _claim(address account) internal returns (uint256) {
        vm.prank(account);
        return pool.claim(account);
    }

    function _fund(uint256 amount) internal {
        pool.fund{value: amount}();
    }

    /// Gives the account a node of that level until `untilDay` (counted from the first day), and names it.
    function _named(address account, address node, uint8 level, uint256 untilDay) internal {
        registry.set(pool, node, account, level, uint32(FIRST_DAY + untilDay));
        vm.prank(account);
        pool.nameNode(node);
    }

    function _state(address account) internal view returns (AccountView memory) {
        return pool.accountOf(account);
    }

    function _dayWeight(uint256 day) internal view returns (uint256 weight) {
        (, weight,) = pool.dayOf(FIRST_DAY + day);
    }

    function _dayPot(uint256 day) internal view returns (uint256 pot) {
        (pot,,) = pool.dayOf(FIRST_DAY + day);
    }

    function _signActivation(uint256 i, uint256 day) internal view returns (bytes memory) {
        return _signed(i, ACTIVATION, _account(i), day, address(pool));
    }

    function _signBoost(uint256 i, uint256 day) internal view returns (bytes memory) {
        return _signed(i, BOOST, _account(i), day, address(pool));
    }

    /// Hashed here from the text of EIP-712, not asked from the pool.
    function _signed(uint256 i, bytes32 kind, address account, uint256 day, address target)
        internal
        view
        returns (bytes memory)
    {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN, keccak256("OpenGPU StakingPool"), keccak256("1"), block.chainid, target));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", domain, keccak256(abi.encode(kind, account, day))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(i), digest);
        return abi.encodePacked(r, s, v);
    }

    function _one(address account) internal pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }

    function _one(bytes memory signature) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](1);
        signatures[0] = signature;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestation} from "../../../src/interfaces/IAttestations.sol";
import {NodeRegistry} from "../../../src/NodeRegistry.sol";
import {OGPU} from "../../../src/OGPU.sol";
import {ProviderEmission} from "../../../src/ProviderEmission.sol";
import {StakingPool} from "../../../src/staking/StakingPool.sol";
import {Test} from "../../support/Test.sol";
import {newToken} from "../../support/Tokens.sol";

/// The real registry with the real staking pool and emission, and ten nodes of ten owners in two classes. Whoever calls as
/// MARKET is the market.
abstract contract RegistryFixture is Test {
    uint16 internal constant CLASS = 7;
    uint16 internal constant OTHER_CLASS = 8;
    uint16 internal constant EVERY_CLASS = 65_535;
    uint256 internal constant NODES = 10;
    uint256 internal constant FIRST_DAY = 20_000;
    uint256 internal constant BOND = 1_000 ether;
    uint128 internal constant MINIMUM = 100 ether;
    uint40 internal constant UNBOND = 600;
    address internal constant MARKET = address(0x3A4E7);
    address internal constant ESCROW = address(0xE5C0);
    uint256 internal constant NODE_KEY = 0x1000;
    uint256 internal constant OWNER_KEY = 0x2000;

    OGPU internal token;
    NodeRegistry internal registry;
    StakingPool internal pool;
    ProviderEmission internal emission;
    address internal guardian = address(0x60A);
    mapping(address node => uint256) internal keyOf;
    /// Derived once: each derivation costs more time than most calls.
    address[] internal nodes;
    address[] internal owners;

    function setUp() public virtual {
        vm.warp(FIRST_DAY * 1 days);
        vm.roll(1_000);
        token = newToken(address(this));
        registry = new NodeRegistry(token, MINIMUM, UNBOND, address(this), guardian);
        registry.setMarket(MARKET, ESCROW);
        pool = new StakingPool(token, address(this), guardian);
        token.exempt(address(registry), true);
        token.exempt(ESCROW, true);
        token.exempt(address(pool), true);
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        token.exempt(next, true);
        token.transfer(next, 10_500_000 ether);
        emission = new ProviderEmission(token, 1 days, address(0x7EA), address(this));
        emission.setRecorders(MARKET, address(registry));
        registry.setEmission(emission);
        registry.setPool(pool);
        pool.setRegistry(registry);
        for (uint256 i; i < NODES; ++i) {
            _enlist(OWNER_KEY + i, NODE_KEY + i, i < 8 ? CLASS : OTHER_CLASS);
        }
    }

    /// Registers a node of that key for the owner of that key, and remembers both.
    function _enlist(uint256 ownerKey, uint256 nodeKey, uint16 gpuClass) internal returns (address node) {
        node = vm.addr(nodeKey);
        address owner = vm.addr(ownerKey);
        keyOf[node] = nodeKey;
        nodes.push(node);
        owners.push(owner);
        token.transfer(owner, BOND);
        bytes memory consent = _signature(nodeKey, registry.registrationDigest(owner, node));
        vm.startPrank(owner);
        token.approve(address(registry), BOND);
        registry.register(node, gpuClass, 0.01 ether, BOND, consent);
        vm.stopPrank();
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    // ---- rounds ----

    /// Announces and opens the next round of the class.
    function _open(uint16 gpuClass) internal returns (uint32 round) {
        round = registry.announceRound(gpuClass);
        vm.roll(block.number + 3);
        registry.fixRound(gpuClass);
    }

    /// To the end of the class's round.
    function _end(uint16 gpuClass) internal {
        vm.warp(registry.roundOf(gpuClass).endsAt);
    }

    /// An attestation that holds in the open round of the node's class.
    function _measured(address node, uint64 power, uint32 vramMiB) internal view returns (Attestation memory) {
        uint16 gpuClass = registry.nodeOf(node).gpuClass;
        return Attestation({
            node: node,
            gpuClass: gpuClass,
            round: registry.roundOf(gpuClass).id,
            power: power,
            vramMiB: vramMiB,
            challenge: registry.challengeOf(node),
            answer: keccak256(abi.encode("answer", node))
        });
    }

    /// An item of `attest` from one attestor.
    function _cosigned(Attestation memory it, address attestor) internal view returns (bytes memory) {
        return abi.encodePacked(attestor, _signature(keyOf[attestor], registry.attestationDigest(it)));
    }

    /// The first `count` drawn attestors' signatures.
    function _cosignatures(Attestation memory it, uint256 count) internal view returns (bytes[] memory signatures) {
        address[] memory drawn = registry.attestorsOf(it.node);
        signatures = new bytes[](count);
        for (uint256 i; i < count; ++i) {
            signatures[i] = _cosigned(it, drawn[i]);
        }
    }

    function _attest(address node, uint64 power, uint32 vramMiB) internal {
        Attestation memory it = _measured(node, power, vramMiB);
        registry.attest(it, _cosignatures(it, 4));
    }

    /// A node of level 1 to 5, with the least that gives it.
    function _attestLevel(address node, uint8 level) internal {
        uint64[6] memory powers = [uint64(1), 1_000, 4_000, 8_000, 14_000, 40_000];
        uint32[6] memory sizes = [uint32(0), 3_600, 7_200, 14_400, 21_600, 72_000];
        _attest(node, powers[level], sizes[level]);
    }

    function _levelOf(address node) internal view returns (uint8 level) {
        (, level,) = registry.standingOf(node);
    }

    // ---- bonds ----

    function _lock(address node, uint256 amount) internal {
        vm.prank(MARKET);
        registry.lockBond(node, uint128(amount));
    }

    function _slash(address node, uint256 amount) internal {
        vm.startPrank(MARKET);
        registry.lockBond(node, uint128(amount));
        registry.slash(node, uint128(amount));
        vm.stopPrank();
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Escrow} from "../../src/Escrow.sol";
import {Bid, Opening, Order, Parameters} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {OGPU} from "../../src/OGPU.sol";
import {TaskMarket} from "../../src/TaskMarket.sol";
import {Test} from "./Test.sol";
import {newToken} from "./Tokens.sol";

/// The whole market with six nodes of six owners, one customer, one auctioneer, and a default job.
/// Default money: maxPrice 10, bid 6 at rate 0.05 a second, so base 6. A pot pays at most 8 seats (3 members): bond 48,
/// budget 10 + 8 x 10 + 0.5.
abstract contract MarketWorld is Test {
    uint256 internal constant CUSTOMER_KEY = 0xC0;
    uint256 internal constant AUCTIONEER_KEY = 0xA0;
    uint256 internal constant NODE_KEY = 0x1000;
    uint256 internal constant OWNER_KEY = 0x2000;
    uint16 internal constant CLASS = 7;
    uint256 internal constant NODES = 6;
    uint256 internal constant BOND = 1_000 ether;
    uint256 internal constant DEPOSITED = 10_000 ether;
    bytes32 internal constant GOOD = keccak256("the right output");
    bytes32 internal constant BAD = keccak256("another output");

    OGPU internal token;
    NodeRegistry internal registry;
    Escrow internal escrow;
    TaskMarket internal market;
    address internal treasury = address(0x7EA);
    address internal guardian = address(0x60A);
    address internal customer;
    address internal auctioneer;
    mapping(address node => uint256) internal keyOf;

    Order internal order;
    Opening internal opening;
    bytes32 internal id;
    /// Read once, so that signing makes no call that an expected revert would catch.
    bytes32 private _domain;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        customer = vm.addr(CUSTOMER_KEY);
        auctioneer = vm.addr(AUCTIONEER_KEY);
        token = newToken(address(this));
        registry = new NodeRegistry(token, 100 ether, 600, address(this), guardian);
        escrow = new Escrow(token, address(this), guardian);
        market = new TaskMarket(registry, escrow, treasury, _parameters(), address(this), guardian);
        _domain = market.domainSeparator();
        registry.setMarket(address(market), address(escrow));
        escrow.setMarket(address(market));
        token.exempt(address(registry), true);
        token.exempt(address(escrow), true);
        for (uint256 i; i < NODES; ++i) {
            _register(i, CLASS);
        }
        token.approve(address(escrow), type(uint256).max);
        escrow.depositFor(customer, DEPOSITED);
        order = _order();
        id = market.orderId(order);
        opening = Opening(Messages.SUCCESS, GOOD, keccak256("manifest"), 50, keccak256("salt"));
    }

    function _parameters() internal pure virtual returns (Parameters memory) {
        return Parameters({
            feeBps: 200,
            depositBps: 500,
            penaltyBps: 2_000,
            fineBps: 500,
            pFloorBps: 1_000,
            floorRate: 0.0001 ether,
            auctionSeconds: 60,
            openSeconds: 600,
            windowSeconds: 30,
            startSeconds: 120,
            replaceSeconds: 100,
            drawSeconds: 600,
            sealMarginSeconds: 60,
            revealSeconds: 90,
            challengeSeconds: 70,
            appealSeconds: 80
        });
    }

    function _order() internal view returns (Order memory) {
        return Order({
            customer: customer,
            auctioneer: auctioneer,
            specHash: keccak256("spec"),
            maxPrice: 10 ether,
            gpuClass: CLASS,
            validation: 1,
            comparison: Messages.EXACT,
            members: 3,
            timeout: 60,
            softSeconds: 120,
            hardSeconds: 240,
            floorBps: 5_000,
            submitBy: uint64(block.timestamp + 1 hours),
            nonce: 1
        });
    }

    // ---- people ----

    function _node(uint256 i) internal pure returns (address) {
        return vm.addr(NODE_KEY + i);
    }

    function _owner(uint256 i) internal pure returns (address) {
        return vm.addr(OWNER_KEY + i);
    }

    function _register(uint256 i, uint16 gpuClass) internal {
        _registerFor(_owner(i), NODE_KEY + i, gpuClass);
    }

    function _registerFor(address owner, uint256 nodeKey, uint16 gpuClass) internal {
        address node = vm.addr(nodeKey);
        keyOf[node] = nodeKey;
        token.transfer(owner, BOND);
        bytes memory signature = _signDigest(nodeKey, registry.registrationDigest(owner, node));
        vm.startPrank(owner);
        token.approve(address(registry), BOND);
        registry.register(node, gpuClass, 0.01 ether, BOND, signature);
        vm.stopPrank();
    }

    // ---- signatures ----

    function _signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", _domain, structHash));
    }

    function _sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return _signDigest(key, _digest(structHash));
    }

    function _signOrder() internal view returns (bytes memory) {
        return _signDigest(CUSTOMER_KEY, market.orderId(order));
    }

    function _signBid(uint256 key, Bid memory nodeBid) internal view returns (bytes memory) {
        return _sign(key, keccak256(abi.encode(Messages.BID, nodeBid)));
    }
}

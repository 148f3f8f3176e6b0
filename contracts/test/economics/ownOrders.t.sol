// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestation} from "../../src/interfaces/IAttestations.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {Economy} from "./Economy.sol";

/// Owners on both sides of a job. The market records what it settles in the real emission, by the power that the real registry
/// attested; beside them the twin, who does the same work for somebody else.
contract OwnOrdersTest is Economy {
    ProviderEmission private _emission;
    uint256 private _startedAt;
    int256 private _honest;

    function setUp() public override {
        super.setUp();
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        token.exempt(next, true);
        token.transfer(next, 10_500_000 ether);
        _emission = new ProviderEmission(token, 7 days, treasury, address(this));
        _emission.setRecorders(address(market), address(registry));
        market.setEmission(_emission);
        _attest();
        _startedAt = block.timestamp;

        int256[] memory before = _allWealth();
        uint256 snapshot = vm.snapshotState();
        _live(PRICE);
        assertTrue(_claim() > 0, "emission for honest work");
        assertNobodyLost(0, PEOPLE - 1, before);
        int256 honest = _wealth(0) - before[0];
        vm.revertToState(snapshot);
        _honest = honest;
    }

    /// The customer is the node's own owner under another name. The emission gives back at most half of what went to others.
    function test_Case44_AnOwnerWhoBuysFromHimselfEndsPoorerThanItsTwin() external {
        int256[] memory before = _allWealth();
        int256 both = before[0] + _wealthOfCustomer();
        _live(PRICE);
        assertEq(served, JOBS, "a thousand jobs");
        uint256 emitted = _claim();
        int256 gain = _wealth(0) + _wealthOfCustomer() - both;
        assertTrue(emitted > 0 && gain < 0, "poorer than before, emission and all");
        assertNobodyLost(1, PEOPLE - 1, before);
        assertPoorer(gain, _honest);
    }

    /// Customer, node and auctioneer are one owner's, under three addresses, and so is a node that may be drawn. The bid is
    /// zero, so that no fee is due, and the program does nothing, so that runs cost nothing.
    function test_Case44_ASettlerOfItsOwnOrdersEndsPoorerThanItsTwin() external {
        auctioneerKey = OWNER_KEY;
        nodeCost = 0;
        memberOf[1] = Member.Ring;
        int256[] memory before = _allWealth();
        int256 all = before[0] + before[1] + _wealthOfCustomer();
        _live(0);
        assertEq(served, JOBS, "a thousand jobs");
        assertEq(market.recordOf(nodes[0]).steps, 1, "one customer in one week is one step");
        uint256 emitted = _claim();
        int256 gain = _wealth(0) + _wealth(1) + int256(spent[owners[1]]) + _wealthOfCustomer() - all;
        assertTrue(emitted > 0 && gain < 0, "poorer than before: neither emission nor its member's pay make up for it");
        assertNobodyLost(2, PEOPLE - 1, before);
        assertPoorer(gain, _honest);
    }

    /// Within the week for which a power counts.
    function _live(uint128 price) private {
        for (uint256 i; i < JOBS; ++i) {
            this.job(price, Run.Right);
        }
        assertTrue(block.timestamp < _startedAt + 7 days, "all in one epoch");
    }

    function _claim() private returns (uint256) {
        vm.warp(_startedAt + 7 days);
        vm.prank(owners[0]);
        return _emission.claim(new uint256[](1), owners[0]);
    }

    function _attest() private {
        registry.announceRound(CLASS);
        vm.roll(block.number + 3);
        registry.fixRound(CLASS);
        Attestation memory it = Attestation({
            node: nodes[0],
            gpuClass: CLASS,
            round: 1,
            power: 14_000,
            vramMiB: 24_564,
            challenge: registry.challengeOf(nodes[0]),
            answer: keccak256("answer")
        });
        address[] memory drawn = registry.attestorsOf(nodes[0]);
        bytes[] memory signatures = new bytes[](drawn.length);
        for (uint256 i; i < drawn.length; ++i) {
            signatures[i] = abi.encodePacked(drawn[i], _signDigest(keyOf[drawn[i]], registry.attestationDigest(it)));
        }
        registry.attest(it, signatures);
    }
}

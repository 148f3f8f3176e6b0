// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GovernanceFixture} from "./support/GovernanceFixture.sol";

/// What the contracts do for each other once they are all there.
contract NetworkTest is GovernanceFixture {
    function test_TheTaxOfASaleBecomesTheStakersPotAndTheTimelocksLiquidity() external {
        token.transfer(bob, 10_000 ether);
        taxRouter.observe();
        _sell(bob, 10_000 ether);
        assertEq(token.balanceOf(address(taxRouter)), 500 ether, "5%");
        vm.warp(block.timestamp + 31 minutes);
        uint256 eth = taxRouter.swap();
        (, uint256 arrived,) = pool.books();
        assertLe(eth * 55 / 100, arrived, "half of the tax, which is 5 of 9 parts of the ETH");
        assertEq(taxRouter.due(address(pool)), 0, "pushed");
        vm.warp(block.timestamp + 5 minutes);
        uint256 before = pair.balanceOf(address(timelock));
        token.transfer(bob, 1_000 ether);
        _sell(bob, 1_000 ether);
        taxRouter.swap();
        assertTrue(pair.balanceOf(address(timelock)) > before, "liquidity of the voters");

        (, arrived,) = pool.books();
        vm.warp(block.timestamp + 1 days);
        vm.prank(_voter(0));
        pool.activate();
        vm.warp(block.timestamp + 1 days);
        vm.prank(_voter(0));
        assertEq(pool.claim(_voter(0)), arrived, "all of it to the one who was active");
    }

    function test_AFeeOfAChannelFollowsTheTreasuryThatWasVotedFor() external {
        token.approve(address(streams), 100 ether);
        uint256 key = 0xC0DE;
        uint256 channel = streams.open(bob, vm.addr(key), 100 ether);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, streams.voucherDigest(channel, 50 ether));
        streams.redeem(channel, 50 ether, abi.encodePacked(r, s, v));
        _decide(_plan(address(streams), abi.encodeCall(streams.setTreasury, (address(0x7EB))), "Another treasury"));
        address[] memory list = new address[](1);
        list[0] = bob;
        streams.sweepFees(list);
        assertEq(token.balanceOf(address(0x7EB)), 1 ether, "2% of what was redeemed");
    }
}

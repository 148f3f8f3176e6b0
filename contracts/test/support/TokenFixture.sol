// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Allocation, Venue} from "../../src/interfaces/IOGPU.sol";
import {MerkleAirdrop} from "../../src/MerkleAirdrop.sol";
import {OGPU} from "../../src/OGPU.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {TaxRouter} from "../../src/TaxRouter.sol";
import {Vesting} from "../../src/Vesting.sol";
import {Exchange, IFullPair} from "./Exchange.sol";

/// The token with its locked shares, its tax router and a real exchange with 200,000 oGPU and 100 ETH in the pair. This
/// contract owns everything and holds ecosystem and reserve.
abstract contract TokenFixture is Exchange {
    uint256 internal constant LIQUIDITY = 200_000 ether;
    uint256 internal constant LIQUIDITY_ETH = 100 ether;
    uint256 internal constant EPOCH = 7 days;

    OGPU internal token;
    TaxRouter internal taxRouter;
    Vesting internal vesting;
    MerkleAirdrop internal airdrop;
    ProviderEmission internal emission;
    IFullPair internal pair;
    address internal stakers = address(0x57A);
    address internal treasury = address(0x7EA);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);

    receive() external payable {}

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.deal(address(this), 1_000 ether);
        _deployExchange();
        _deployToken(500);
        _seed();
        token.openTrading();
    }

    function _deployToken(uint256 taxBps) internal {
        uint256 nonce = vm.getNonce(address(this));
        Allocation memory to = Allocation({
            ecosystem: address(this),
            community: vm.computeCreateAddress(address(this), nonce + 2),
            team: vm.computeCreateAddress(address(this), nonce + 1),
            providers: vm.computeCreateAddress(address(this), nonce + 3),
            reserve: address(this)
        });
        Venue memory venue = Venue(
            address(factory), pairCodeHash, address(weth), vm.computeCreateAddress(address(this), nonce + 4)
        );
        token = new OGPU(to, venue, taxBps, address(this));
        vesting = new Vesting(token, address(this));
        airdrop = new MerkleAirdrop(token, treasury, address(this));
        emission = new ProviderEmission(token, EPOCH, treasury, address(this));
        taxRouter = new TaxRouter(token, weth, stakers, treasury, address(this));
        token.exempt(treasury, true);
    }

    function _seed() internal {
        pair = IFullPair(factory.createPair(address(token), address(weth)));
        token.transfer(address(pair), LIQUIDITY);
        weth.deposit{value: LIQUIDITY_ETH}();
        weth.transfer(address(pair), LIQUIDITY_ETH);
        pair.mint(address(this));
    }

    function _path(address from, address to) internal pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = (from, to);
    }

    function _buy(address who, uint256 eth) internal {
        vm.deal(who, who.balance + eth);
        vm.prank(who);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: eth}(
            0, _path(address(weth), address(token)), who, block.timestamp
        );
    }

    function _sell(address who, uint256 amount) internal {
        vm.startPrank(who);
        token.approve(address(router), amount);
        router.swapExactTokensForETHSupportingFeeOnTransferTokens(
            amount, 0, _path(address(token), address(weth)), who, block.timestamp
        );
        vm.stopPrank();
    }
}

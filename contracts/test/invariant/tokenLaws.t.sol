// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IProviderEmission} from "../../src/interfaces/IProviderEmission.sol";
import {IVesting} from "../../src/interfaces/IVesting.sol";
import {MerkleAirdrop} from "../../src/MerkleAirdrop.sol";
import {OGPU} from "../../src/OGPU.sol";
import {ProviderEmission} from "../../src/ProviderEmission.sol";
import {TaxRouter} from "../../src/TaxRouter.sol";
import {Vesting} from "../../src/Vesting.sol";
import {IFullPair} from "../support/Exchange.sol";
import {Test} from "../support/Test.sol";
import {TokenHandler} from "./TokenHandler.sol";

/// The laws of token.tree, asserted together.
contract TokenLawsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    TokenHandler private handler;
    OGPU private token;
    TaxRouter private router;
    Vesting private vesting;
    MerkleAirdrop private airdrop;
    ProviderEmission private emission;
    IFullPair private pair;
    address private stakers;
    address private treasury;

    function setUp() external {
        handler = new TokenHandler();
        handler.setUp();
        (token, router, vesting, airdrop, emission, pair) = handler.parts();
        (stakers, treasury) = (router.stakers(), router.treasury());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (Selectors[] memory all) {
        all = new Selectors[](1);
        all[0].addr = address(handler);
        all[0].selectors = new bytes4[](11);
        all[0].selectors[0] = TokenHandler.move.selector;
        all[0].selectors[1] = TokenHandler.trade.selector;
        all[0].selectors[2] = TokenHandler.pool.selector;
        all[0].selectors[3] = TokenHandler.swapTax.selector;
        all[0].selectors[4] = TokenHandler.govern.selector;
        all[0].selectors[5] = TokenHandler.pass.selector;
        all[0].selectors[6] = TokenHandler.passLong.selector;
        all[0].selectors[7] = TokenHandler.vest.selector;
        all[0].selectors[8] = TokenHandler.drop.selector;
        all[0].selectors[9] = TokenHandler.work.selector;
        all[0].selectors[10] = TokenHandler.collect.selector;
    }

    function invariant_Case1_TheLawsOfTheTokenAndItsHoldersTogether() external view {
        _tokenLaws();
        _routerLaws();
        _vestingLaws();
        _airdropLaws();
        _emissionLaws();
    }

    /// The handler is worth something only if its moves succeed.
    function test_TheHandlerGetsEverywhere() external {
        for (uint256 i; i < 500; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("token", i)));
            uint256 what = seed % 10;
            uint256 r = seed >> 8;
            if (what == 0) handler.move(r, r >> 8);
            else if (what == 1) handler.trade(r, r >> 8);
            else if (what == 2) handler.swapTax(r);
            else if (what == 3) handler.pass(r);
            else if (what == 4 && i % 5 == 0) handler.passLong(r);
            else if (what == 5) handler.vest(r, r >> 8);
            else if (what == 6) handler.drop(r * 5 + (i < 50 ? 0 : 2 + i % 3));
            else if (what == 7) handler.work(r, uint64(r >> 32), uint96(r >> 96));
            else if (what == 8) handler.collect(r);
            else if (i % 4 == 0) handler.pool(r);
            _tokenLaws();
            _routerLaws();
        }
        _vestingLaws();
        _airdropLaws();
        _emissionLaws();
        for (uint256 i; i < 11; ++i) {
            if (i == 7) continue;
            assertTrue(handler.did(i) > 0, string.concat("move ", string(abi.encodePacked(uint8(65 + i)))));
        }
    }

    function _tokenLaws() private view {
        assertEq(token.totalSupply(), 21_000_000 ether, "1 supply");
        uint256 sum = token.balanceOf(address(handler)) + token.balanceOf(address(pair))
            + token.balanceOf(address(router)) + token.balanceOf(address(vesting)) + token.balanceOf(address(airdrop))
            + token.balanceOf(address(emission)) + token.balanceOf(treasury) + token.balanceOf(stakers);
        for (uint256 i; i < 4; ++i) {
            address person = handler.person(i);
            uint256 balance = token.balanceOf(person);
            sum += balance;
            assertEq(balance, handler.ghost(person), "3 what was told");
            assertLe(balance, 420_000 ether, "6 the wallet limit");
        }
        assertEq(sum, 21_000_000 ether, "2 balances sum up");
        assertEq(token.balanceOf(address(pair)), handler.ghost(address(pair)), "3 the pair");
        assertEq(token.balanceOf(address(handler)), handler.ghost(address(handler)), "3 the owner");
        assertLe(token.taxBps(), 500, "5 rate");
        assertLe(handler.highestTax(), 0.05 ether, "5 what was taken");
        assertLe(105_000 ether, token.walletLimit(), "7 bound");
        assertLe(token.walletLimit(), 420_000 ether, "7 bound");
        assertTrue(token.isCore(address(vesting)) && token.isExempt(address(vesting)), "8 core stays");
        assertTrue(token.isPair(address(pair)), "9 pair stays");
        assertTrue(!token.isExempt(address(pair)), "10 no pair is exempt");
        assertTrue(token.tradingOpen(), "11 open");
        assertEq(handler.productFell(), 0, "12 the product");
    }

    function _routerLaws() private view {
        assertLe(router.liquidityOgpu(), token.balanceOf(address(router)), "1 kept oGPU is held");
        // Nobody forces ETH in here, so it is all of it.
        assertEq(router.totalDue() + router.liquidityEth(), address(router).balance, "2 due ETH is held");
        uint256 given = stakers.balance + treasury.balance + router.totalDue();
        assertLe(handler.tips() + given + router.liquidityEth(), handler.ethIn(), "3 not more than came");
        assertEq(router.due(stakers) + router.due(treasury), router.totalDue(), "4 dues sum up");
        assertLe(
            (handler.ethIn() - handler.tips()) * 3_000 / 10_000,
            stakers.balance + router.due(stakers) + handler.did(4),
            "5 stakers"
        );
        assertEq(handler.tips(), handler.tipsByRule(), "6 tips");
        assertEq(handler.swapBroke(), 0, "4, 7, 8, 9, 11 each swap and each tax");
        (uint256 a, uint256 b, uint256 c) = router.shares();
        assertEq(a + b + c, 10_000, "10 shares");
    }

    function _vestingLaws() private view {
        uint256 share = 3_150_000 ether;
        uint256 held = token.balanceOf(address(vesting));
        assertEq(vesting.released() + held, share, "1 released and held");
        uint256 amounts;
        uint256 released;
        for (uint256 id = 1; id <= vesting.grants(); ++id) {
            IVesting.Grant memory it = vesting.grantOf(id);
            amounts += it.amount;
            released += it.released;
            _grantLaws(id, it);
        }
        assertEq(vesting.ungranted() + amounts, share, "2 granted and ungranted");
        uint256 passed = block.timestamp - handler.began();
        if (passed < 3 * 365 days) assertLe(vesting.released(), share * passed / (3 * 365 days), "3 the line");
        assertEq(released, vesting.released(), "6 sum");
        assertLe(vesting.ungranted() + amounts - released, held, "7 held");
        assertEq(handler.vestingBroke(), 0, "9 never falls");
        assertEq(handler.releasedTo(), vesting.released(), "10 where it was told");
    }

    function _grantLaws(uint256 id, IVesting.Grant memory it) private view {
        assertLe(it.released, it.amount, "5 a grant");
        if (block.timestamp < it.end) {
            uint256 line = uint256(it.amount) * (block.timestamp - it.start) / (it.end - it.start);
            assertLe(it.released, line, "4 its line");
        } else {
            assertEq(vesting.releasable(id), it.amount - it.released, "11 free at its end");
        }
        if (handler.keptAtRevoke(id) > 0) assertEq(it.amount, handler.keptAtRevoke(id), "8 kept");
    }

    function _airdropLaws() private view {
        uint256 claimed;
        uint256 all;
        for (uint256 i; i < 4; ++i) {
            all += handler.leafAmount(i);
            if (airdrop.isClaimed(i)) claimed += handler.leafAmount(i);
        }
        assertEq(
            handler.claimedLeaves() + handler.swept() + token.balanceOf(address(airdrop)), 3_150_000 ether, "1 all of it"
        );
        assertEq(claimed, handler.claimedLeaves(), "2, 3, 4 each once");
        assertEq(handler.airdropBroke(), 0, "7, 8, 9 in its time");
        if (airdrop.root() == 0) assertEq(claimed + airdrop.claimUntil(), 0, "5, 6 together");
        assertLe(claimed, all, "11 the leaves");
    }

    function _emissionLaws() private view {
        uint256 share = 10_500_000 ether;
        uint256 held = token.balanceOf(address(emission));
        assertEq(held, share - handler.emissionClaimed(), "1 held");
        uint256 claimable;
        uint256 open;
        for (uint256 i; i < 4; ++i) {
            claimable += emission.claimable(handler.person(i));
        }
        for (uint256 i; i < handler.epochCount(); ++i) {
            open += _epochLaws(handler.epochs(i));
        }
        assertLe(emission.committed(), share, "3 committed");
        assertEq(held, claimable + open + share - emission.committed(), "2 every wei has a place");
        uint256 passed = block.timestamp - emission.start();
        if (passed < 3_650 days) assertLe(emission.committed(), share * passed / 3_650 days, "4 the line");
        assertEq(handler.emissionBroke(), 0, "6, 7, 8, 9 each owner");
    }

    function _epochLaws(uint256 id) private view returns (uint256 open) {
        IProviderEmission.Epoch memory epoch = emission.epochOf(id);
        open = epoch.open;
        uint256 budget = uint256(epoch.jobBudget) + epoch.dutyBudget;
        assertLe(open, budget, "5 within its budget");
        uint256 left;
        for (uint256 who; who < 4; ++who) {
            IProviderEmission.Work memory work = emission.workOf(id, handler.person(who));
            left += uint256(work.jobUnits) + work.dutyUnits;
        }
        // Before an epoch is closed its units are counted, not yet counted down.
        if (budget > 0) assertEq(left, epoch.unitsLeft, "10 units");
        if (epoch.unitsLeft == 0) assertEq(open, 0, "11 nothing open");
    }
}

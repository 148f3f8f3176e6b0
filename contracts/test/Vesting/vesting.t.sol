// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVesting} from "../../src/interfaces/IVesting.sol";
import {Vesting} from "../../src/Vesting.sol";
import {TokenFixture} from "../support/TokenFixture.sol";

contract VestingTest is TokenFixture {
    uint256 private constant YEARS_3 = 3 * 365 days;
    uint256 private constant TEAM = 3_150_000 ether;
    uint256 private began;

    function setUp() public override {
        super.setUp();
        began = block.timestamp;
    }

    function testFuzz_Case16_TheLinearPartAtEverySecond(uint256 amount, uint256 first, uint256 second) external {
        amount = bound(amount, 1, 400_000 ether);
        first = bound(first, 0, YEARS_3 - 1);
        second = bound(second, first + 1, YEARS_3 + 100);
        uint256 id = vesting.grant(alice, uint128(amount), 0);
        vm.warp(began + first);
        uint256 free = amount * first / YEARS_3;
        assertEq(vesting.releasable(id), free, "rounded down");
        if (free > 0) _release(alice, id, bob);
        vm.warp(began + second);
        free = second >= YEARS_3 ? amount : amount * second / YEARS_3;
        if (free > token.balanceOf(bob)) _release(alice, id, bob);
        assertEq(token.balanceOf(bob), free, "in two steps the same");
        assertEq(vesting.released(), free, "counted");
        assertEq(vesting.grantOf(id).released, free, "of the grant");
    }

    function test_Case16_TheTotalIsExactAtTheEnd() external {
        token.exempt(bob, false);
        uint256 a = vesting.grant(alice, uint128(TEAM / 3), 0);
        vm.warp(began + 400 days);
        uint256 b = vesting.grant(alice, uint128(TEAM / 7), 0);
        vm.warp(began + YEARS_3 - 1);
        _release(alice, a, bob);
        assertLe(vesting.released(), TEAM * (YEARS_3 - 1) / YEARS_3, "not ahead of the line");
        vm.warp(began + YEARS_3);
        _release(alice, a, bob);
        _release(alice, b, bob);
        uint256 c = vesting.grant(alice, uint128(vesting.ungranted()), 0);
        _release(alice, c, bob);
        assertEq(token.balanceOf(bob), TEAM, "all, to the wei");
        assertEq(token.balanceOf(address(vesting)), 0, "empty");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVesting.NothingToRelease.selector, a));
        vesting.release(a, bob);
    }

    function test_Case16_BeforeTheCliffNothingAfterItEverything() external {
        uint256 cliff = began + 365 days;
        uint256 id = vesting.grant(alice, 300_000 ether, uint40(cliff));
        vm.warp(cliff - 1);
        assertEq(vesting.releasable(id), 0, "nothing");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVesting.NothingToRelease.selector, id));
        vesting.release(id, alice);
        vm.warp(cliff);
        assertEq(vesting.releasable(id), 100_000 ether, "a third");
    }

    function test_Case16_ARevokedGrantKeepsWhatTimeGave() external {
        uint256 id = vesting.grant(alice, 300_000 ether, 0);
        vm.warp(began + 365 days);
        _release(alice, id, bob);
        vm.warp(began + 2 * 365 days);
        vesting.revoke(id);
        assertEq(vesting.grantOf(id).amount, 200_000 ether, "kept");
        assertEq(vesting.ungranted(), TEAM - 200_000 ether, "the rest is back");
        assertEq(vesting.releasable(id), 100_000 ether, "at once");
        vm.warp(began + YEARS_3);
        assertEq(vesting.releasable(id), 100_000 ether, "and no more");
        _release(alice, id, bob);
        assertEq(token.balanceOf(bob), 200_000 ether, "exact");
        vm.expectRevert(abi.encodeWithSelector(IVesting.AlreadyRevoked.selector, id));
        vesting.revoke(id);
    }

    function test_ARevocationBeforeTheCliffKeepsNothing() external {
        uint256 id = vesting.grant(alice, 300_000 ether, uint40(began + 365 days));
        vm.warp(began + 364 days);
        vesting.revoke(id);
        assertEq(vesting.ungranted(), TEAM, "all back");
        vm.warp(began + YEARS_3);
        assertEq(vesting.releasable(id), 0, "nothing");
        vm.expectRevert(abi.encodeWithSelector(IVesting.AlreadyRevoked.selector, id));
        vesting.revoke(id);
    }

    /// Revoked and granted anew, the share's own line is still not overtaken.
    function testFuzz_Case16_RegrantingNeverRunsAheadOfTheShare(uint256 first, uint256 later) external {
        first = bound(first, 1, YEARS_3 - 1);
        later = bound(later, first, YEARS_3);
        token.exempt(bob, false);
        uint256 a = vesting.grant(alice, uint128(TEAM), 0);
        vm.warp(began + first);
        vesting.revoke(a);
        uint256 rest = vesting.ungranted();
        uint256 b = rest == 0 ? 0 : vesting.grant(bob, uint128(rest), 0);
        vm.warp(began + later);
        if (vesting.releasable(a) > 0) _release(alice, a, bob);
        if (b != 0 && vesting.releasable(b) > 0) _release(bob, b, bob);
        assertLe(vesting.released(), TEAM * later / YEARS_3, "behind the line");
        assertLe(TEAM * later / YEARS_3, vesting.released() + 2, "by rounding alone");
    }

    function test_Case16_ABeneficiaryChangesInTwoSteps() external {
        uint256 id = vesting.grant(alice, 300_000 ether, 0);
        vm.warp(began + 365 days);
        _release(alice, id, alice);
        vm.prank(alice);
        vesting.offer(id, bob);
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(IVesting.NotOffered.selector, id, address(0xBAD), bob));
        vesting.accept(id);
        vm.prank(bob);
        vesting.accept(id);
        vm.warp(began + 2 * 365 days);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVesting.NotBeneficiary.selector, id, alice, bob));
        vesting.release(id, alice);
        _release(bob, id, bob);
        assertEq(token.balanceOf(bob), 100_000 ether, "from then on");
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IVesting.NotOffered.selector, id, bob, address(0)));
        vesting.accept(id);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVesting.NotBeneficiary.selector, id, alice, bob));
        vesting.offer(id, alice);
    }

    function test_RevertWhen_AGrantIsImpossible() external {
        vm.expectRevert(IVesting.ZeroAddress.selector);
        vesting.grant(address(0), 1, 0);
        vm.expectRevert(IVesting.ZeroAmount.selector);
        vesting.grant(alice, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IVesting.AboveUngranted.selector, TEAM + 1, TEAM));
        vesting.grant(alice, uint128(TEAM + 1), 0);
        uint256 end = vesting.end();
        vm.expectRevert(abi.encodeWithSelector(IVesting.CliffTooLate.selector, end + 1, end));
        vesting.grant(alice, 1, uint40(end + 1));
        vm.expectRevert(abi.encodeWithSelector(IVesting.GrantUnknown.selector, 1));
        vesting.grantOf(1);
        vm.expectRevert(abi.encodeWithSelector(IVesting.GrantUnknown.selector, 0));
        vesting.releasable(0);
        vm.startPrank(alice);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        vesting.grant(alice, 1, 0);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        vesting.revoke(1);
        vm.stopPrank();
    }

    function test_RevertWhen_TheShareWasNotMintedToIt() external {
        vm.expectRevert(abi.encodeWithSelector(IVesting.NotFunded.selector, 0, TEAM));
        new Vesting(token, address(this));
    }

    function _release(address who, uint256 id, address to) private {
        vm.prank(who);
        vesting.release(id, to);
    }
}

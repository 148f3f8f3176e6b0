// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakingPool, Skip} from "../../src/staking/IStakingPool.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {BurningWallet, ContractWallet} from "../support/Wallets.sol";
import {StakingFixture} from "./support/StakingFixture.sol";

contract ActivateTest is StakingFixture {
    bytes32 private constant ACTIVATION = keccak256("Activation(address account,uint32 day)");

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < ACCOUNTS; ++i) {
            _stake(_account(i), 10 ether);
        }
    }

    function test_ActivationFixesTodaysWeightAndOpensTheDay() external {
        _fund(3 ether);
        _at(1, 100);
        vm.expectEmit(address(pool));
        emit IStakingPool.DayOpened(FIRST_DAY + 1, 3 ether);
        vm.expectEmit(address(pool));
        emit IStakingPool.Activated(alice, FIRST_DAY + 1, 10 ether, 0, 0);
        assertEq(_activate(alice), 10 ether, "weight");
        (uint256 pot, uint256 weight, bool opened) = pool.dayOf(FIRST_DAY + 1);
        assertEq(pot, 3 ether, "pot");
        assertEq(weight, 10 ether, "weight of the day");
        assertTrue(opened, "opened");
    }

    function test_Case19_ActivationCountsOnceForTheDayWhateverTheSecond() external {
        _at(1, 86_399);
        assertEq(_activate(alice), 10 ether, "the last second");
        _at(2, 1);
        assertEq(_activate(alice), pool.weightOf(alice), "two seconds later it is another day");
        assertEq(_dayWeight(1), 10 ether, "each day its own");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.AlreadyActivated.selector, alice, FIRST_DAY + 2));
        pool.activate();
    }

    function testFuzz_Case19_TheSecondOfTheDayChangesNoWeight(uint256 second, uint256 days_) external {
        days_ = bound(days_, 1, 500);
        _at(days_, 0);
        uint256 weight = pool.weightOf(alice);
        _at(days_, bound(second, 0, 86_399));
        assertEq(_activate(alice), weight, "as at midnight");
    }

    function test_RevertWhen_NothingCountsYet() external {
        address carol = address(0xCA401);
        token.transfer(carol, 1 ether);
        vm.prank(carol);
        token.approve(address(pool), 1 ether);
        _stake(carol, 1 ether);
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.NothingCounts.selector, carol, FIRST_DAY));
        pool.activate();
    }

    function test_Case21_AMissedDayEarnsNothingAndCannotBeMadeUp() external {
        _fund(1 ether);
        _at(1, 0);
        _activate(bob);
        _fund(1 ether);
        _at(2, 0);
        _activate(alice);
        _at(3, 0);
        assertEq(_claim(bob), 1 ether, "who came");
        assertEq(_claim(alice), 1 ether, "the second pot only");
        bytes memory late = _signActivation(0, FIRST_DAY + 2);
        assertEq(pool.activateBatch(FIRST_DAY + 2, _one(alice), _one(late)), 0, "a day that is over");
    }

    function test_Case70_DaysWithoutAnybodyAreSkippedWithTheirEth() external {
        _fund(1 ether);
        _at(40, 0);
        _fund(1 ether);
        _at(400, 0);
        _activate(alice);
        assertEq(_dayPot(400), 2 ether, "all that arrived before");
        assertEq(_dayPot(40), 0, "nothing between");
    }

    function test_Case29_GasDoesNotDependOnDaysMissedOrStakers() external {
        _fund(1 ether);
        _at(1, 0);
        for (uint256 i; i < 5; ++i) {
            _activate(_account(i));
        }
        _fund(1 ether);
        _at(2, 0);
        _activate(bob);
        uint256 soon = _gasOfActivation(alice);
        for (uint256 i; i < 10_000; ++i) {
            address other = address(uint160(0x100000 + i));
            token.transfer(other, 1);
            vm.startPrank(other);
            token.approve(address(pool), 1);
            pool.stake(1);
            vm.stopPrank();
        }
        _at(3, 0);
        for (uint256 i; i < 10_000; ++i) {
            vm.prank(address(uint160(0x100000 + i)));
            pool.activate();
        }
        _at(3 + 3_650, 0);
        _activate(bob);
        uint256 late = _gasOfActivation(_account(2));
        assertLe(late, soon + 500, "activation");
        _at(3 + 3_651, 0);
        uint256 gas = gasleft();
        _claim(_account(3));
        assertLe(gas - gasleft(), 60_000, "claim after 3,650 days among 10,000 stakers");
    }

    function test_ARelayedActivationEqualsADirectOne() external {
        _at(1, 0);
        bytes memory signature = _signActivation(0, FIRST_DAY + 1);
        vm.prank(address(0xCAFE));
        assertEq(pool.activateBatch(FIRST_DAY + 1, _one(alice), _one(signature)), 1, "done");
        assertEq(_state(alice).weight, _activate(bob), "as much as a direct one");
        assertEq(_state(alice).openDay, FIRST_DAY + 1, "today");
    }

    function test_Case21_ABatchSkipsAndReportsWhatDoesNotHold() external {
        _at(1, 0);
        uint256 day = FIRST_DAY + 1;
        _activate(_account(2));
        vm.prank(_account(3));
        pool.unstake(10 ether, alice);
        address[] memory accounts = new address[](6);
        bytes[] memory signatures = new bytes[](6);
        for (uint256 i; i < 5; ++i) {
            accounts[i] = _account(i);
            signatures[i] = _signActivation(i, day);
        }
        // Bob's is signed by another; the first one comes twice.
        signatures[1] = _signActivation(4, day);
        (accounts[5], signatures[5]) = (alice, signatures[0]);
        vm.expectEmit(address(pool));
        emit IStakingPool.Activated(alice, day, 10 ether, 0, 0);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(bob, day, Skip.BadSignature);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(_account(2), day, Skip.Used);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(_account(3), day, Skip.NoStake);
        vm.expectEmit(address(pool));
        emit IStakingPool.Activated(_account(4), day, 10 ether, 0, 0);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(alice, day, Skip.Used);
        assertEq(pool.activateBatch(day, accounts, signatures), 2, "done");
        assertEq(_dayWeight(1), 30 ether, "each once");
    }

    function test_Case21_LateAndEarlyBatchesAreSkipped() external {
        _at(1, 86_399);
        bytes memory signature = _signActivation(0, FIRST_DAY + 1);
        _at(0, 86_399);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(alice, FIRST_DAY + 1, Skip.Early);
        assertEq(pool.activateBatch(FIRST_DAY + 1, _one(alice), _one(signature)), 0, "early");
        _at(2, 0);
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(alice, FIRST_DAY + 1, Skip.Late);
        assertEq(pool.activateBatch(FIRST_DAY + 1, _one(alice), _one(signature)), 0, "late");
        vm.expectEmit(address(pool));
        emit IStakingPool.ActivationSkipped(alice, FIRST_DAY + 2, Skip.BadSignature);
        assertEq(pool.activateBatch(FIRST_DAY + 2, _one(alice), _one(signature)), 0, "yesterday's for today");
    }

    function test_Case56_ASignatureHoldsForItsAccountKindPoolAndChainAlone() external {
        _at(1, 0);
        uint256 day = FIRST_DAY + 1;
        StakingPool other = new StakingPool(token, address(this), guardian);
        _refused(alice, _signBoost(0, day));
        _refused(alice, _signed(0, ACTIVATION, alice, day, address(other)));
        _refused(bob, _signActivation(0, day));
        _refused(alice, _signed(0, ACTIVATION, bob, day, address(pool)));
        bytes memory here = _signActivation(0, day);
        vm.chainId(5);
        _refused(alice, here);
        vm.chainId(31_337);
        assertEq(pool.activateBatch(day, _one(alice), _one(here)), 1, "the right one");
        assertEq(keccak256(here), keccak256(_ofDigest(pool.activationDigest(alice, day))), "the published digest");
    }

    function test_Case58_MalleableAndEmptySignaturesAreInvalid() external {
        _at(1, 0);
        bytes memory good = _signActivation(0, FIRST_DAY + 1);
        (bytes32 r, bytes32 s, uint8 v) = _split(good);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        _refused(alice, abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27)));
        _refused(alice, abi.encodePacked(r, s, uint8(v - 27)));
        _refused(alice, "");
        _refused(alice, new bytes(65));
        _refused(address(0), new bytes(65));
    }

    function test_Case59_AContractAccountIsAskedAtUseWithBoundedGas() external {
        ContractWallet wallet = new ContractWallet(alice);
        BurningWallet burning = new BurningWallet();
        token.transfer(address(wallet), 1 ether);
        token.transfer(address(burning), 1 ether);
        vm.startPrank(address(wallet));
        token.approve(address(pool), 1 ether);
        pool.stake(1 ether);
        vm.stopPrank();
        vm.startPrank(address(burning));
        token.approve(address(pool), 1 ether);
        pool.stake(1 ether);
        vm.stopPrank();
        _at(1, 0);
        uint256 day = FIRST_DAY + 1;
        bytes memory signature = _signed(0, ACTIVATION, address(wallet), day, address(pool));
        wallet.setAccepting(false);
        _refused(address(wallet), signature);
        wallet.setAccepting(true);
        assertEq(pool.activateBatch(day, _one(address(wallet)), _one(signature)), 1, "accepted now");
        uint256 gas = gasleft();
        _refused(address(burning), signature);
        assertLe(gas - gasleft(), 250_000, "bounded");
    }

    function test_RevertWhen_AccountsAndSignaturesDoNotMatch() external {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.UnequalLengths.selector, 1, 0));
        pool.activateBatch(FIRST_DAY, _one(alice), new bytes[](0));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.UnequalLengths.selector, 1, 0));
        pool.boostBatch(FIRST_DAY, _one(alice), new bytes[](0));
    }

    function _gasOfActivation(address account) private returns (uint256) {
        uint256 gas = gasleft();
        _activate(account);
        return gas - gasleft();
    }

    function _refused(address account, bytes memory signature) private {
        uint256 day = pool.today();
        vm.expectEmit(address(pool));
        // The zero address has no stake, which is seen before its signature.
        emit IStakingPool.ActivationSkipped(account, day, account == address(0) ? Skip.NoStake : Skip.BadSignature);
        assertEq(pool.activateBatch(day, _one(account), _one(signature)), 0, "refused");
    }

    function _ofDigest(bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(0), digest);
        return abi.encodePacked(r, s, v);
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Keeps 5% of every transfer.
contract TaxedToken is ERC20 {
    constructor() ERC20("Taxed", "TAX") {
        _mint(msg.sender, 1_000 ether);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) return super._update(from, to, value);
        super._update(from, to, value * 95 / 100);
        super._update(from, address(0xdead), value - value * 95 / 100);
    }
}

contract EscrowTest is MarketFixture {
    uint256 private constant ALICE_KEY = 0xA11CE;
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant WITHDRAWAL =
        keccak256("Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    address private alice;

    function setUp() public override {
        super.setUp();
        alice = vm.addr(ALICE_KEY);
        token.transfer(alice, 100 ether);
    }

    function testFuzz_DepositAndWithdraw(uint256 amount, uint256 part) external {
        amount = bound(amount, 1, 100 ether);
        part = bound(part, 1, amount);
        vm.startPrank(alice);
        token.approve(address(escrow), amount);
        escrow.deposit(amount);
        assertEq(escrow.balanceOf(alice), amount, "credited");
        escrow.withdraw(part, address(0xB0B));
        vm.stopPrank();
        assertEq(token.balanceOf(address(0xB0B)), part, "paid");
        assertEq(escrow.balanceOf(alice), amount - part, "rest");
        assertEq(escrow.owed(), token.balanceOf(address(escrow)), "owed is held");
    }

    function testFuzz_Case34_ATaxedDepositIsCreditedByWhatArrived(uint256 amount) external {
        amount = bound(amount, 2, 1_000 ether);
        TaxedToken taxed = new TaxedToken();
        Escrow other = new Escrow(taxed, address(this), guardian);
        taxed.approve(address(other), amount);
        uint256 credited = other.deposit(amount);
        assertEq(credited, amount * 95 / 100, "what arrived");
        assertEq(other.balanceOf(address(this)), credited, "credited");
        assertEq(other.owed(), taxed.balanceOf(address(other)), "owed is held");
    }

    function test_RevertWhen_NothingArrives() external {
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.deposit(0);
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.depositFor(address(0), 1);
    }

    function test_Case57_APermitCarriedBySomebodyElseFirstDoesNoHarm() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 ether, block.timestamp);
        token.permit(alice, address(escrow), 10 ether, block.timestamp, v, r, s);
        vm.prank(alice);
        escrow.depositWithPermit(10 ether, block.timestamp, v, r, s);
        assertEq(escrow.balanceOf(alice), 10 ether, "deposited");
    }

    function test_PermitAndDepositInOneCall() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 ether, block.timestamp);
        vm.prank(alice);
        escrow.depositWithPermit(10 ether, block.timestamp, v, r, s);
        assertEq(escrow.balanceOf(alice), 10 ether, "deposited");
    }

    function test_Case56_RevertWhen_ThePermitIsUsedLapsedOrForAnotherChain() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 ether, block.timestamp);
        vm.prank(alice);
        escrow.depositWithPermit(10 ether, block.timestamp, v, r, s);
        vm.expectRevert();
        token.permit(alice, address(escrow), 10 ether, block.timestamp, v, r, s);
        vm.prank(alice);
        vm.expectRevert();
        escrow.depositWithPermit(10 ether, block.timestamp, v, r, s);

        (v, r, s) = _permit(10 ether, block.timestamp - 1);
        vm.expectRevert();
        token.permit(alice, address(escrow), 10 ether, block.timestamp - 1, v, r, s);

        (v, r, s) = _permit(10 ether, block.timestamp);
        bytes32 here = token.DOMAIN_SEPARATOR();
        vm.chainId(5);
        assertTrue(token.DOMAIN_SEPARATOR() != here, "rebuilt on a fork");
        vm.expectRevert();
        token.permit(alice, address(escrow), 10 ether, block.timestamp, v, r, s);
    }

    function test_RevertWhen_WithdrawingMoreThanIsFree() external {
        _submit();
        vm.prank(customer);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.InsufficientBalance.selector, customer, DEPOSITED - 90.5 ether, DEPOSITED - 90.5 ether + 1
            )
        );
        escrow.withdraw(DEPOSITED - 90.5 ether + 1, customer);
    }

    function test_RevertWhen_WithdrawingNothing() external {
        vm.prank(alice);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdraw(0, alice);
    }

    function test_Case56_AWithdrawalSignatureIsUsedOnceForExactlyWhatItSays() external {
        escrow.depositFor(alice, 10 ether);
        uint256 deadline = block.timestamp;
        bytes memory signature = _withdrawal(address(0xB0B), 4 ether, deadline, address(escrow));
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(alice, address(0xBAD), 4 ether, deadline, signature);
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(alice, address(0xB0B), 5 ether, deadline, signature);
        escrow.withdrawWithSig(alice, address(0xB0B), 4 ether, deadline, signature);
        assertEq(token.balanceOf(address(0xB0B)), 4 ether, "paid");
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(alice, address(0xB0B), 4 ether, deadline, signature);

        signature = _withdrawal(address(0xB0B), 1 ether, deadline, address(registry));
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(alice, address(0xB0B), 1 ether, deadline, signature);

        signature = _withdrawal(address(0xB0B), 1 ether, deadline, address(escrow));
        vm.chainId(5);
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(alice, address(0xB0B), 1 ether, deadline, signature);
        vm.chainId(31337);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureExpired.selector, deadline, deadline + 1));
        escrow.withdrawWithSig(alice, address(0xB0B), 1 ether, deadline, signature);
    }

    function test_Case58_RevertWhen_TheWithdrawalSignatureIsMalleable() external {
        escrow.depositFor(alice, 10 ether);
        bytes memory signature = _withdrawal(address(0xB0B), 4 ether, block.timestamp, address(escrow));
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        vm.expectPartialRevert(IEscrow.SignatureInvalid.selector);
        escrow.withdrawWithSig(
            alice,
            address(0xB0B),
            4 ether,
            block.timestamp,
            abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27))
        );
    }

    function test_Case33_WhilePausedExitsStillWork() external {
        escrow.depositFor(alice, 10 ether);
        vm.prank(guardian);
        escrow.pause();
        vm.expectRevert(abi.encodeWithSelector(IGuarded.EntriesPaused.selector, block.timestamp + 72 hours));
        escrow.depositFor(alice, 1 ether);
        vm.prank(alice);
        escrow.withdraw(10 ether, alice);
        assertEq(token.balanceOf(alice), 110 ether, "out");
        vm.warp(block.timestamp + 72 hours);
        escrow.depositFor(alice, 1 ether);
        vm.prank(guardian);
        vm.expectPartialRevert(IGuarded.PauseTooSoon.selector);
        escrow.pause();
        vm.warp(block.timestamp + 27 days);
        vm.prank(guardian);
        escrow.pause();
        escrow.unpause();
        escrow.depositFor(alice, 1 ether);
    }

    function test_RevertWhen_AStrangerPausesOrUnpauses() external {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, alice));
        escrow.pause();
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, alice));
        escrow.unpause();
        vm.expectRevert();
        escrow.setGuardian(alice);
        vm.stopPrank();
        escrow.setGuardian(alice);
        assertEq(escrow.guardian(), alice, "by the owner");
    }

    function test_RevertWhen_NotTheMarket() external {
        bytes memory failure = abi.encodeWithSelector(IEscrow.NotMarket.selector, address(this));
        vm.expectRevert(failure);
        escrow.lock(customer, 1);
        vm.expectRevert(failure);
        escrow.release(customer, 1);
        vm.expectRevert(failure);
        escrow.pay(customer, alice, 1);
        vm.expectRevert(failure);
        escrow.credit(alice, 1);
    }

    function test_RevertWhen_CreditingOrReleasingWhatIsNotThere() external {
        vm.startPrank(address(market));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.Insolvent.selector, DEPOSITED + 1, DEPOSITED));
        escrow.credit(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientLocked.selector, customer, 0, 1));
        escrow.release(customer, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientLocked.selector, customer, 0, 1));
        escrow.pay(customer, alice, 1);
        vm.stopPrank();
    }

    /// Locked is not spendable, released is, and what is paid changes hands without leaving.
    function testFuzz_LocksReleasesAndPaysToTheWei(uint256 locked, uint256 released, uint256 paid) external {
        locked = bound(locked, 1, DEPOSITED);
        released = bound(released, 0, locked);
        paid = bound(paid, 0, locked - released);
        vm.startPrank(address(market));
        escrow.lock(customer, locked);
        assertEq(escrow.lockedOf(customer), locked, "locked");
        assertEq(escrow.balanceOf(customer), DEPOSITED - locked, "no longer spendable");
        escrow.release(customer, released);
        escrow.pay(customer, alice, paid);
        vm.stopPrank();
        assertEq(escrow.lockedOf(customer), locked - released - paid, "still locked");
        assertEq(escrow.balanceOf(customer), DEPOSITED - locked + released, "released");
        assertEq(escrow.balanceOf(alice), paid, "paid");
        assertEq(escrow.owed(), DEPOSITED, "nothing came or went");
    }

    function test_CreditsWhatArrivedOutsideOfDeposits() external {
        token.transfer(address(escrow), 3 ether);
        vm.prank(address(market));
        escrow.credit(alice, 3 ether);
        assertEq(escrow.balanceOf(alice), 3 ether, "credited");
        assertEq(escrow.owed(), DEPOSITED + 3 ether, "owed");
    }

    function test_TheMarketIsSetOnce() external {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.MarketAlreadySet.selector, address(market)));
        escrow.setMarket(alice);
        Escrow fresh = new Escrow(token, address(this), guardian);
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        fresh.setMarket(address(0));
        vm.prank(alice);
        vm.expectRevert();
        fresh.setMarket(alice);
    }

    function _permit(uint256 amount, uint256 deadline) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash =
            keccak256(abi.encode(PERMIT, alice, address(escrow), amount, token.nonces(alice), deadline));
        return vm.sign(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function _withdrawal(address to, uint256 amount, uint256 deadline, address contract_)
        private
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(abi.encode(WITHDRAWAL, alice, to, amount, escrow.nonces(alice), deadline));
        bytes32 domain =
            keccak256(abi.encode(DOMAIN, keccak256("OpenGPU Escrow"), keccak256("1"), block.chainid, contract_));
        return _signDigest(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Job, Settlement, State} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// Twenty-one owners with a node each live through jobs on the real contracts. Node 0 works; the seats are drawn among the
/// others. Every run of a program costs its owner COST, as node or as member, so that not running saves something.
///
/// Money a job: price and base 6 (maxPrice 10), so a seat is paid 6 and a wrong result is slashed 18.
abstract contract Economy is MarketFixture {
    uint256 internal constant PEOPLE = 21;
    uint256 internal constant JOBS = 1_000;
    uint256 internal constant COST = 4.5 ether;
    uint128 internal constant PRICE = 6 ether;
    /// Enough that a bond slashed a thousand times still stands.
    uint256 internal constant WORKING_BOND = 30_000 ether;

    enum Run {
        Right,
        Wrong,
        Never
    }

    enum Member {
        Honest,
        /// Seals something without having run anything.
        Garbage,
        Silent,
        /// Says what node 0 says; runs nothing when it knows that to be wrong.
        Ring
    }

    mapping(uint256 person => Member) internal memberOf;
    /// What each owner spent on runs.
    mapping(address owner => uint256) internal spent;
    /// Jobs whose customer got what it paid for, and jobs whose customer paid for a wrong result.
    uint256 internal served;
    uint256 internal cheated;
    mapping(address node => uint256) private _personOf;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            if (i >= NODES) _register(i, CLASS);
            _personOf[_node(i)] = i;
        }
        token.approve(address(registry), type(uint256).max);
        registry.addBond(_node(0), WORKING_BOND);
        escrow.depositFor(customer, 100_000 ether);
    }

    /// One job from order to its end, with node 0 bidding `price`. Called from outside, because memory that a thousand jobs
    /// leave behind costs more than the jobs.
    function job(uint128 price, Run run) external {
        ++order.nonce;
        order.submitBy = uint64(block.timestamp + 1 hours);
        _submit();
        _award(_bid(0, price));
        if (run == Run.Never) {
            vm.warp(market.jobOf(id).deadline + 1);
            market.expire(order);
            return;
        }
        _start();
        vm.warp(block.timestamp + 50);
        opening.outputHash = run == Run.Right ? GOOD : BAD;
        if (run == Run.Right) spent[_owner(0)] += COST;
        _result();
        _draw();
        _committee(_seats());
        _untilTheEnd();
        if (market.jobOf(id).settlement != Settlement.Correct) return;
        if (run == Run.Right) ++served;
        else ++cheated;
    }

    function _seats() private returns (Word[] memory words) {
        words = new Word[](_members().length);
        for (uint256 seat; seat < words.length; ++seat) {
            uint256 person = _personOf[_members()[seat].member];
            Member member = memberOf[person];
            words[seat] = _says(Messages.SUCCESS, GOOD);
            if (member == Member.Garbage) words[seat].output = keccak256(abi.encode("garbage", id));
            else if (member == Member.Silent) words[seat].seals = false;
            else if (member == Member.Ring && opening.outputHash != GOOD) words[seat].output = opening.outputHash;
            else spent[_owner(person)] += COST;
        }
    }

    /// Whatever still waits for somebody's objection is settled when nobody came.
    function _untilTheEnd() private {
        for (Job memory it = market.jobOf(id); it.state < State.Settled; it = market.jobOf(id)) {
            vm.warp(it.deadline + 1);
            market.settle(order);
        }
    }

    /// All that an owner has: in the escrow, as bond, in the wallet.
    function _wealth(uint256 person) internal view returns (uint256) {
        address owner = _owner(person);
        return escrow.balanceOf(owner) + escrow.lockedOf(owner) + token.balanceOf(owner)
            + registry.nodeOf(_node(person)).bond;
    }

    function _spent(uint256 person) internal view returns (uint256) {
        return spent[_owner(person)];
    }

    /// What a group that began with `start` gained, less what it spent on runs.
    function _result(uint256 first, uint256 last, uint256 start) internal view returns (int256 gain) {
        gain = -int256(start);
        for (uint256 i = first; i <= last; ++i) {
            gain += int256(_wealth(i)) - int256(_spent(i));
        }
    }

    function _customerWealth() internal view returns (uint256) {
        return escrow.balanceOf(customer) + escrow.lockedOf(customer);
    }

    /// The customer paid for nothing but results, price and three seats at most.
    function assertCustomerPaidForResultsAlone(uint256 before) internal view {
        assertLe(before, _customerWealth() + (served + cheated) * (PRICE + 3 * uint256(PRICE)), "paid for results alone");
    }

    /// Nobody in [first, last] is poorer than before, costs counted.
    function assertNobodyLost(uint256 first, uint256 last, uint256[] memory before) internal view {
        for (uint256 i = first; i <= last; ++i) {
            assertLe(before[i] + _spent(i), _wealth(i), "an honest party lost");
        }
    }

    function _allWealth() internal view returns (uint256[] memory all) {
        all = new uint256[](PEOPLE);
        for (uint256 i; i < PEOPLE; ++i) {
            all[i] = _wealth(i);
        }
    }

    function assertPoorer(int256 cheat, int256 honest) internal pure {
        assertTrue(cheat < honest, "poorer than the honest twin");
    }
}

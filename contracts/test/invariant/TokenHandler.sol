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
import {TokenFixture} from "../support/TokenFixture.sol";

/// Drives the token and everything that holds its shares through random legal and illegal moves, and keeps books of its
/// own: who should hold what, what was taxed, what left where.
contract TokenHandler is TokenFixture {
    uint256 internal constant PEOPLE = 4;
    uint256 internal constant LEAVES = 4;

    /// What each of the six holders of oGPU outside the contracts should have: four people, this contract, the pair.
    mapping(address holder => uint256) public ghost;
    uint256 public ghostTax;
    uint256 public productFell;
    uint256 public highestTax;

    uint256 public ethIn;
    uint256 public tips;
    uint256 public tipsByRule;
    uint256 public swapBroke;
    uint256 public lastSwapAt;

    uint256 public releasedTo;
    uint256 public lastReleased;
    uint256 public vestingBroke;
    mapping(uint256 id => uint256) public keptAtRevoke;

    uint256 public claimedLeaves;
    uint256 public swept;
    uint256 public airdropBroke;
    bytes32 internal root;
    bytes32[4] internal leaves;

    uint256 public emissionClaimed;
    uint256 public emissionBroke;
    uint256 public began;
    uint256[] public epochs;
    mapping(uint256 epoch => bool) internal epochKnown;

    uint256[16] public did;

    function setUp() public override {
        super.setUp();
        began = block.timestamp;
        emission.setRecorders(address(this), address(this));
        for (uint256 i; i < PEOPLE; ++i) {
            token.transfer(_person(i), 100_000 ether);
            ghost[_person(i)] = 100_000 ether;
        }
        ghost[address(this)] = token.balanceOf(address(this));
        ghost[address(pair)] = token.balanceOf(address(pair));
        for (uint256 i; i < LEAVES; ++i) {
            leaves[i] = keccak256(bytes.concat(keccak256(abi.encode(i, _person(i), _leafAmount(i)))));
        }
        root = _node(_node(leaves[0], leaves[1]), _node(leaves[2], leaves[3]));
        taxRouter.observe();
    }

    function parts() external view returns (OGPU, TaxRouter, Vesting, MerkleAirdrop, ProviderEmission, IFullPair) {
        return (token, taxRouter, vesting, airdrop, emission, pair);
    }

    function person(uint256 i) external pure returns (address) {
        return _person(i);
    }

    function leafAmount(uint256 i) external pure returns (uint256) {
        return _leafAmount(i);
    }

    function epochCount() external view returns (uint256) {
        return epochs.length;
    }

    // ---- what the fuzzer calls ----

    /// A transfer between people, the tax router, the pair and this contract.
    function move(uint256 seed, uint256 amount) external {
        address from = _person(seed % PEOPLE);
        address to = _target(seed >> 8);
        amount = bound(amount, 0, token.balanceOf(from) + token.balanceOf(from) / 8);
        uint256 tax = to == address(pair) ? amount * token.taxBps() / 10_000 : 0;
        uint256 before = token.balanceOf(address(taxRouter));
        vm.prank(from);
        try token.transfer(to, amount) {
            ++did[0];
            _booked(from, to, amount, tax);
            ghostTax += tax;
            if (amount > 0 && tax * 1e18 / amount > highestTax) highestTax = tax * 1e18 / amount;
            uint256 got = token.balanceOf(address(taxRouter)) - before;
            if (got != tax + (to == address(taxRouter) ? amount : 0)) ++swapBroke;
        } catch {}
    }

    function trade(uint256 seed, uint256 amount) external {
        address who = _person(seed % PEOPLE);
        uint256 product = _product();
        uint256 inPair = token.balanceOf(address(pair));
        uint256 inRouter = token.balanceOf(address(taxRouter));
        bool buys = seed >> 8 & 1 == 0;
        if (buys) {
            try this.buy(who, bound(amount, 1, 2 ether)) {}
            catch {
                return;
            }
        } else {
            try this.sell(who, bound(amount, 0, token.balanceOf(who))) {}
            catch {
                return;
            }
        }
        ++did[buys ? 1 : 2];
        if (_product() < product) ++productFell;
        uint256 tax = token.balanceOf(address(taxRouter)) - inRouter;
        ghostTax += tax;
        // What a buyer's pair sent, or what a seller sent: the tax is its floor.
        uint256 sent = buys
            ? inPair - token.balanceOf(address(pair))
            : token.balanceOf(address(pair)) - inPair + tax;
        if (tax != sent * token.taxBps() / 10_000) ++swapBroke;
        ghost[address(pair)] = token.balanceOf(address(pair));
        if (buys) ghost[who] += sent - tax;
        else ghost[who] -= sent;
    }

    function buy(address who, uint256 eth) external {
        _buy(who, eth);
    }

    function sell(address who, uint256 amount) external {
        _sell(who, amount);
    }

    function pool(uint256 seed) external {
        ++did[3];
        if (seed & 1 == 0) return pair.sync();
        address to = _person(seed >> 8 & 3);
        uint256 inRouter = token.balanceOf(address(taxRouter));
        uint256 had = token.balanceOf(to);
        try pair.skim(to) {
            uint256 tax = token.balanceOf(address(taxRouter)) - inRouter;
            uint256 got = token.balanceOf(to) - had;
            ghostTax += tax;
            ghost[to] += got;
            ghost[address(pair)] -= got + tax;
        } catch {}
    }

    function swapTax(uint256 seed) external {
        if (seed & 1 == 0) taxRouter.observe();
        Before memory was = _before();
        vm.prank(address(0xCA11));
        try taxRouter.swap() returns (uint256 eth) {
            if (eth != 0) _checkSwap(was, eth);
        } catch {}
        ghost[address(pair)] = token.balanceOf(address(pair));
    }

    struct Before {
        uint256 inPair;
        uint256 inRouter;
        uint256 kept;
        uint256 keptEth;
        uint256 mean;
        uint256 tip;
        uint256 reserve;
        uint256 shares;
    }

    function _before() private view returns (Before memory was) {
        (uint112 a, uint112 b,) = pair.getReserves();
        was.inPair = token.balanceOf(address(pair));
        was.inRouter = token.balanceOf(address(taxRouter));
        was.kept = taxRouter.liquidityOgpu();
        was.keptEth = taxRouter.liquidityEth();
        was.mean = taxRouter.meanPrice();
        was.tip = address(0xCA11).balance;
        was.reserve = pair.token0() == address(token) ? a : b;
        was.shares = pair.balanceOf(address(this));
    }

    /// Laws 7, 8, 9 and 11 of the tax router, at each swap.
    function _checkSwap(Before memory was, uint256 eth) private {
        ++did[4];
        if (lastSwapAt != 0 && block.timestamp < lastSwapAt + 5 minutes) ++swapBroke;
        lastSwapAt = block.timestamp;
        uint256 left = was.inRouter - token.balanceOf(address(taxRouter));
        if (token.balanceOf(address(pair)) - was.inPair != left) ++swapBroke;
        if (pair.balanceOf(address(this)) == was.shares) {
            // Nothing went into liquidity: what left was sold.
            if (left > was.reserve / 100) ++swapBroke;
            if (eth < (left * was.mean >> 112) * 9_800 / 10_000) ++swapBroke;
            if (taxRouter.liquidityOgpu() < was.kept || taxRouter.liquidityEth() < was.keptEth) ++swapBroke;
        } else {
            ++did[5];
        }
        ethIn += eth;
        tips += address(0xCA11).balance - was.tip;
        tipsByRule += eth * 20 / 10_000;
    }

    function govern(uint256 seed) external {
        uint256 what = seed % 6;
        uint256 value = seed >> 8;
        if (what == 0) try token.setTax(value % 700) {} catch {}
        else if (what == 1) try token.setWalletLimit(bound(value, 90_000 ether, 450_000 ether)) {} catch {}
        else if (what == 2) try taxRouter.setShares(value % 11_000, (value >> 16) % 8_000) {} catch {}
        else if (what == 3) try token.unexempt(address(vesting)) {} catch {}
        else if (what == 4) try token.unregisterExchange(address(pair)) {} catch {}
        else try emission.setParameters(uint16(value % 10_000), uint16((value >> 16) % 6_000)) {} catch {}
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 20 minutes));
    }

    /// Long times, seldom.
    function passLong(uint256 time) external {
        if (time % 4 == 0) vm.warp(block.timestamp + bound(time, 1 days, 120 days));
        taxRouter.observe();
    }

    function vest(uint256 seed, uint256 amount) external {
        uint256 count = vesting.grants();
        if (seed % 4 == 0 && count < 6) {
            amount = bound(amount, 1, 600_000 ether);
            uint40 cliff = seed >> 8 & 1 == 0 ? 0 : uint40(block.timestamp + 30 days);
            try vesting.grant(_person(seed >> 16 & 3), uint128(amount), cliff) {} catch {}
        } else if (count > 0) {
            uint256 id = 1 + (seed >> 8) % count;
            if (seed % 4 == 1) {
                try vesting.revoke(id) {
                    keptAtRevoke[id] = vesting.grantOf(id).amount;
                } catch {}
            } else {
                IVesting.Grant memory it = vesting.grantOf(id);
                uint256 had = token.balanceOf(it.beneficiary);
                vm.prank(it.beneficiary);
                try vesting.release(id, it.beneficiary) returns (uint256 got) {
                    ++did[6];
                    ghost[it.beneficiary] += got;
                    releasedTo += got;
                    if (token.balanceOf(it.beneficiary) - had != got) ++vestingBroke;
                } catch {}
            }
        }
        if (vesting.released() < lastReleased) ++vestingBroke;
        lastReleased = vesting.released();
    }

    function drop(uint256 seed) external {
        if (seed % 5 == 0) {
            try airdrop.setRoot(seed >> 8 & 1 == 0 ? root : bytes32(seed)) {
                root = airdrop.root();
            } catch {}
        } else if (seed % 5 == 1) {
            uint256 had = token.balanceOf(address(airdrop));
            uint256 until = airdrop.claimUntil();
            try airdrop.sweep() {
                if (until == 0 || block.timestamp <= until) ++airdropBroke;
                swept += had;
            } catch {}
        } else {
            uint256 i = seed >> 8 & 3;
            bytes32[] memory proof = new bytes32[](2);
            proof[0] = leaves[i ^ 1];
            proof[1] = i < 2 ? _node(leaves[2], leaves[3]) : _node(leaves[0], leaves[1]);
            bool was = airdrop.isClaimed(i);
            vm.prank(_person(i));
            try airdrop.claim(i, _leafAmount(i), _person(i), proof) {
                ++did[7];
                if (was || airdrop.claimUntil() == 0 || block.timestamp > airdrop.claimUntil()) ++airdropBroke;
                claimedLeaves += _leafAmount(i);
                ghost[_person(i)] += _leafAmount(i);
            } catch {}
        }
    }

    function work(uint256 seed, uint64 units, uint96 paid) external {
        uint256 who = seed % PEOPLE;
        uint256 epoch = emission.currentEpoch();
        if (block.timestamp >= emission.end()) return;
        if (seed >> 8 & 1 == 0) emission.recordJob(_person(who), units, paid % uint96(5_000 ether));
        else emission.recordDuty(_person(who), units);
        if (!epochKnown[epoch]) {
            epochKnown[epoch] = true;
            epochs.push(epoch);
        }
        ++did[8];
    }

    function collect(uint256 seed) external {
        if (epochs.length == 0) return;
        uint256 epoch = epochs[(seed >> 8) % epochs.length];
        address who = _person(seed % PEOPLE);
        IProviderEmission.Work memory done = emission.workOf(epoch, who);
        uint256 had = emission.claimable(who);
        if (seed >> 4 & 1 == 0) {
            address[] memory owners = new address[](1);
            owners[0] = who;
            try emission.settle(epoch, owners) {
                ++did[9];
                _checkSettled(epoch, who, had, done);
            } catch {}
        } else {
            vm.prank(who);
            try emission.claim(new uint256[](0), who) returns (uint256 amount) {
                ++did[10];
                if (amount != had) ++emissionBroke;
                emissionClaimed += amount;
                ghost[who] += amount;
            } catch {}
        }
    }

    /// Laws 6 to 9, each time an owner is settled.
    function _checkSettled(uint256 epoch, address who, uint256 had, IProviderEmission.Work memory done) private {
        IProviderEmission.Epoch memory e = emission.epochOf(epoch);
        uint256 got = emission.claimable(who) - had;
        uint256 cap = uint256(done.paidToOthers) * e.capBps / 10_000;
        uint256 forDuty = e.dutyUnits == 0 ? 0 : uint256(e.dutyBudget) * done.dutyUnits / e.dutyUnits;
        uint256 byUnits = e.jobUnits == 0 ? 0 : uint256(e.jobBudget) * done.jobUnits / e.jobUnits;
        if (got > forDuty + cap) ++emissionBroke;
        if (got > forDuty + byUnits) ++emissionBroke;
        if (got != forDuty + (byUnits < cap ? byUnits : cap)) ++emissionBroke;
        if (done.jobUnits == 0 && done.dutyUnits == 0) ++emissionBroke;
    }

    function _booked(address from, address to, uint256 amount, uint256 tax) private {
        ghost[from] -= amount;
        ghost[to] += amount - tax;
    }

    function _product() private view returns (uint256) {
        (uint112 a, uint112 b,) = pair.getReserves();
        return uint256(a) * b;
    }

    function _target(uint256 seed) private view returns (address) {
        uint256 i = seed % 7;
        if (i < PEOPLE) return _person(i);
        return i == 4 ? address(pair) : i == 5 ? address(taxRouter) : address(this);
    }

    function _node(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _leafAmount(uint256 i) private pure returns (uint256) {
        return (i + 1) * 1_000 ether;
    }

    function _person(uint256 i) private pure returns (address) {
        return address(uint160(0x9E0 + i));
    }
}

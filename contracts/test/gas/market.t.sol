// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {
    AttemptMessage,
    Bid,
    ResultMessage,
    RevealMessage,
    SealMessage,
    State
} from "../../src/interfaces/Types.sol";
import {Messages} from "../../src/Messages.sol";
import {MarketFixture} from "../support/MarketFixture.sol";

/// What the lane of one job costs beside the 21,000 and the calldata of its transactions: second job of the same people, so
/// that balances exist, as in a running network. Signatures are of keys. Ceilings, 3% above what was measured.
contract MarketGasTest is MarketFixture {
    event Measured(string what, uint256 gas);

    function setUp() public override {
        super.setUp();
        _to(State.Settled);
        for (uint256 i; i < NODES; ++i) {
            escrow.depositFor(_owner(i), 1 ether);
        }
        vm.warp(block.timestamp + 1 hours);
        order = _order();
        order.nonce = 2;
        id = market.orderId(order);
    }

    function test_TheLaneOfACheckedJob() external {
        uint256 total = _submitAwardStartResult();
        vm.roll(block.number + 2);
        uint256 before = gasleft();
        market.draw(order);
        total += _measured("draw of three of six", before, 214_500);
        SealMessage[] memory seals = new SealMessage[](3);
        bytes[] memory signatures = new bytes[](3);
        Word memory good = _says(Messages.SUCCESS, GOOD);
        for (uint256 i; i < 3; ++i) {
            seals[i] = _sealOf(i, good);
            signatures[i] = _sign(keyOf[seals[i].member], keccak256(abi.encode(Messages.SEAL, seals[i])));
        }
        before = gasleft();
        market.seal(seals, signatures);
        total += _measured("three seals", before, 105_500);
        RevealMessage[] memory reveals = new RevealMessage[](3);
        for (uint256 i; i < 3; ++i) {
            reveals[i] = _revealOf(i, good);
            signatures[i] = _sign(keyOf[reveals[i].member], keccak256(abi.encode(Messages.REVEAL, reveals[i])));
        }
        before = gasleft();
        market.reveal(order, opening, reveals, signatures);
        total += _measured("opening, three reveals, settlement", before, 185_500);
        assertState(State.Settled);
        emit Measured("whole lane, checked", total);
    }

    function _submitAwardStartResult() private returns (uint256 total) {
        Bid memory nodeBid = _bid(0, 6 ether);
        bytes memory mine = _signOrder();
        bytes memory node = _signBid(NODE_KEY, nodeBid);
        bytes memory auctioneers = _signBid(AUCTIONEER_KEY, nodeBid);
        uint256 before = gasleft();
        market.submitAndAward(order, mine, nodeBid, node, auctioneers);
        total += _measured("submit and award", before, 285_000);
        AttemptMessage memory start = _attempt();
        ResultMessage memory result = ResultMessage(id, start.attempt, start.node, _commitment());
        bytes[] memory calls = new bytes[](2);
        calls[0] =
            abi.encodeCall(ITaskMarket.start, (start, _sign(NODE_KEY, keccak256(abi.encode(Messages.START, start)))));
        calls[1] = abi.encodeCall(
            ITaskMarket.submitResult, (result, _sign(NODE_KEY, keccak256(abi.encode(Messages.RESULT, result))))
        );
        before = gasleft();
        market.multicall(calls);
        total += _measured("start and result", before, 56_000);
    }

    function _measured(string memory what, uint256 before, uint256 most) private returns (uint256 used) {
        used = before - gasleft();
        emit Measured(what, used);
        assertLe(used, most, what);
    }
}

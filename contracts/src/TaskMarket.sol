// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guarded} from "./access/Guarded.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {
    AttemptMessage,
    Bid,
    Job,
    Opening,
    Order,
    Parameters,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Seat
} from "./interfaces/Types.sol";
import {Attempts} from "./market/Attempts.sol";
import {Auction} from "./market/Auction.sol";
import {Committee} from "./market/Committee.sol";
import {Market, MarketStore} from "./market/MarketStore.sol";
import {Messages} from "./Messages.sol";
import {MarketBounds} from "./rules/MarketBounds.sol";
import {PayFunction} from "./rules/PayFunction.sol";

/// The batch life cycle: orders, awards, results, committees and their money. What the functions do is said in
/// ITaskMarket; the steps themselves are the libraries in market/. Entries pause, exits never do.
contract TaskMarket is ITaskMarket, Guarded, EIP712 {
    Market private _market;

    constructor(
        INodeRegistry registry_,
        IEscrow escrow_,
        address treasury_,
        Parameters memory first,
        address owner_,
        address guardian_
    ) Guarded(owner_, guardian_) EIP712(Messages.NAME, Messages.VERSION) {
        _market.registry = registry_;
        _market.escrow = escrow_;
        _setTreasury(treasury_);
        _setParameters(first);
    }

    function submit(Order calldata order, bytes calldata signature) external whenOpen returns (bytes32) {
        return Auction.submit(_market, order, signature);
    }

    function submitMany(Order[] calldata orders, bytes[] calldata signatures) external whenOpen {
        Auction.submitMany(_market, orders, signatures);
    }

    function submitAndAward(
        Order calldata order,
        bytes calldata signature,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external whenOpen returns (bytes32) {
        return Auction.submitAndAward(_market, order, signature, nodeBid, nodeSignature, auctioneerSignature);
    }

    function award(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        bytes calldata auctioneerSignature
    ) external whenOpen {
        Auction.award(_market, order, nodeBid, nodeSignature, auctioneerSignature);
    }

    function bid(Order calldata order, Bid calldata nodeBid, bytes calldata nodeSignature) external whenOpen {
        Auction.bid(_market, order, nodeBid, nodeSignature);
    }

    function awardWindow(Order calldata order) external {
        Auction.awardWindow(_market, order);
    }

    function replace(
        Order calldata order,
        Bid calldata nodeBid,
        bytes calldata nodeSignature,
        address approver,
        bytes calldata approverSignature
    ) external {
        Auction.replace(_market, order, nodeBid, nodeSignature, approver, approverSignature);
    }

    function revokeNonces(uint256[] calldata nonces) external {
        for (uint256 i; i < nonces.length; ++i) {
            _market.nonceUsed[msg.sender][nonces[i]] = true;
            emit NonceRevoked(msg.sender, nonces[i]);
        }
    }

    function start(AttemptMessage calldata message, bytes calldata nodeSignature) external {
        Attempts.start(_market, message, nodeSignature);
    }

    function handBack(AttemptMessage calldata message, bytes calldata nodeSignature) external {
        Attempts.handBack(_market, message, nodeSignature);
    }

    function submitResult(ResultMessage calldata result, bytes calldata nodeSignature) external {
        Attempts.submitResult(_market, result, nodeSignature);
    }

    function cancel(Order calldata order, bytes calldata signature) external {
        Attempts.cancel(_market, order, signature);
    }

    function expire(Order calldata order) external {
        Attempts.expire(_market, order);
    }

    function draw(Order calldata order) external returns (address[] memory) {
        return Committee.draw(_market, order);
    }

    function seal(SealMessage[] calldata seals, bytes[] calldata signatures) external {
        Committee.seal(_market, seals, signatures);
    }

    function reveal(
        Order calldata order,
        Opening calldata opening,
        RevealMessage[] calldata reveals,
        bytes[] calldata signatures
    ) external {
        Committee.reveal(_market, order, opening, reveals, signatures);
    }

    function settle(Order calldata order) external {
        Committee.settle(_market, order);
    }

    function setParameters(Parameters calldata next) external onlyOwner {
        _setParameters(next);
    }

    function setTreasury(address next) external onlyOwner {
        _setTreasury(next);
    }

    function registry() external view returns (INodeRegistry) {
        return _market.registry;
    }

    function escrow() external view returns (IEscrow) {
        return _market.escrow;
    }

    function treasury() external view returns (address) {
        return _market.treasury;
    }

    function orderId(Order calldata order) external view returns (bytes32) {
        return MarketStore.orderId(order);
    }

    function domainSeparator() external view returns (bytes32) {
        return MarketStore.domainSeparator();
    }

    function jobOf(bytes32 order) external view returns (Job memory) {
        return _market.jobs[order];
    }

    function seatsOf(bytes32 order) external view returns (Seat[] memory) {
        return _market.seats[order];
    }

    function nonceUsed(address customer, uint256 nonce) external view returns (bool) {
        return _market.nonceUsed[customer][nonce];
    }

    function budgetOf(Order calldata order)
        external
        view
        returns (uint256 maxPrice, uint256 validation, uint256 deposit, uint256 total)
    {
        Parameters storage p = _market.parameters[_market.parametersVersion];
        maxPrice = order.maxPrice;
        validation = MarketStore.validationBudget(order, p);
        deposit = MarketStore.depositFor(order, p);
        total = maxPrice + validation + deposit;
    }

    function previewPay(uint128 price, uint32 softSeconds, uint32 hardSeconds, uint16 floorBps, uint256 elapsed)
        external
        pure
        returns (uint256)
    {
        return PayFunction.payAt(price, softSeconds, hardSeconds, floorBps, elapsed);
    }

    function parametersVersion() external view returns (uint32) {
        return _market.parametersVersion;
    }

    function parameters() external view returns (Parameters memory) {
        return _market.parameters[_market.parametersVersion];
    }

    function parametersAt(uint32 version) external view returns (Parameters memory) {
        return _market.parameters[version];
    }

    /// Jobs keep the version they were submitted under, so a change never touches one that runs.
    function _setParameters(Parameters memory next) private {
        MarketBounds.checkParameters(next);
        uint32 version = ++_market.parametersVersion;
        _market.parameters[version] = next;
        emit ParametersChanged(version, next);
    }

    function _setTreasury(address next) private {
        if (next == address(0)) revert ZeroAddress();
        _market.treasury = next;
        emit TreasuryChanged(next);
    }
}

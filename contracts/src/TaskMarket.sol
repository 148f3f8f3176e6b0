// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {Guarded} from "./access/Guarded.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {IProviderEmission} from "./interfaces/IProviderEmission.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {
    AttemptMessage,
    Bid,
    Job,
    Opening,
    Order,
    Parameters,
    Record,
    ResultMessage,
    RevealMessage,
    SealMessage,
    Seat
} from "./interfaces/Types.sol";
import {Attempts} from "./market/Attempts.sol";
import {Auction} from "./market/Auction.sol";
import {Committee} from "./market/Committee.sol";
import {Disputes} from "./market/Disputes.sol";
import {JobView} from "./market/JobView.sol";
import {Market, MarketStore} from "./market/MarketStore.sol";
import {Settling} from "./market/Settling.sol";
import {Messages} from "./Messages.sol";
import {CheckRate} from "./rules/CheckRate.sol";
import {MarketBounds} from "./rules/MarketBounds.sol";
import {PayFunction} from "./rules/PayFunction.sol";

/// The batch life cycle: orders, awards, results, committees and their money. What the functions do is said in
/// ITaskMarket; the steps themselves are the libraries in market/. Entries pause, exits never do.
contract TaskMarket is ITaskMarket, Guarded, EIP712, Multicall {
    using MarketStore for Market;

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
            _market.nonceBits[msg.sender][nonces[i] >> 8] |= 1 << (nonces[i] & 0xff);
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

    function challenge(Order calldata order) external {
        Disputes.challenge(_market, order);
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
        bool isComplete = Committee.reveal(_market, order, opening, reveals, signatures);
        if (isComplete) Settling.close(_market, order, opening);
    }

    function appeal(Order calldata order, Opening calldata opening) external {
        Disputes.appeal(_market, order, opening);
    }

    function settle(Order calldata order) external {
        Settling.settle(_market, order);
    }

    function plantCanary(bytes32 commitment) external {
        Disputes.plantCanary(_market, commitment);
    }

    function openCanary(Order calldata order, bytes32 outputHash, bytes32 salt) external {
        Disputes.openCanary(_market, order, outputHash, salt);
    }

    function multicall(bytes[] calldata data) public override(ITaskMarket, Multicall) returns (bytes[] memory results) {
        return super.multicall(data);
    }

    function setParameters(Parameters calldata next) external onlyOwner {
        _setParameters(next);
    }

    function setTreasury(address next) external onlyOwner {
        _setTreasury(next);
    }

    function setEmission(IProviderEmission next) external onlyOwner {
        if (address(_market.emission) != address(0)) revert EmissionAlreadySet(address(_market.emission));
        // A call to nobody's code would stop every settlement.
        if (address(next).code.length == 0) revert NotAContract(address(next));
        _market.emission = next;
        emit EmissionSet(address(next));
    }

    function setCanaryKeeper(address keeper, bool isKeeper) external onlyOwner {
        _market.canaryKeepers[keeper] = isKeeper;
        emit CanaryKeeperSet(keeper, isKeeper);
    }

    function registry() external view returns (INodeRegistry) {
        return _market.registry;
    }

    function escrow() external view returns (IEscrow) {
        return _market.escrow;
    }

    function emission() external view returns (IProviderEmission) {
        return _market.emission;
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
        return JobView.show(_market, order);
    }

    function seatsOf(bytes32 order) external view returns (Seat[] memory) {
        return _market.seatsOf(order, _market.jobs[order]);
    }

    function appealSeatsOf(bytes32 order) external view returns (Seat[] memory) {
        uint256 from = MarketStore.APPEAL_FROM;
        return _market.seatsBetween(order, from, from + _market.jobs[order].appealSeats);
    }

    function recordOf(address node) external view returns (Record memory) {
        return _market.records[node];
    }

    function isCanaryKeeper(address keeper) external view returns (bool) {
        return _market.canaryKeepers[keeper];
    }

    function nonceUsed(address customer, uint256 nonce) external view returns (bool) {
        return _market.nonceBits[customer][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
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

    function checkBpsOf(Order calldata order, address node, uint128 price) external view returns (uint256) {
        Parameters storage p = _market.parameters[_market.parametersVersion];
        uint256 base = MarketStore.baseFor(order, price, p.floorRate);
        return CheckRate.checkBps(_market.records[node], order.validation == Messages.ALWAYS, base, p.pFloorBps);
    }

    function appealLockOf(bytes32 order) external view returns (uint256) {
        return MarketStore.appealLock(_market.jobs[order]);
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

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OGPU} from "../../src/OGPU.sol";
import {Voucher} from "../../src/streams/IStreamPayments.sol";
import {StreamPayments} from "../../src/streams/StreamPayments.sol";
import {Vm} from "../support/Vm.sol";

/// Random moves on the channels, forbidden ones included, and books of its own. A move that must be refused and is not, or the
/// other way round, is remembered in `broken`.
contract StreamHandler {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint256 public constant PEOPLE = 4;
    uint256 private constant KEY = 0x57E4;
    uint256 private constant DELEGATE_KEY = 0xDE1E;

    /// A channel as the books know it.
    struct Book {
        uint256 customer;
        uint256 provider;
        bool hasDelegate;
        uint256 deposit;
        uint256 redeemed;
        uint256 signed;
        uint256 fees;
        uint256 feeBps;
        uint256 closeSeconds;
        uint256 closeAt;
        uint256 rest;
        bool ended;
    }

    /// A voucher somebody signed: any of them may come back at any time.
    struct Signed {
        uint256 channel;
        uint256 cumulative;
        uint256 key;
        bytes signature;
    }

    OGPU private immutable TOKEN;
    StreamPayments private immutable STREAMS;
    address private immutable OWNER;
    address private immutable GUARDIAN;
    bytes32 private immutable SEPARATOR;

    string public broken;
    uint256 public gifts;
    uint256 public swept;
    uint256[4] public balances;
    uint256[4] public waiting;
    uint256[4] public nonces;
    address[4] private _people;
    Book[] private _books;
    Signed[] private _signed;
    mapping(string move => uint256) public done;
    mapping(string move => uint256) public refused;

    constructor(OGPU token, StreamPayments streams, address owner, address guardian) {
        (TOKEN, STREAMS, OWNER, GUARDIAN) = (token, streams, owner, guardian);
        SEPARATOR = keccak256(
            abi.encode(
                DOMAIN, keccak256("OpenGPU StreamPayments"), keccak256("1"), block.chainid, address(streams)
            )
        );
        // Channel 0 does not exist.
        _books.push();
        for (uint256 i; i < PEOPLE; ++i) {
            _people[i] = vm.addr(KEY + i);
        }
    }

    function person(uint256 i) external view returns (address) {
        return _people[i];
    }

    function bookOf(uint256 channel) external view returns (Book memory) {
        return _books[channel];
    }

    function channels() external view returns (uint256) {
        return _books.length - 1;
    }

    // ---- moves ----

    function pass(uint256 time) external {
        vm.warp(block.timestamp + 1 + time % 100 minutes);
    }

    function open(uint256 who, uint256 provider, uint256 amount) external {
        uint256 c = who % PEOPLE;
        uint256 p = provider % PEOPLE;
        amount = amount % 5 == 0 ? amount % 20 : amount % 1_000 ether;
        bool hasDelegate = who & 8 != 0;
        uint256 held = TOKEN.balanceOf(_people[c]);
        bool legal = amount != 0 && amount <= held && block.timestamp >= STREAMS.pausedUntil();
        vm.prank(_people[c]);
        try STREAMS.open(_people[p], hasDelegate ? vm.addr(DELEGATE_KEY) : address(0), amount) returns (uint256 id) {
            _note("open", legal, true);
            if (id != _books.length) _break("law 7: an id was used before");
            _books.push(
                Book({
                    customer: c,
                    provider: p,
                    hasDelegate: hasDelegate,
                    deposit: amount,
                    redeemed: 0,
                    signed: 0,
                    fees: 0,
                    feeBps: STREAMS.feeBps(),
                    closeSeconds: STREAMS.closeSeconds(),
                    closeAt: 0,
                    rest: 0,
                    ended: false
                })
            );
        } catch {
            _note("open", legal, false);
        }
    }

    function topUp(uint256 who, uint256 channel, uint256 amount) external {
        channel = _any(channel);
        uint256 c = who % PEOPLE;
        amount %= 500 ether;
        bool legal = amount != 0 && amount <= TOKEN.balanceOf(_people[c]) && _lives(channel)
            && _books[channel].closeAt == 0;
        vm.prank(_people[c]);
        try STREAMS.topUp(channel, amount) {
            _note("topUp", legal, true);
            _books[channel].deposit += amount;
        } catch {
            _note("topUp", legal, false);
        }
    }

    /// Somebody signs a voucher: mostly the customer or the delegate, sometimes a person who may not.
    function sign(uint256 channel, uint256 amount, uint256 who) public {
        channel = _any(channel);
        if (channel >= _books.length) return;
        Book storage book = _books[channel];
        uint256 key = who % 4 == 0 ? KEY + who / 4 % PEOPLE : who % 4 == 1 ? DELEGATE_KEY : KEY + book.customer;
        uint256 cumulative = amount % 7 == 0 ? amount : book.redeemed + amount % (book.deposit + 3);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key,
            keccak256(
                abi.encodePacked(
                    "\x19\x01",
                    SEPARATOR,
                    keccak256(
                        abi.encode(keccak256("Voucher(uint256 channel,uint256 cumulative)"), channel, cumulative)
                    )
                )
            )
        );
        _signed.push(Signed(channel, cumulative, key, abi.encodePacked(r, s, v)));
        if (_maySign(book, key) && cumulative > book.signed) book.signed = cumulative;
    }

    /// One of the last vouchers comes, perhaps of another channel than it was signed for.
    function redeem(uint256 pick, uint256 twist) external {
        if (_signed.length == 0) return;
        Signed memory s = _signed[_signed.length - 1 - pick % (_signed.length < 12 ? _signed.length : 12)];
        uint256 channel = twist % 6 == 0 ? _any(twist / 6) : s.channel;
        bool legal = channel == s.channel && _holds(s);
        try STREAMS.redeem(channel, s.cumulative, s.signature) returns (uint256 earned) {
            _note("redeem", legal, true);
            if (!legal) return;
            if (earned != _book(s)) _break("law 3: paid another difference");
        } catch {
            _note("redeem", legal, false);
        }
    }

    function redeemMany(uint256 pick, uint256 length) external {
        if (_signed.length == 0) return;
        length = 1 + length % 6;
        Voucher[] memory list = new Voucher[](length);
        uint256 expected;
        for (uint256 i; i < length; ++i) {
            Signed memory s = _signed[uint256(keccak256(abi.encode(pick, i))) % _signed.length];
            list[i] = Voucher(s.channel, s.cumulative, s.signature);
            if (!_holds(s)) {
                ++refused["redeemMany"];
                continue;
            }
            _book(s);
            ++expected;
            ++done["redeemMany"];
        }
        if (STREAMS.redeemMany(list) != expected) _break("a batch redeemed others than it should");
    }

    function close(uint256 channel, uint256 who) external {
        channel = _any(channel);
        // Mostly a party.
        uint256 p = who % 3 == 0 || channel >= _books.length
            ? who / 3 % PEOPLE
            : who % 3 == 1 ? _books[channel].customer : _books[channel].provider;
        // Providers would end everything before it lives.
        if (channel < _books.length && p == _books[channel].provider && who % 5 != 0) return;
        bool legal;
        if (_lives(channel)) {
            Book storage book = _books[channel];
            legal = p == book.provider || (p == book.customer && book.closeAt == 0);
        }
        vm.prank(_people[p]);
        try STREAMS.close(channel) {
            _note("close", legal, true);
            Book storage book = _books[channel];
            if (p == book.provider) _end(book);
            else book.closeAt = block.timestamp + book.closeSeconds;
        } catch {
            _note("close", legal, false);
        }
    }

    function finish(uint256 channel) external {
        bool anyOne = channel % 4 == 0;
        channel = _any(channel / 4);
        // Mostly one that is being closed, if an older one is.
        while (!anyOne && channel != 0 && (!_lives(channel) || _books[channel].closeAt == 0)) {
            --channel;
        }
        bool legal =
            _lives(channel) && _books[channel].closeAt != 0 && block.timestamp >= _books[channel].closeAt;
        try STREAMS.finish(channel) {
            _note("finish", legal, true);
            _end(_books[channel]);
        } catch {
            _note("finish", legal, false);
        }
    }

    function withdraw(uint256 who, uint256 amount, bool all) external {
        uint256 p = who % PEOPLE;
        amount = all ? balances[p] : amount % (balances[p] + balances[p] / 8 + 2);
        bool legal = amount != 0 && amount <= balances[p];
        vm.prank(_people[p]);
        try STREAMS.withdraw(amount, _people[(p + who / PEOPLE) % PEOPLE]) {
            _note("withdraw", legal, true);
            balances[p] -= amount;
        } catch {
            _note("withdraw", legal, false);
        }
    }

    /// By signature; a second use of it must be refused.
    function withdrawSigned(uint256 who, uint256 amount, bool forged) external {
        uint256 p = who % PEOPLE;
        amount = 1 + amount % (balances[p] + 1);
        bytes memory signature = _withdrawal(p, forged ? KEY + (p + 1) % PEOPLE : KEY + p, amount);
        bool legal = !forged && amount <= balances[p];
        for (uint256 i; i < 2; ++i) {
            try STREAMS.withdrawWithSig(_people[p], _people[p], amount, block.timestamp, signature) {
                _note("withdrawSigned", legal && i == 0, true);
                balances[p] -= amount;
                ++nonces[p];
            } catch {
                _note("withdrawSigned", legal && i == 0, false);
            }
        }
    }

    function sweep(uint256 who) external {
        address[] memory list = new address[](2);
        uint256 a = who % PEOPLE;
        uint256 b = who / PEOPLE % PEOPLE;
        (list[0], list[1]) = (_people[a], _people[b]);
        uint256 sum = waiting[a] + (a == b ? 0 : waiting[b]);
        try STREAMS.sweepFees(list) returns (uint256 amount) {
            _note("sweep", sum != 0, true);
            if (amount != sum) _break("law 10: swept another sum");
            swept += sum;
            waiting[a] = 0;
            waiting[b] = 0;
        } catch {
            _note("sweep", sum != 0, false);
        }
    }

    function give(uint256 amount) external {
        amount %= 5 ether;
        vm.prank(OWNER);
        TOKEN.transfer(address(STREAMS), amount);
        gifts += amount;
    }

    function govern(uint256 feeBps, uint256 closeSeconds) external {
        feeBps %= 560;
        closeSeconds = closeSeconds % 3 == 0 ? closeSeconds % 33 days : closeSeconds % 3 hours;
        bool legal = feeBps <= 500 && closeSeconds >= 1 && closeSeconds <= 30 days;
        vm.prank(OWNER);
        try STREAMS.setParameters(feeBps, closeSeconds) {
            _note("govern", legal, true);
        } catch {
            _note("govern", legal, false);
        }
        vm.prank(_people[0]);
        try STREAMS.setParameters(0, 1) {
            _break("17: a stranger set parameters");
        } catch {}
    }

    /// A pause, or the end of one, which would otherwise outlast most runs.
    function pause() external {
        vm.startPrank(GUARDIAN);
        if (block.timestamp < STREAMS.pausedUntil()) {
            STREAMS.unpause();
        } else {
            bool legal = block.timestamp >= STREAMS.nextPauseAt();
            try STREAMS.pause() {
                _note("pause", legal, true);
            } catch {
                _note("pause", legal, false);
            }
        }
        vm.stopPrank();
    }

    // ---- the books ----

    function _holds(Signed memory s) private view returns (bool) {
        Book storage book = _books[s.channel];
        if (book.ended || (book.closeAt != 0 && block.timestamp >= book.closeAt)) return false;
        uint256 most = s.cumulative < book.deposit ? s.cumulative : book.deposit;
        return most > book.redeemed && _maySign(book, s.key);
    }

    function _book(Signed memory s) private returns (uint256 earned) {
        Book storage book = _books[s.channel];
        uint256 to = s.cumulative < book.deposit ? s.cumulative : book.deposit;
        earned = to - book.redeemed;
        uint256 fees = to * book.feeBps / 10_000;
        waiting[book.provider] += fees - book.fees;
        balances[book.provider] += earned - (fees - book.fees);
        book.fees = fees;
        book.redeemed = to;
    }

    function _end(Book storage book) private {
        book.ended = true;
        book.rest = book.deposit - book.redeemed;
        balances[book.customer] += book.rest;
    }

    function _maySign(Book storage book, uint256 key) private view returns (bool) {
        return key == KEY + book.customer || (book.hasDelegate && key == DELEGATE_KEY);
    }

    function _lives(uint256 channel) private view returns (bool) {
        return channel != 0 && channel < _books.length && !_books[channel].ended;
    }

    /// Mostly one of the newest channels; sometimes an old one, none at all, or one that is not there yet.
    function _any(uint256 seed) private view returns (uint256) {
        uint256 n = _books.length;
        if (seed % 12 == 0) return seed / 12 % (n + 2);
        seed /= 12;
        return n - 1 - seed % (n < 6 ? n : 6);
    }

    function _withdrawal(uint256 p, uint256 key, uint256 amount) private view returns (bytes memory) {
        bytes32 kind =
            keccak256("Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)");
        bytes32 structHash =
            keccak256(abi.encode(kind, _people[p], _people[p], amount, nonces[p], block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19\x01", SEPARATOR, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _note(string memory move, bool legal, bool went) private {
        if (went) ++done[move];
        else ++refused[move];
        if (legal == went) return;
        _break(string.concat(move, went ? " went through and must not" : " was refused and must not be"));
    }

    function _break(string memory what) private {
        if (bytes(broken).length == 0) broken = what;
    }
}

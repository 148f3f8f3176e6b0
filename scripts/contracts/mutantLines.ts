/** Lines that decide about money, each with a way to break it and the tests that must notice. */
export interface Mutant {
  /** In contracts/src. */
  readonly file: string
  /** The whole line without its indent; it stands once in the file. */
  readonly line: string
  readonly broken: string
  /** A folder of contracts/test. */
  readonly tests: string
}

const of = (file: string, tests: string, lines: readonly (readonly [string, string])[]): Mutant[] =>
  lines.map(([line, broken]) => ({ file, line, broken, tests }))

export const MUTANTS: readonly Mutant[] = [
  ...of('OGPU.sol', 'OGPU', [
    ['return amount * router.taxBps() / 10_000;', 'return amount * router.taxBps() / 10_001;'],
    ['amount -= tax;', 'amount -= tax - tax;'],
    ['_words[from] = source - amount;', '_words[from] = source;'],
    ['allowance[from][msg.sender] = allowed - amount;', 'allowance[from][msg.sender] = allowed;'],
    [
      'if (target.has(TokenWord.PAIR) && source.has(TokenWord.EXEMPT)) revert ExitToPair(from, to);',
      'if (target.has(TokenWord.PAIR) && source.has(TokenWord.CORE)) revert ExitToPair(from, to);',
    ],
    [
      'if (target.balance() > walletLimit) revert AboveWalletLimit(to, target.balance(), walletLimit);',
      'if (target.balance() > walletLimit + 1) revert AboveWalletLimit(to, target.balance(), walletLimit);',
    ],
    ['if (signer != owner_) revert PermitInvalid(signer, owner_);', ''],
    ['if (block.timestamp < nextTaxChangeAt) revert TooSoon(nextTaxChangeAt);', ''],
  ]),
  ...of('TaxRouter.sol', 'TaxRouter', [
    [
      'uint256 toTreasury = rest * 2 * _treasuryBps / whole;',
      'uint256 toTreasury = rest * _treasuryBps / whole;',
    ],
    ['uint256 tip = eth * TIP_BPS / 10_000;', 'uint256 tip = eth * TIP_BPS / 9_999;'],
    ['if (eth < least) revert BelowMean(eth, least);', ''],
    [
      'if (amount > reserveOgpu / 100) amount = reserveOgpu / 100;',
      'if (amount > reserveOgpu / 99) amount = reserveOgpu / 99;',
    ],
    ['liquidityOgpu += kept;', ''],
    ['liquidityEth -= eth;', ''],
  ]),
  ...of('Vesting.sol', 'Vesting', [
    ['_grants[id].released += uint128(amount);', ''],
    ['ungranted -= amount;', ''],
    ['ungranted += returned;', 'ungranted += kept;'],
    ['if (block.timestamp < it.cliff) return 0;', ''],
  ]),
  ...of('rules/Linear.sol', 'Vesting', [
    [
      'return amount * (time - start) / (end - start);',
      'return amount * (time - start) / (end - start) + 1;',
    ],
  ]),
  ...of('MerkleAirdrop.sol', 'MerkleAirdrop', [
    ['_claimed.set(index);', ''],
    [
      'if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert ProofInvalid(index, msg.sender, amount);',
      '',
    ],
    ['if (block.timestamp <= claimUntil) revert ClaimRunning(claimUntil);', ''],
  ]),
  ...of('ProviderEmission.sol', 'ProviderEmission', [
    ['uint256 cutOff = forJobs > most ? forJobs - most : 0;', 'uint256 cutOff = most > forJobs ? 0 : 0;'],
    ['committed -= back;', ''],
    ['claimable[msg.sender] = 0;', ''],
    ['delete _work[id][owner_];', ''],
    ['back += epoch.open;', ''],
  ]),
  ...of('rules/EmissionRules.sol', 'ProviderEmission', [
    ['return left * (to - from) / (end - from);', 'return left * (to - from) / (end - to);'],
  ]),
  ...of('Escrow.sol', 'Escrow', [
    ['lockedOf[account] += amount;', ''],
    ['balanceOf[account] = balance - amount;', 'balanceOf[account] = balance;'],
    ['lockedOf[account] = locked - amount;', 'lockedOf[account] = locked;'],
    ['if (owed > held) revert Insolvent(owed, held);', ''],
    ['credited = token.balanceOf(address(this)) - before;', 'credited = amount;'],
    ['owed -= amount;', ''],
    ['if (block.timestamp > deadline) revert SignatureExpired(deadline, block.timestamp);', ''],
  ]),
  ...of('NodeRegistry.sol', 'NodeRegistry', [
    ['if (bond - locked < amount) revert NotEnoughFreeBond(node, bond - locked, amount);', ''],
    ['if (record.lockedBond != 0) revert StillLocked(node, record.lockedBond);', ''],
    ['if (block.timestamp < record.unbondAt) revert UnbondingUntil(node, record.unbondAt);', ''],
    ['record.bond = uint88(bond - amount);', 'record.bond = uint88(bond);'],
  ]),
  ...of('market/Settling.sol', 'TaskMarket', [
    [
      'bill.refund = job.locked - bill.nodePay - bill.fee - bill.membersPaid[uint256(Pot.Customer)];',
      'bill.refund = job.locked - bill.nodePay - bill.membersPaid[uint256(Pot.Customer)];',
    ],
    ['bill.refund -= deposit;', ''],
    ['m.escrow.release(end.appellant, end.appealLock - paid);', 'm.escrow.release(end.appellant, paid);'],
    ['uint256 taken = whole ? job.bond : forMembers;', 'uint256 taken = forMembers;'],
    [
      'if (taken > forMembers) m.escrow.credit(m.treasury, taken - forMembers);',
      'if (taken > forMembers) m.escrow.credit(m.treasury, taken);',
    ],
    ['if (time < gross) gross = time;', ''],
    [
      'bool byAppellant = stands || unopened || settlement == Settlement.NoQuorum;',
      'bool byAppellant = unopened || settlement == Settlement.NoQuorum;',
    ],
  ]),
  ...of('market/Disputes.sol', 'TaskMarket', [
    ['m.escrow.lock(appellant, locked);', ''],
    ['if (msg.sender != order.customer) revert ITaskMarket.NotCustomer(msg.sender, order.customer);', ''],
  ]),
  ...of('rules/CheckRate.sol', 'TaskMarket', [
    ['if (bases < seats) bases = seats;', ''],
    ['if (bps < floorBps) bps = floorBps;', ''],
  ]),
  ...of('rules/CommitteeSize.sol', 'TaskMarket', [
    ['return members / 3 + enlarged(members);', 'return enlarged(members);'],
  ]),
  ...of('rules/PayFunction.sol', 'rules', [
    ['if (elapsed >= hard) return price * floorBps / 10_000;', 'if (elapsed >= hard) return price;'],
    [
      'return price * (span - (10_000 - floorBps) * (elapsed - soft)) / span;',
      'return price * (span - floorBps * (elapsed - soft)) / span;',
    ],
  ]),
  ...of('rules/Verdict.sol', 'TaskMarket', [
    ['return (2 * n + 2) / 3;', 'return 2 * n / 3;'],
    ['uint256 needToTake = twoThirds(q.members);', 'uint256 needToTake = need;'],
    ['if (2 * confirmations < others) continue;', ''],
    ['return count == 0 ? 0 : sorted[(count - 1) / 2];', 'return count == 0 ? 0 : sorted[count - 1];'],
  ]),
  ...of('market/MarketStore.sol', 'TaskMarket', [
    [
      'fee = gross * parametersOf(m, job).feeBps / 10_000;',
      'fee = gross * parametersOf(m, job).feeBps / 9_999;',
    ],
    ['return pay < job.price ? pay : job.price;', 'return pay;'],
    ['if (order.maxPrice / 2 > base) base = order.maxPrice / 2;', ''],
  ]),
  ...of('staking/Pots.sol', 'staking', [
    ['return d.pot() * weight / d.weight();', 'return d.pot() * weight / d.weight() + 1;'],
    [
      '_books = Words.toBooks(0, b.arrived(), day, day);',
      '_books = Words.toBooks(pot, b.arrived(), day, day);',
    ],
    ['_days[lastDay] = Words.toDay(0, 0);', ''],
  ]),
  ...of('staking/StakingPool.sol', 'staking', [
    ['_gains[msg.sender] = g.withClaimable(0);', '_gains[msg.sender] = g;'],
    ['if (s.openDay() == day) _gains[msg.sender] = _reweighed(msg.sender, day, s, _gains[msg.sender]);', ''],
    ['received = token.balanceOf(address(this)) - before;', 'received = amount;'],
  ]),
  ...of('staking/rules/Joining.sol', 'staking', [
    ['if (age > Weight.FULL_AGE) age = Weight.FULL_AGE;', ''],
    [
      'if (added == 0 || s.addedDay() >= today) return s;',
      'if (added == 0 || s.addedDay() > today) return s;',
    ],
  ]),
  ...of('staking/rules/Weight.sol', 'staking', [
    ['return product / ONE ** 3;', 'return (product + ONE ** 3 - 1) / ONE ** 3;'],
  ]),
  ...of('streams/rules/StreamRules.sol', 'streams', [
    ['return cumulative < deposit ? cumulative : deposit;', 'return cumulative;'],
    ['return to * feeBps / 10_000 - from * feeBps / 10_000;', 'return (to - from) * feeBps / 10_000;'],
  ]),
  ...of('streams/StreamPayments.sol', 'streams', [
    [
      'if (to <= from) return (VoucherSkip.NothingNew, 0);',
      'if (to < from) return (VoucherSkip.NothingNew, 0);',
    ],
    ['account.balance += uint128(earned - fee);', 'account.balance += uint128(earned);'],
    ['account.fees += uint128(fee);', 'account.fees = uint128(fee);'],
    [
      'uint256 fee = StreamRules.fee(from, to, w.feeBps());',
      'uint256 fee = StreamRules.fee(from, to, _feeBps);',
    ],
    [
      'uint256 closeAt = block.timestamp + w.closeSeconds();',
      'uint256 closeAt = block.timestamp + _closeSeconds;',
    ],
    ['delete _channels[channel];', ''],
    ['_accounts[customer].balance += uint128(rest);', '_accounts[customer].balance = uint128(rest);'],
    ['_accounts[account].balance = uint128(balance - amount);', ''],
    ['received = token.balanceOf(address(this)) - before;', 'received = amount;'],
    ['account.fees = 0;', ''],
  ]),
]

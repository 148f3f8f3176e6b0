/**
 * The money of a job in TypeScript, equal to the contracts to the wei: what is locked, how pay falls, and what each row of
 * the outcome table gives to whom. All amounts in wei of oGPU, all divisions rounded down; remainders go to the customer.
 */
import { bpsDown, mulDivDown } from '../kernel/money.ts'
import type { Order, Settlement } from './messages.ts'

/** The governed numbers that money depends on, as the job's own version of the parameters has them. */
export interface MoneyParameters {
  readonly feeBps: number
  readonly depositBps: number
  readonly penaltyBps: number
  readonly fineBps: number
  /** Wei a second. */
  readonly floorRate: bigint
}

type Terms = Pick<Order, 'maxPrice' | 'timeout' | 'members' | 'softSeconds' | 'hardSeconds' | 'floorBps'>

/** Pay before the fee for a result `elapsed` seconds after the award: full until the soft deadline, then linear to the floor. */
export function payAt(
  price: bigint,
  terms: Pick<Terms, 'softSeconds' | 'hardSeconds' | 'floorBps'>,
  elapsed: number,
): bigint {
  const { softSeconds: soft, hardSeconds: hard, floorBps } = terms
  if (elapsed <= soft) return price
  if (elapsed >= hard) return bpsDown(price, floorBps)
  const span = 10_000n * BigInt(hard - soft)
  return mulDivDown(price, span - BigInt(10_000 - floorBps) * BigInt(elapsed - soft), span)
}

/** The least value at stake in a job: the price, half the maximum, or the floor rate for the whole time-out. */
export function baseFor(
  terms: Pick<Terms, 'maxPrice' | 'timeout'>,
  price: bigint,
  floorRate: bigint,
): bigint {
  const candidates = [price, terms.maxPrice / 2n, floorRate * BigInt(terms.timeout)]
  return candidates.reduce((most, value) => (value > most ? value : most))
}

/** The most seats that one pot (the customer's lock, the node's bond) ever pays: a third of a committee beside a whole appeal. */
export function mostPaidSeats(members: number): number {
  return Math.floor(members / 3) + Math.min(2 * members + 1, 15)
}

/**
 * What an award locks of the node's bond for a result that is checked for certain. It is also the slash of a wrong one. A
 * node whose record makes a check rarer locks up to base / p where it has that free.
 */
export function bondFor(
  terms: Pick<Terms, 'maxPrice' | 'timeout' | 'members'>,
  price: bigint,
  floorRate: bigint,
): bigint {
  return baseFor(terms, price, floorRate) * BigInt(mostPaidSeats(terms.members))
}

/** What submitting locks of the customer's balance. */
export function locksFor(
  terms: Pick<Terms, 'maxPrice' | 'timeout' | 'members'>,
  parameters: Pick<MoneyParameters, 'depositBps' | 'floorRate'>,
): { price: bigint; validation: bigint; deposit: bigint; total: bigint } {
  const price = terms.maxPrice
  const validation = bondFor(terms, terms.maxPrice, parameters.floorRate)
  const deposit = bpsDown(terms.maxPrice, parameters.depositBps)
  return { price, validation, deposit, total: price + validation + deposit }
}

/** Seconds at the bid's rate, at most the price. */
export function timePay(price: bigint, rate: bigint, seconds: number): bigint {
  const pay = rate * BigInt(seconds)
  return pay < price ? pay : price
}

/** What decides a settled job's bill. */
export interface Verdict {
  readonly row: Exclude<Settlement, 'none'>
  readonly price: bigint
  readonly rate: bigint
  /** Seconds from the award to the result. */
  readonly elapsed: number
  /** Seconds that each paid seat revealed. */
  readonly paidSeconds: readonly number[]
  /** What the award locked; default: what a result that is checked for certain locks. */
  readonly bond?: bigint
}

export interface Bill {
  readonly nodePay: bigint
  readonly fee: bigint
  readonly membersPaid: bigint
  /** Back to the customer's balance. */
  readonly refund: bigint
  /** Taken from the node's bond (wrong, unopened) or the customer's deposit (malicious). */
  readonly slashed: bigint
}

/** The bill of a settled job: one row of the outcome table. */
export function billFor(terms: Terms, parameters: MoneyParameters, verdict: Verdict): Bill {
  const { row, price, rate } = verdict
  const base = baseFor(terms, price, parameters.floorRate)
  const gross = grossFor(terms, verdict)
  const fee = bpsDown(gross, parameters.feeBps)
  const nodePay = gross - fee
  const membersPaid = base * BigInt(verdict.paidSeconds.length)
  const deposit = row === 'malicious' ? bpsDown(terms.maxPrice, parameters.depositBps) : 0n
  const byNode = row === 'wrong' || row === 'unopened'
  const bond = verdict.bond ?? bondFor(terms, price, parameters.floorRate)
  const slashed = row === 'wrong' ? bond : row === 'unopened' ? membersPaid : deposit
  const kept = nodePay + fee + (byNode ? 0n : membersPaid) + deposit
  return { nodePay, fee, membersPaid, refund: locksFor(terms, parameters).total - kept, slashed }

  function grossFor(of: Terms, { elapsed, paidSeconds }: Verdict): bigint {
    if (row === 'correct' || row === 'unchecked') return payAt(price, of, elapsed)
    if (row === 'wrong' || row === 'unopened' || row === 'noQuorum') return 0n
    return timePay(price, rate, medianSeconds(paidSeconds, of.timeout))
  }
}

/** The bill of a job cancelled by its customer: before the start nothing, after it the time used at the bid's rate. */
export function billForCancel(
  terms: Terms,
  parameters: MoneyParameters,
  run: { price: bigint; rate: bigint; secondsSinceStart: number } | null,
): Pick<Bill, 'nodePay' | 'fee' | 'refund'> {
  const gross = run === null ? 0n : timePay(run.price, run.rate, run.secondsSinceStart)
  const fee = bpsDown(gross, parameters.feeBps)
  return { nodePay: gross - fee, fee, refund: locksFor(terms, parameters).total - gross }
}

/** What a node pays for an award without a result, out of its bond. */
export function penaltyFor(
  terms: Pick<Terms, 'maxPrice' | 'timeout'>,
  parameters: Pick<MoneyParameters, 'penaltyBps' | 'floorRate'>,
  price: bigint,
): bigint {
  return bpsDown(baseFor(terms, price, parameters.floorRate), parameters.penaltyBps)
}

/** The lower median of the seconds, each counted at most at the time-out; 0 for none. */
export function medianSeconds(seconds: readonly number[], timeout: number): number {
  const sorted = seconds.map((value) => Math.min(value, timeout)).sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  billFor,
  billForCancel,
  locksFor,
  type MoneyParameters,
  medianSeconds,
  payAt,
  penaltyFor,
} from './payFunction.ts'

const parameters: MoneyParameters = {
  feeBps: 200,
  depositBps: 1000,
  penaltyBps: 2000,
  fineBps: 500,
  floorRate: 10n ** 12n,
}
const terms = {
  maxPrice: 10n ** 18n,
  timeout: 60,
  members: 3,
  softSeconds: 100,
  hardSeconds: 200,
  floorBps: 5000,
}

const wei = fc.bigInt({ min: 1n, max: 21_000_000n * 10n ** 18n })
const anyTerms = fc
  .record({
    maxPrice: wei,
    timeout: fc.integer({ min: 1, max: 86_400 }),
    members: fc.constantFrom(3, 5, 7, 9),
    softSeconds: fc.integer({ min: 1, max: 86_400 }),
    extra: fc.integer({ min: 0, max: 86_400 }),
    floorBps: fc.integer({ min: 0, max: 10_000 }),
  })
  .map(({ extra, ...rest }) => ({ ...rest, hardSeconds: rest.softSeconds + extra }))

describe('the pay function', () => {
  it('is full until the soft deadline, falls linearly, and stays at the floor from the hard one', () => {
    expect(payAt(1000n, terms, 0)).toBe(1000n)
    expect(payAt(1000n, terms, 100)).toBe(1000n)
    expect(payAt(1000n, terms, 150)).toBe(750n)
    expect(payAt(1000n, terms, 200)).toBe(500n)
    expect(payAt(1000n, terms, 9999)).toBe(500n)
    expect(payAt(999n, terms, 101), 'rounded down').toBe(994n)
  })

  it('never rises with time and never leaves [floor, price]', () => {
    fc.assert(
      fc.property(anyTerms, wei, fc.nat(200_000), fc.nat(200_000), (of, price, a, b) => {
        const early = payAt(price, of, Math.min(a, b))
        const late = payAt(price, of, Math.max(a, b))
        expect(late <= early).toBe(true)
        expect(early <= price).toBe(true)
        expect(late >= (price * BigInt(of.floorBps)) / 10_000n).toBe(true)
      }),
    )
  })
})

describe('the outcome table', () => {
  const verdict = { price: 4n * 10n ** 17n, rate: 10n ** 15n, elapsed: 50, paidSeconds: [9, 10, 30] }
  const base = 5n * 10n ** 17n
  const { total } = locksFor(terms, parameters)

  it('locks the maximum price, a base for each seat that can be paid, and the deposit', () => {
    const { price, validation, deposit } = locksFor(terms, parameters)
    expect([price, validation, deposit]).toEqual([10n ** 18n, 8n * 10n ** 18n, 10n ** 17n])
    expect(total).toBe(91n * 10n ** 17n)
  })

  it('pays a correct node by the pay function less the fee, members flat, and gives back the rest', () => {
    const bill = billFor(terms, parameters, { row: 'correct', ...verdict })
    expect(bill.nodePay).toBe(392n * 10n ** 15n)
    expect(bill.fee).toBe(8n * 10n ** 15n)
    expect(bill.membersPaid).toBe(3n * base)
    expect(bill.refund).toBe(total - verdict.price - 3n * base)
    expect(bill.slashed).toBe(0n)
  })

  it('gives all back for a wrong result and pays members out of the slash', () => {
    const bill = billFor(terms, parameters, { row: 'wrong', ...verdict })
    expect(bill).toEqual({ nodePay: 0n, fee: 0n, membersPaid: 3n * base, refund: total, slashed: 8n * base })
    expect(billFor(terms, parameters, { row: 'wrong', ...verdict, bond: 10n * base }).slashed).toBe(
      10n * base,
    )
  })

  it('takes from a node that never opened what its members get, and no more', () => {
    const bill = billFor(terms, parameters, { row: 'unopened', ...verdict })
    expect(bill).toEqual({ nodePay: 0n, fee: 0n, membersPaid: 3n * base, refund: total, slashed: 3n * base })
  })

  it('pays an unchecked node like a correct one, and no members', () => {
    const bill = billFor(terms, parameters, { row: 'unchecked', ...verdict, paidSeconds: [] })
    expect(bill).toMatchObject({ membersPaid: 0n, refund: total - verdict.price, slashed: 0n })
    expect(bill.nodePay + bill.fee).toBe(verdict.price)
  })

  it('pays the median of the seconds at the rate where the customer is at fault', () => {
    for (const row of ['customerFault', 'notDeterministic'] as const) {
      const bill = billFor(terms, parameters, { row, ...verdict })
      expect(bill.nodePay + bill.fee).toBe(10n * verdict.rate)
      expect(bill.refund).toBe(total - 10n * verdict.rate - 3n * base)
    }
  })

  it('keeps the deposit of a malicious job', () => {
    const bill = billFor(terms, parameters, { row: 'malicious', ...verdict })
    expect(bill.slashed).toBe(10n ** 17n)
    expect(bill.refund).toBe(total - 10n * verdict.rate - 3n * base - bill.slashed)
  })

  it('pays no node without a quorum', () => {
    const bill = billFor(terms, parameters, { row: 'noQuorum', ...verdict, paidSeconds: [5] })
    expect(bill).toMatchObject({ nodePay: 0n, fee: 0n, membersPaid: base, refund: total - base })
  })

  it('adds up to what was locked in every row, and no amount is ever negative', () => {
    const rows = fc.constantFrom(
      'correct',
      'wrong',
      'customerFault',
      'malicious',
      'notDeterministic',
      'noQuorum',
      'unopened',
      'unchecked',
    )
    const facts = fc.record({ share: fc.nat(10_000), elapsed: fc.nat(200_000), rateShare: fc.nat(10_000) })
    fc.assert(
      fc.property(
        anyTerms,
        rows,
        facts,
        fc.array(fc.nat(200_000), { maxLength: 9 }),
        (of, row, f, seconds) => {
          const price = (of.maxPrice * BigInt(f.share)) / 10_000n
          const rate = ((price / BigInt(of.softSeconds)) * BigInt(f.rateShare)) / 10_000n
          const paidSeconds = seconds.slice(0, of.members)
          const bill = billFor(of, parameters, { row, price, rate, elapsed: f.elapsed, paidSeconds } as never)
          const fromCustomer =
            row === 'wrong' || row === 'unopened'
              ? 0n
              : bill.membersPaid + (row === 'malicious' ? bill.slashed : 0n)
          expect(bill.nodePay + bill.fee + fromCustomer + bill.refund).toBe(locksFor(of, parameters).total)
          for (const amount of Object.values(bill)) expect(amount >= 0n).toBe(true)
          if (row === 'wrong') expect(bill.slashed >= bill.membersPaid).toBe(true)
        },
      ),
    )
  })

  it('takes the lower median, and counts nobody longer than the time-out', () => {
    expect(medianSeconds([], 60)).toBe(0)
    expect(medianSeconds([7], 60)).toBe(7)
    expect(medianSeconds([9, 1], 60)).toBe(1)
    expect(medianSeconds([500, 400, 3], 60)).toBe(60)
  })

  it('charges a cancelled job its time since the start and an expired node a fifth of the base', () => {
    expect(billForCancel(terms, parameters, null)).toEqual({ nodePay: 0n, fee: 0n, refund: total })
    const run = { price: verdict.price, rate: verdict.rate, secondsSinceStart: 20 }
    const bill = billForCancel(terms, parameters, run)
    expect(bill.nodePay + bill.fee).toBe(20n * verdict.rate)
    expect(bill.refund).toBe(total - 20n * verdict.rate)
    expect(penaltyFor(terms, parameters, verdict.price)).toBe(base / 5n)
  })
})

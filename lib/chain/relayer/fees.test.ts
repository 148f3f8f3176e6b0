import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gasLimit, offer, replacement } from './fees.ts'

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })

it('raises both parts of an offer by an eighth at least, and to the market where that is more', () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, (fee, tip, base, priority) => {
      const old = { maxFeePerGas: fee + tip, maxPriorityFeePerGas: tip }
      const now = offer(base, priority)
      const next = replacement(old, now)
      expect(next.maxFeePerGas * 8n).toBeGreaterThanOrEqual(old.maxFeePerGas * 9n)
      expect(next.maxPriorityFeePerGas * 8n).toBeGreaterThanOrEqual(old.maxPriorityFeePerGas * 9n)
      expect(next.maxFeePerGas).toBeGreaterThan(old.maxFeePerGas)
      expect(next.maxFeePerGas).toBeGreaterThanOrEqual(now.maxFeePerGas)
      expect(next.maxFeePerGas).toBeGreaterThanOrEqual(next.maxPriorityFeePerGas)
    }),
  )
})

it('leaves room above the estimate', () => {
  expect(gasLimit(1_000_000n)).toBe(1_700_000n)
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractsOf } from '#lib/chain/contracts.ts'
import { parameters } from '#lib/chain/read/market.ts'
import { startWorld, type World } from '#lib/chain/testing/world.ts'
import { locksFor, payAt } from '#lib/protocol/payFunction.ts'

describe('the preview of the money', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ nodes: 0 })
  })
  afterAll(() => world?.stop())

  const terms = fc
    .record({
      maxPrice: fc.bigInt({ min: 1n, max: 21_000_000n * 10n ** 18n }),
      members: fc.constantFrom(3, 5, 7, 9),
      timeout: fc.integer({ min: 1, max: 86_400 }),
      softSeconds: fc.integer({ min: 1, max: 259_200 }),
      extra: fc.integer({ min: 0, max: 259_200 }),
      floorBps: fc.integer({ min: 0, max: 10_000 }),
    })
    .map(({ extra, ...rest }) => ({ ...rest, hardSeconds: rest.softSeconds + extra }))

  it('equals the contract’s pay function to the wei', async () => {
    const { taskMarket } = contractsOf(world.deployment)
    await fc.assert(
      fc.asyncProperty(
        terms,
        fc.nat(600_000),
        async ({ maxPrice, softSeconds, hardSeconds, floorBps }, elapsed) => {
          const onChain = await world.chain.publicClient.readContract({
            ...taskMarket,
            functionName: 'previewPay',
            args: [maxPrice, softSeconds, hardSeconds, floorBps, BigInt(elapsed)],
          })
          expect(payAt(maxPrice, { softSeconds, hardSeconds, floorBps }, elapsed)).toBe(onChain)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('equals what the contract would lock to the wei', async () => {
    const { taskMarket } = contractsOf(world.deployment)
    const governed = await parameters(world.chain, world.deployment)
    const zero = `0x${'00'.repeat(20)}` as const
    const rest = { customer: zero, auctioneer: zero, specHash: `0x${'00'.repeat(32)}` as const, gpuClass: 0 }
    await fc.assert(
      fc.asyncProperty(terms, async (of) => {
        const order = { ...rest, ...of, validation: 1, comparison: 0, submitBy: 0n, nonce: 0n }
        const [price, validation, deposit, total] = await world.chain.publicClient.readContract({
          ...taskMarket,
          functionName: 'budgetOf',
          args: [order],
        })
        expect(locksFor(of, governed)).toEqual({ price, validation, deposit, total })
      }),
      { numRuns: 100 },
    )
  })
})

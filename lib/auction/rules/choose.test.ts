import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bid, Order } from '../../protocol/messages.ts'
import { bidProblem, chooseLowest } from './choose.ts'

const id = `0x${'11'.repeat(32)}` as const
const hex = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((d) => `0x${d.map((n) => n.toString(16)).join('')}` as `0x${string}`)
const offers = fc.uniqueArray(fc.record({ node: hex(40), price: fc.bigInt({ min: 0n, max: 5n }) }), {
  selector: (offer) => offer.node,
  maxLength: 8,
})

describe('choosing the winner', () => {
  it('[case 35][case 40] takes the lowest price whatever the order in which bids came', () => {
    fc.assert(
      fc.property(offers, hex(64), fc.func(fc.nat()), (list, order, shuffle) => {
        const winner = chooseLowest(order, list)
        const shuffled = [...list].sort((a, b) => shuffle(a.node) - shuffle(b.node))
        expect(chooseLowest(order, shuffled)).toEqual(winner)
        if (winner === null) expect(list).toHaveLength(0)
        else for (const { price } of list) expect(winner.price <= price).toBe(true)
      }),
    )
  })

  it('[case 40] lets no node win every tie', () => {
    const nodes = [1, 2, 3].map((n) => ({ node: `0x${`${n}`.repeat(40)}` as const, price: 7n }))
    const winners = new Set<string>()
    for (let n = 0; n < 64; n++) {
      const order = `0x${n.toString(16).padStart(64, '0')}` as const
      winners.add(chooseLowest(order, nodes)?.node ?? '')
    }
    expect(winners.size).toBe(3)
  })
})

describe('what makes a bid count', () => {
  const node = `0x${'22'.repeat(20)}` as const
  const order = { maxPrice: 1000n, softSeconds: 10 } as Order
  const bid: Bid = { order: id, attempt: 1, node, price: 900n, rate: 90n, validUntil: 2000n }
  const expected = { orderId: id, attempt: 1, node, order, chainNow: 1000 }

  it('accepts a bid at the limits', () => {
    expect(bidProblem(bid, expected)).toBeNull()
    expect(bidProblem({ ...bid, price: 1000n, rate: 100n }, expected)).toBeNull()
  })

  it('[case 35][case 47] refuses a bid of another order, attempt or node', () => {
    expect(bidProblem({ ...bid, order: `0x${'33'.repeat(32)}` }, expected)).toMatch('another order')
    expect(bidProblem({ ...bid, attempt: 2 }, expected)).toMatch('another attempt')
    expect(bidProblem({ ...bid, node: `0x${'44'.repeat(20)}` }, expected)).toMatch('another node')
  })

  it('refuses a price above the maximum, a rate above the price, and a bid that lapses', () => {
    expect(bidProblem({ ...bid, price: 1001n }, expected)).toMatch('above the maximum')
    expect(bidProblem({ ...bid, rate: 91n }, expected)).toMatch('rate')
    expect(bidProblem({ ...bid, validUntil: 1019n }, expected)).toMatch('lapses')
  })
})

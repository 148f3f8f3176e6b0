import { expect, test } from 'vitest'
import type { Order } from '#lib/protocol/messages.ts'
import { bidFor } from './bid.ts'

const order: Order = {
  customer: '0x0000000000000000000000000000000000000001',
  auctioneer: '0x0000000000000000000000000000000000000002',
  specHash: '0x03',
  maxPrice: 60_000n,
  gpuClass: 0,
  validation: 1,
  comparison: 0,
  members: 3,
  timeout: 60,
  softSeconds: 100,
  hardSeconds: 200,
  floorBps: 0,
  submitBy: 5000n,
  nonce: 1n,
}
const node = { address: '0x0000000000000000000000000000000000000004', ask: 1000n } as const
const about = { orderId: '0x05', attempt: 2, predictedSeconds: null } as const

test('a bid outlasts the order’s way to the chain, whichever clock is ahead', () => {
  expect(bidFor(order, about, node, 4000)?.validUntil).toBe(8600n)
  expect(bidFor(order, about, node, 9000.7)?.validUntil).toBe(12_600n)
})

test('the rate is the ask, but never more than the chain takes: price over the soft deadline', () => {
  expect(bidFor(order, about, node, 0)).toMatchObject({ price: 60_000n, rate: 600n, attempt: 2 })
  expect(bidFor({ ...order, softSeconds: 10 }, about, node, 0)?.rate).toBe(1000n)
})

test('there is no bid when the order pays a wei less than the quote', () => {
  expect(bidFor({ ...order, maxPrice: 59_999n }, about, node, 0)).toBeNull()
})

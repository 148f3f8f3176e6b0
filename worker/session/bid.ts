/** A node's bid for a whole job. Pure. */
import type { Address, Hex } from '#lib/kernel/ids.ts'
import type { Bid, Order } from '#lib/protocol/messages.ts'
import { quote } from '#lib/protocol/quote.ts'

/** A bid outlasts the order's way to the chain by so many seconds. */
const VALID_SECONDS = 3600n

/** The bid for an order, or null when the order does not pay the quote. `now` in wall seconds. */
export function bidFor(
  order: Order,
  about: { orderId: Hex; attempt: number; predictedSeconds: number | null },
  node: { address: Address; ask: bigint },
  now: number,
): Bid | null {
  const price = quote(node.ask, about.predictedSeconds, order.timeout)
  if (price > order.maxPrice) return null
  const highestRate = price / BigInt(order.softSeconds)
  const wall = BigInt(Math.floor(now))
  return {
    order: about.orderId,
    attempt: about.attempt,
    node: node.address,
    price,
    rate: node.ask < highestRate ? node.ask : highestRate,
    // The chain's clock may be ahead of ours; the order was signed by the chain's.
    validUntil: (wall > order.submitBy ? wall : order.submitBy) + VALID_SECONDS,
  }
}

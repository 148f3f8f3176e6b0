/** The fixed price a node asks for a whole job. Pure. */

import type { Address, Hex } from '#lib/kernel/ids.ts'
import type { Bid, Order } from '#lib/protocol/messages.ts'

/** What the node's risk of a longer run costs, in basis points of ask x predicted seconds. */
const MARGIN_BPS = 15_000n
/** A bid outlasts the order's way to the chain by so many seconds. */
const VALID_SECONDS = 3600n

/**
 * ask x predicted seconds x margin in wei, rounded up by at most one wei; never more than ask x timeout, and that when
 * nothing is predicted. At least 1 wei.
 */
export function quote(ask: bigint, predictedSeconds: number | null, timeoutSeconds: number): bigint {
  const most = ask * BigInt(timeoutSeconds)
  const likely =
    predictedSeconds === null
      ? most
      : (ask * BigInt(Math.ceil(predictedSeconds * 1000)) * MARGIN_BPS) / 10_000_000n + 1n
  const price = likely < most ? likely : most
  return price > 0n ? price : 1n
}

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

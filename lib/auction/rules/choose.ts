/** The winner among bids, by a rule that anyone can repeat. Pure. */
import { concat, keccak256 } from 'viem'
import type { Address, Hex } from '../../kernel/ids.ts'
import type { Bid, Order } from '../../protocol/messages.ts'

/** Seconds a bid must still be valid for, so that it lives until its transaction is in a block. */
const BID_MARGIN_SECONDS = 20

/** Why a bid does not count, or null. `chainNow` in seconds of chain time. */
export function bidProblem(
  bid: Bid,
  expected: { orderId: Hex; attempt: number; node: Address; order: Order; chainNow: number },
): string | null {
  const { order } = expected
  if (bid.order !== expected.orderId) return 'the bid is for another order'
  if (bid.attempt !== expected.attempt) return 'the bid is for another attempt'
  if (bid.node !== expected.node) return 'the bid names another node'
  if (bid.price > order.maxPrice) return 'the price is above the maximum'
  if (bid.rate > bid.price / BigInt(order.softSeconds)) return 'the rate is too high for the price'
  if (bid.validUntil < BigInt(expected.chainNow + BID_MARGIN_SECONDS)) return 'the bid lapses too soon'
  return null
}

export interface Offer {
  readonly node: Address
  readonly price: bigint
}

/**
 * The lowest price wins. Among equal prices the lowest hash of order and node: nobody can know before the order exists
 * whom it favours, and nobody who sees it can change it.
 */
export function chooseLowest<T extends Offer>(orderId: Hex, offers: readonly T[]): T | null {
  const ticket = ({ node }: T): Hex => keccak256(concat([orderId, node]))
  const sorted = [...offers].sort((a, b) => {
    if (a.price !== b.price) return a.price < b.price ? -1 : 1
    return ticket(a) < ticket(b) ? -1 : 1
  })
  return sorted[0] ?? null
}

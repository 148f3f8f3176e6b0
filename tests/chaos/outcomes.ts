/**
 * What a job must cost and earn, computed from its order, its bids, the seats that were drawn and the contract's
 * parameters, never from what the contract says it paid. An independent reading of the outcome table. Pure.
 */
import type { Address } from '#lib/kernel/ids.ts'
import type { Order } from '#lib/protocol/messages.ts'
import { mostPaidSeats } from '#lib/protocol/payFunction.ts'

/** Basis points, and wei a second. */
export interface Rules {
  readonly feeBps: number
  readonly fineBps: number
  readonly floorRate: bigint
}

export interface Course {
  readonly order: Pick<Order, 'maxPrice' | 'members' | 'timeout' | 'customer'>
  /** The awarded node of the last attempt and its price, wei. */
  readonly node: Address
  readonly price: bigint
  readonly members: readonly Address[]
}

/** How a job ends when some of its parties break rules. */
export interface Ending {
  readonly row: 'correct' | 'wrong'
  /** Seats that earn nothing. */
  readonly unpaid: readonly Address[]
  /** Seats that are fined for silence. */
  readonly fined: readonly Address[]
}

/** Changes in wei, by owner's or customer's escrow and by node's bond. */
export interface Deltas {
  readonly escrow: Map<Address, bigint>
  readonly bond: Map<Address, bigint>
}

export function noDeltas(): Deltas {
  return { escrow: new Map(), bond: new Map() }
}

/** Adds what the job moves to `into`. `ownerOf` names a node's owner, who is paid. */
export function addOutcome(
  into: Deltas,
  course: Course,
  ending: Ending,
  rules: Rules,
  treasury: Address,
  ownerOf: (node: Address) => Address,
): void {
  const { order, price, node, members } = course
  const base = [price, order.maxPrice / 2n, rules.floorRate * BigInt(order.timeout)].reduce((most, each) =>
    each > most ? each : most,
  )
  const add = (map: Map<Address, bigint>, who: Address, wei: bigint): void => {
    map.set(who, (map.get(who) ?? 0n) + wei)
  }
  const paid = members.filter((member) => !ending.unpaid.includes(member))
  for (const member of paid) add(into.escrow, ownerOf(member), base)
  const forMembers = base * BigInt(paid.length)
  if (ending.row === 'correct') {
    const fee = (price * BigInt(rules.feeBps)) / 10_000n
    add(into.escrow, ownerOf(node), price - fee)
    add(into.escrow, treasury, fee)
    add(into.escrow, order.customer, -(price + forMembers))
  } else {
    const slash = base * BigInt(mostPaidSeats(order.members))
    add(into.bond, node, -slash)
    add(into.escrow, treasury, slash - forMembers)
  }
  const fine = (base * BigInt(rules.fineBps)) / 10_000n
  for (const member of ending.fined) {
    add(into.bond, member, -fine)
    add(into.escrow, treasury, fine)
  }
}

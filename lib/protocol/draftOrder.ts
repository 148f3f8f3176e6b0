/** How a page or the CLI turns a spec into an order: the defaults in one place, so that both sign the same thing. */
import type { Address } from '../kernel/ids.ts'
import { type JobSpec, specHash } from './jobSpec.ts'
import { COMPARISON, type Order, VALIDATION } from './messages.ts'

/** Seconds added to the time-out for handing the job over, and before pay has fallen to its floor. */
export const ORDER_DEFAULTS = {
  softExtraSeconds: 120,
  hardExtraSeconds: 600,
  floorBps: 5000,
  submitSeconds: 15 * 60,
} as const

export interface OrderWish {
  readonly customer: Address
  readonly auctioneer: Address
  readonly spec: JobSpec
  /** Wei; the most the customer pays for the run itself. */
  readonly maxPrice: bigint
  /** Odd, 3 to 9. */
  readonly members: number
  /** Default: every result is checked. */
  readonly validation?: keyof typeof VALIDATION
  /** Chain time, seconds. */
  readonly chainNow: number
  /** 256 random bits. */
  readonly nonce: bigint
  readonly softSeconds?: number
  readonly hardSeconds?: number
  readonly floorBps?: number
}

/** The order for a wish: pay is full until the soft deadline and falls to the floor at the hard one (at most 3 days after the award). */
export function draftOrder(wish: OrderWish): Order {
  const { resources, comparator } = wish.spec
  const softSeconds = wish.softSeconds ?? resources.timeoutSeconds + ORDER_DEFAULTS.softExtraSeconds
  return {
    customer: wish.customer,
    auctioneer: wish.auctioneer,
    specHash: specHash(wish.spec),
    maxPrice: wish.maxPrice,
    gpuClass: resources.gpuClass,
    validation: VALIDATION[wish.validation ?? 'always'],
    comparison: comparator.method === 'exact' ? COMPARISON.exact : COMPARISON.tolerant,
    members: wish.members,
    timeout: resources.timeoutSeconds,
    softSeconds,
    hardSeconds: wish.hardSeconds ?? softSeconds + ORDER_DEFAULTS.hardExtraSeconds,
    floorBps: wish.floorBps ?? ORDER_DEFAULTS.floorBps,
    submitBy: BigInt(wish.chainNow + ORDER_DEFAULTS.submitSeconds),
    nonce: wish.nonce,
  }
}

/** The moves that contracts/test/staking/support/Crowd.sol makes, and how they are written. */

export const KIND = {
  stake: 0,
  unstake: 1,
  activate: 2,
  boost: 3,
  claim: 4,
  name: 5,
  standing: 6,
  fund: 7,
} as const

export type Move = { readonly kind: keyof typeof KIND; readonly who: number; readonly value: bigint }

export const encodeMove = ({ kind, who, value }: Move): bigint =>
  (BigInt(KIND[kind]) << 248n) | (BigInt(who) << 224n) | value

/** A stream of numbers in [0, 1) that a seed fixes (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

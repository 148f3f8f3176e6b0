/** When a committee's messages are carried. Pure; all times in seconds of chain time. */
import type { Address } from '../../kernel/ids.ts'

/** Seconds before a deadline at which what is there is carried without waiting for the rest. */
export const HURRY_SECONDS = 12

/** Whether seals must be carried now although some are missing. */
export function sealsAreDue(sealBy: number, chainNow: number): boolean {
  return chainNow >= sealBy - HURRY_SECONDS
}

/** Until when the node's result may be opened: the middle of the two reveal periods. */
export function openBy(sealBy: number, revealBy: number): number {
  return Math.floor((sealBy + revealBy) / 2)
}

/**
 * Whether reveals are carried: `all` in one call once everybody who sealed has revealed, `some` when a deadline is near
 * (the opening first, so that members who reveal are paid), else `wait`.
 */
export function toReveal(facts: {
  sealed: number
  given: readonly Address[]
  onChain: ReadonlySet<Address>
  sealBy: number
  revealBy: number
  chainNow: number
}): 'all' | 'some' | 'wait' {
  const { given, onChain, sealBy, revealBy, chainNow } = facts
  const everybody = new Set([...given, ...onChain])
  if (everybody.size >= facts.sealed) return everybody.size > onChain.size ? 'all' : 'wait'
  const opening = openBy(sealBy, revealBy)
  const near = (deadline: number): boolean => chainNow >= deadline - HURRY_SECONDS && chainNow <= deadline
  if (near(opening) || near(revealBy)) return 'some'
  return 'wait'
}

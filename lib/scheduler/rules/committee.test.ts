import { describe, expect, it } from 'vitest'
import { HURRY_SECONDS, openBy, sealsAreDue, toReveal } from './committee.ts'

const a = `0x${'0a'.repeat(20)}` as const
const b = `0x${'0b'.repeat(20)}` as const
const facts = {
  sealed: 2,
  given: [] as (typeof a)[],
  onChain: new Set<typeof a>(),
  sealBy: 1000,
  revealBy: 1200,
  chainNow: 1000,
}

describe('when a committee is hurried', () => {
  it('carries seals without the missing ones only shortly before the deadline', () => {
    expect(sealsAreDue(1000, 1000 - HURRY_SECONDS - 1)).toBe(false)
    expect(sealsAreDue(1000, 1000 - HURRY_SECONDS)).toBe(true)
  })

  it('reveals in one call once everybody who sealed has revealed', () => {
    expect(toReveal({ ...facts, given: [a] })).toBe('wait')
    expect(toReveal({ ...facts, given: [a, b] })).toBe('all')
    expect(toReveal({ ...facts, given: [b], onChain: new Set([a]) })).toBe('all')
    expect(toReveal({ ...facts, given: [a, b], onChain: new Set([a, b]) })).toBe('wait')
  })

  it('[case 45] opens the result in time although a member stays mute, and carries who came before the end', () => {
    expect(openBy(1000, 1200)).toBe(1100)
    expect(toReveal({ ...facts, given: [a], chainNow: 1100 - HURRY_SECONDS })).toBe('some')
    expect(toReveal({ ...facts, given: [a], chainNow: 1101 })).toBe('wait')
    expect(toReveal({ ...facts, given: [a], chainNow: 1195 })).toBe('some')
  })
})

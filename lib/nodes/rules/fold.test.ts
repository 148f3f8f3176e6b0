import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEvent, foldNode, needsHistory, type RegistryEvent } from './fold.ts'

const NODE = `0x${'11'.repeat(20)}`
const OWNER = `0x${'22'.repeat(20)}`
const event = (name: string, args: Record<string, unknown> = {}): RegistryEvent => ({
  name,
  args: { node: NODE, ...args },
  blockTime: 1000,
})
const registered = event('NodeRegistered', { owner: OWNER, gpuClass: 0, ticket: 0, ask: '5', bond: '100' })

describe('a node folded from its events', () => {
  it('has the bond it was registered with, and what was added, locked, freed and slashed since', () => {
    expect(
      foldNode([
        registered,
        event('BondAdded', { amount: '50', bond: '150' }),
        event('BondLocked', { amount: '60' }),
        event('BondUnlocked', { amount: '20' }),
        event('BondSlashed', { amount: '30' }),
      ]),
    ).toMatchObject({ node: NODE, owner: OWNER, bond: 120n, lockedBond: 10n, active: true })
  })

  it('takes no new work while it leaves, whatever its switch says, and again once it stays', () => {
    const leaving = [
      registered,
      event('UnbondRequested', { unbondAt: '9' }),
      event('ActiveChanged', { active: true }),
    ]
    expect(foldNode(leaving)?.active).toBe(false)
    expect(foldNode([...leaving, event('UnbondCancelled')])?.active).toBe(true)
    expect(
      foldNode([
        registered,
        event('ActiveChanged', { active: false }),
        event('UnbondRequested'),
        event('UnbondCancelled'),
      ])?.active,
    ).toBe(false)
  })

  it('is nobody before it was registered', () => {
    expect(foldNode([event('BondAdded', { amount: '1', bond: '1' })])).toBeNull()
  })

  it('is the same one event at a time as all at once, where no history is needed', () => {
    const one = fc.oneof(
      fc.nat(50).map((n) => event('BondLocked', { amount: String(n) })),
      fc.nat(50).map((n) => event('BondUnlocked', { amount: String(n) })),
      fc.nat(50).map((n) => event('BondSlashed', { amount: String(n) })),
      fc.nat(50).map((n) => event('AskChanged', { ask: String(n) })),
      fc.boolean().map((active) => event('ActiveChanged', { active })),
    )
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (events) => {
        const all = [registered, ...events]
        expect(all.some(needsHistory)).toBe(false)
        expect(all.reduce(applyEvent, null)).toEqual(foldNode(all))
      }),
    )
  })
})

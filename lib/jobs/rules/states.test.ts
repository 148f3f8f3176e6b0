import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FINAL_STATES, JOB_STATES } from '../../protocol/jobState.ts'
import { isLegalMove, MOVES } from './states.ts'

describe('the table of legal moves', () => {
  it('names every state', () => {
    expect(Object.keys(MOVES).sort()).toEqual([...JOB_STATES].sort())
  })

  it('lets no move leave a final state, except where a reorganisation took its event away', () => {
    for (const from of FINAL_STATES) {
      for (const to of JOB_STATES) {
        if (from === to) continue
        expect(isLegalMove(from, to), `${from} to ${to}`).toBe(false)
        const chainDecides = from !== 'rejected' && to !== 'held' && to !== 'rejected'
        expect(isLegalMove(from, to, true), `${from} to ${to}, rewound`).toBe(chainDecides)
      }
    }
  })

  it('gives every state that is not final a way to an end', () => {
    for (const start of JOB_STATES) {
      const seen = new Set([start])
      for (const at of seen) for (const next of MOVES[at]) seen.add(next)
      expect(
        [...seen].some((state) => FINAL_STATES.has(state)),
        start,
      ).toBe(true)
    }
  })

  it('never lets a held or rejected job be rewound into one that the chain decides', () => {
    fc.assert(
      fc.property(fc.constantFrom('held', 'rejected'), fc.constantFrom(...JOB_STATES), (from, to) => {
        expect(isLegalMove(from as never, to, true)).toBe(false)
      }),
    )
  })
})

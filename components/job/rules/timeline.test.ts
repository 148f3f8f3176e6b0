import { describe, expect, it } from 'vitest'
import { lineOf, timelineKind } from './timeline.ts'

const entry = (seq: number, kind: string) => ({
  seq,
  kind,
  at: `2026-01-01T00:00:0${seq}.000Z`,
  transaction: null,
  final: true,
  data: {},
})
const createdAt = '2026-01-01T00:00:00.000Z'

describe("a job's line", () => {
  it('knows an entry by any of its spellings', () => {
    expect(timelineKind('chain.CommitteeDrawn')).toBe('committeeDrawn')
    expect(timelineKind('committee_drawn')).toBe('committeeDrawn')
    expect(timelineKind('something else')).toBeNull()
  })
  it('stands where the job is and leaves the rest ahead', () => {
    const line = lineOf({
      state: 'running',
      createdAt,
      timeline: [entry(1, 'vetted'), entry(2, 'submitted'), entry(3, 'awarded'), entry(4, 'started')],
    })
    expect(line.map((stop) => stop.standing)).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
      'here',
      'ahead',
      'ahead',
    ])
    expect(line[4]?.at).toBe('2026-01-01T00:00:04.000Z')
  })
  it('ends an expired job at the last stop it passed and never reaches the others', () => {
    const line = lineOf({
      state: 'expired',
      createdAt,
      timeline: [entry(1, 'vetted'), entry(2, 'submitted'), entry(3, 'awarded')],
    })
    expect(line.map((stop) => stop.standing)).toEqual([
      'passed',
      'passed',
      'passed',
      'here',
      'never',
      'never',
      'never',
    ])
  })
  it('ends a job cancelled while it was held at the order', () => {
    expect(lineOf({ state: 'cancelled', createdAt, timeline: [] })[0]?.standing).toBe('here')
  })
})

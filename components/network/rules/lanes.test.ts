import { describe, expect, it } from 'vitest'
import { lanesOf, type NodeHistory } from './lanes.ts'

const node = (
  name: string,
  recent: [jobId: string, role: string, state: string, at: string][],
): NodeHistory => ({
  node: `0x${name}`,
  name,
  status: 'live',
  recent: recent.map(([jobId, role, state, at]) => ({ jobId, role, state, at, earned: null })),
})

describe('the chart of who ran and who checked', () => {
  it('joins what the nodes did for one job into one column, the newest on the right', () => {
    const chart = lanesOf(
      [
        node('a', [['one', 'run', 'settled', '2026-01-01T00:00:00Z']]),
        node('b', [
          ['one', 'check', 'settled', '2026-01-01T00:00:01Z'],
          ['two', 'run', 'running', '2026-01-01T00:01:00Z'],
        ]),
        node('c', [['one', 'check', 'settled', '2026-01-01T00:00:02Z']]),
      ],
      10,
    )
    expect(chart.jobs.map((job) => job.id)).toEqual(['one', 'two'])
    expect(chart.jobs[0]).toMatchObject({ runner: 0, checkers: [1, 2], top: 0, bottom: 2, moving: false })
    expect(chart.jobs[1]).toMatchObject({ runner: 1, checkers: [], top: 1, bottom: 1, moving: true })
  })
  it('keeps only the newest columns', () => {
    const recent = Array.from({ length: 5 }, (_, i): [string, string, string, string] => [
      `j${i}`,
      'run',
      'settled',
      `2026-01-01T00:00:0${i}Z`,
    ])
    expect(lanesOf([node('a', recent)], 2).jobs.map((job) => job.id)).toEqual(['j3', 'j4'])
  })
  it('draws a run that its customer cancelled as no failure of the node', () => {
    expect(lanesOf([node('a', [['one', 'run', 'revoked', '2026-01-01T00:00:00Z']])], 3).jobs[0]?.failed).toBe(
      false,
    )
  })
  it('draws a wrong run as failed', () => {
    expect(lanesOf([node('a', [['one', 'run', 'wrong', '2026-01-01T00:00:00Z']])], 3).jobs[0]?.failed).toBe(
      true,
    )
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  advantage,
  BOND_ROWS,
  bondThreshold,
  deciding,
  lockedBond,
  SEAT_ROWS,
  type Setting,
  seatThreshold,
  thresholdTables,
  WHOLE,
} from './thresholds.ts'

/** Numbers in [0, 1) that are the same in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Jobs lived through one by one, seat by seat, by the words of the outcome table: what cheating brought more, a job, in bases. */
function livedThrough({ k, p, cost }: Setting, share: number, bond: number, jobs: number): number {
  const next = random(k * 7_919 + Number(p) + Number(cost))
  const run = Number(cost) / 10_000
  let cheat = 0
  let honest = 0
  for (let job = 0; job < jobs; job++) {
    honest += 0.98 - run
    if (next() >= Number(p) / 10_000) {
      cheat += 0.98
      continue
    }
    let ring = 0
    for (let seat = 0; seat < k; seat++) if (next() < share) ring++
    honest += ring * (1 - run)
    const [confirm, contradict] = [3 * ring >= 2 * k, 3 * (k - ring) >= 2 * k]
    if (confirm) cheat += 0.98 + ring
    else if (contradict) cheat -= bond
    else cheat += ring
  }
  return (cheat - honest) / jobs
}

describe('the seat share below which a wrong verdict does not pay', () => {
  it.each(SEAT_ROWS)('is where the simulation turns: $k seats, p $p, cost $cost', (setting) => {
    const threshold = Number(seatThreshold(setting)) / 10_000
    const bond = Number(lockedBond(setting)) / 10_000
    expect(livedThrough(setting, threshold - 0.03, bond, 60_000)).toBeLessThan(0)
    expect(livedThrough(setting, threshold + 0.03, bond, 60_000)).toBeGreaterThan(0)
  })
  it('separates exactly: one ten-thousandth less does not pay', () => {
    for (const setting of SEAT_ROWS) {
      const threshold = seatThreshold(setting)
      expect(advantage(setting, threshold) >= 0n).toBe(true)
      expect(advantage(setting, threshold - 1n) < 0n).toBe(true)
    }
  })
  it('decides with two thirds, as the contract does', () => {
    expect([1, 2, 3, 4, 5, 7, 9].map(deciding)).toEqual([1, 2, 2, 3, 4, 5, 6])
  })
})

describe('the bond that makes cheating lose', () => {
  it.each(BOND_ROWS)('is where the simulation turns: p $p, cost $cost', (row) => {
    const least = Number(bondThreshold(row)) / 10_000
    const setting = { ...row, k: 3 }
    expect(livedThrough(setting, 0, least + 0.5, 200_000)).toBeLessThan(0)
    if (least > 0.5) expect(livedThrough(setting, 0, least - 0.5, 200_000)).toBeGreaterThan(0)
  })
  it('is always less than what the contract locks, by a base at least where anything is left unchecked', () => {
    for (const row of BOND_ROWS)
      expect(lockedBond({ k: 3, p: row.p }) - bondThreshold(row)).toBeGreaterThanOrEqual(WHOLE)
  })
})

it('docs/economics.md holds the tables that are computed', () => {
  const text = readFileSync(new URL('../../docs/economics.md', import.meta.url), 'utf8')
  const { seats, bonds } = thresholdTables()
  expect(text).toContain(seats)
  expect(text).toContain(bonds)
})

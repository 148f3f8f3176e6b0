import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  acquittalGain,
  BOND_ROWS,
  bondThreshold,
  condemnationGain,
  type Job,
  lockedBond,
  SEAT_ROWS,
  seatThreshold,
  thresholdTables,
  verdict,
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

type Vote = 'ring' | 'other'

/** Purses in bases, as the outcome table moves money between them. */
interface Purses {
  /** The ring's node (or, where it condemns, somebody else's) and the ring's members. */
  node: number
  members: number
}

const FEE = 0.02

/** What one of the two sides of the vote has, with the contract's 2/3. */
function decided(votes: readonly Vote[]): Vote | undefined {
  const needed = Math.floor((2 * votes.length + 2) / 3)
  for (const side of ['ring', 'other'] as const)
    if (votes.filter((vote) => vote === side).length >= needed) return side
  return undefined
}

/**
 * One checked job lived through, seat by seat: first committee, enlargement, verdict that waits, appeal, and who pays whom.
 * The ring's seats say what suits the ring; `wrong` is the side that finds the node's result wrong.
 */
function checkedJob(
  k: number,
  share: number,
  bond: number,
  wrong: Vote,
  appeals: (isEnlarged: boolean) => boolean,
  next: () => number,
): Purses {
  const purses: Purses = { node: 0, members: 0 }
  const draw = (seats: number): Vote[] =>
    Array.from({ length: seats }, () => (next() < share ? 'ring' : 'other'))
  const pay = (votes: readonly Vote[], paid: (vote: Vote) => boolean): number => {
    purses.members += votes.filter((vote) => vote === 'ring' && paid(vote)).length
    return votes.filter(paid).length
  }
  const correct: Vote = wrong === 'ring' ? 'other' : 'ring'
  let seats = draw(k)
  let said = decided(seats)
  const isEnlarged = said === undefined
  if (isEnlarged) {
    seats = [...seats, ...draw(Math.min(2 * k + 1, 15) - k)]
    said = decided(seats)
  }
  if (said === undefined) {
    pay(seats, () => true)
    return purses
  }
  if (said === correct) {
    purses.node += 1 - FEE
    pay(seats, (vote) => vote === correct)
    return purses
  }
  if (!appeals(isEnlarged)) {
    purses.node -= bond
    pay(seats, (vote) => vote === wrong)
    return purses
  }
  const fresh = draw(isEnlarged ? k + 2 : Math.min(2 * k + 1, 15))
  const final = decided(fresh)
  if (final === correct) {
    purses.node += 1 - FEE
    pay([...seats, ...fresh], (vote) => vote === correct)
  } else if (final === wrong) {
    purses.node -= bond
    pay(seats, (vote) => vote === wrong)
    purses.node -= pay(fresh, (vote) => vote === wrong)
  } else {
    pay(seats, () => true)
    purses.node -= pay(fresh, () => true)
  }
  return purses
}

/** What confirming its own wrong results brought the ring more than honest work, a job, with the better of its two habits. */
function acquittalLived(job: Job, share: number, bond: number, jobs: number): number {
  const habits: boolean[][] = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]
  // Without a seat an appeal is never won.
  const gains = (share === 0 ? habits.slice(0, 1) : habits).map(([afterFirst, afterEnlarged]) => {
    const next = random(job.k * 7_919 + job.p + job.cost * 100)
    let sum = 0
    for (let i = 0; i < jobs; i++) {
      if (next() >= job.p / WHOLE) {
        sum += 1 - FEE
        continue
      }
      const { node, members } = checkedJob(
        job.k,
        share,
        bond,
        'other',
        (isEnlarged) => (isEnlarged ? afterEnlarged : afterFirst) ?? false,
        next,
      )
      sum += node + members
    }
    return sum / jobs
  })
  const honest = 1 - FEE - job.cost + (job.p / WHOLE) * job.k * share * (1 - job.cost)
  return Math.max(...gains) - honest
}

/** What condemning right results brought the ring's members more than running them, a checked job. */
function condemnationLived(job: Job, share: number, jobs: number): number {
  const next = random(job.k * 104_729 + job.cost * 100)
  let sum = 0
  for (let i = 0; i < jobs; i++)
    sum += checkedJob(job.k, share, lockedBond(job), 'ring', () => true, next).members
  return sum / jobs - job.k * share * (1 - job.cost)
}

describe('the seat share below which a wrong verdict does not pay', () => {
  it.each(SEAT_ROWS)(
    '[case 44] is where the simulation turns for confirming: $k seats, p $p, cost $cost',
    (job) => {
      const threshold = seatThreshold(acquittalGain, job) / WHOLE
      const bond = lockedBond(job)
      expect(acquittalLived(job, threshold - 0.03, bond, 20_000)).toBeLessThan(0)
      expect(acquittalLived(job, threshold + 0.03, bond, 20_000)).toBeGreaterThan(0)
    },
  )
  it.each(SEAT_ROWS.filter(({ p }) => p === WHOLE))(
    '[case 44] is where the simulation turns for condemning: $k seats, cost $cost',
    (job) => {
      const threshold = seatThreshold(condemnationGain, job) / WHOLE
      expect(condemnationLived(job, threshold - 0.02, 20_000)).toBeLessThan(0)
      expect(condemnationLived(job, threshold + 0.02, 20_000)).toBeGreaterThan(0)
    },
  )
  it('separates: no smaller share pays', () => {
    for (const gain of [acquittalGain, condemnationGain])
      for (const job of SEAT_ROWS) {
        const threshold = seatThreshold(gain, job)
        expect(gain(job, threshold)).toBeGreaterThanOrEqual(0)
        for (let share = 25; share < threshold; share += 25)
          expect(gain(job, share), `${share} of ${JSON.stringify(job)}`).toBeLessThan(0)
      }
  })
  it('decides with two thirds, as the contract does', () => {
    expect([1, 2, 3, 4].map((ring) => verdict(5, ring))).toEqual(['others', 'none', 'none', 'ring'])
    expect([2, 3, 4, 5].map((ring) => verdict(7, ring))).toEqual(['others', 'none', 'none', 'ring'])
  })
})

describe('the bond that makes cheating lose', () => {
  it.each(BOND_ROWS)('is where the simulation turns: p $p, cost $cost', (row) => {
    const least = bondThreshold(row) / WHOLE
    const job = { ...row, k: 3 }
    expect(acquittalLived(job, 0, least + 0.5, 200_000)).toBeLessThan(0)
    if (least > 0.5) expect(acquittalLived(job, 0, least - 0.5, 200_000)).toBeGreaterThan(0)
  })
  it('is always less than what the contract locks, by a base at least', () => {
    for (const row of BOND_ROWS)
      expect(lockedBond({ k: 3, p: row.p }) - bondThreshold(row) / WHOLE).toBeGreaterThanOrEqual(1)
  })
})

it('docs/economics.md holds the tables that are computed', () => {
  const text = readFileSync(new URL('../../docs/economics.md', import.meta.url), 'utf8')
  const { seats, bonds } = thresholdTables()
  expect(text).toContain(seats)
  expect(text).toContain(bonds)
})

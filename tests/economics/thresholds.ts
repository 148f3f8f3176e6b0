/**
 * The published thresholds, from the words of the outcome table. Money in bases of a job; `p` and shares in ten-thousandths.
 *
 * The job: price = base, so a node's pay is 0.98 after the fee of 2%, a seat is paid 1, and each run of the program costs
 * its owner `cost`. With probability `p` the result is checked by `k` seats; 2/3 of them decide. Without a quorum more are
 * drawn, and all decide. A wrong result that is caught costs the bond, unless an appeal's fresh seats say otherwise.
 */
export const WHOLE = 10_000
const PAY = 0.98

export interface Job {
  /** Seats of the first committee. */
  readonly k: number
  /** Chance that a result is checked. */
  readonly p: number
  /** What a run costs, as node and as member alike. */
  readonly cost: number
}

/** Seats after a first committee without quorum. */
function enlarged(k: number): number {
  return Math.min(2 * k + 1, 15)
}

/** Fresh seats of an appeal. */
function appealSeats(k: number, isEnlarged: boolean): number {
  return isEnlarged ? k + 2 : enlarged(k)
}

/** What the contract locks and slashes: 1/p rounded up, at least the most seats that one pot ever pays. */
export function lockedBond({ k, p }: Pick<Job, 'k' | 'p'>): number {
  return Math.max(Math.ceil(WHOLE / p), Math.floor(k / 3) + enlarged(k))
}

type Word = 'ring' | 'others' | 'none'

/** How a round ends in which `ring` of `seats` speak against the rest: 2/3, rounded up, decide. */
export function verdict(seats: number, ring: number): Word {
  const needed = Math.ceil((2 * seats) / 3)
  if (ring >= needed) return 'ring'
  return seats - ring >= needed ? 'others' : 'none'
}

/** What a ring's plan brings it where it is checked. `ring` counts its seats of the first committee and its enlargement. */
interface Plan {
  /** With the first verdict, no appeal counted. */
  readonly first: (said: Word, ring: number, bond: number) => number
  /** The first verdict that is appealed. */
  readonly appealed: Word
  /** Whether the ring is free not to appeal. */
  readonly isChoice: boolean
  /** After the appeal: `fresh` of its `seats` are the ring's too. */
  readonly appeal: (said: Word, ring: number, seats: number, fresh: number, bond: number) => number
}

/** The ring's node gives a wrong result and its members confirm it. It appeals where that is worth it. */
const ACQUIT: Plan = {
  first: (said, ring, bond) => (said === 'others' ? -bond : ring + (said === 'ring' ? PAY : 0)),
  appealed: 'others',
  isChoice: true,
  // The lock pays the seats that confirm the verdict, and without a quorum all of them; then the bond is free again.
  appeal: (said, ring, seats, fresh, bond) => {
    if (said === 'ring') return PAY + ring + fresh
    return said === 'others' ? -bond - (seats - fresh) : ring - (seats - fresh)
  },
}

/** The ring's members condemn the right result of somebody else's node, whose owner always appeals. */
const CONDEMN: Plan = {
  first: (said, ring) => (said === 'others' ? 0 : ring),
  appealed: 'ring',
  isChoice: false,
  appeal: (said, ring, _seats, fresh) => (said === 'others' ? 0 : ring + fresh),
}

/** What the ring gets, a checked job, when each seat is its own with chance `share`, drawn on its own. */
function whenChecked(plan: Plan, { k, p }: Pick<Job, 'k' | 'p'>, share: number): number {
  const bond = lockedBond({ k, p })
  const end = (seats: number, ring: number): number => {
    const said = verdict(seats, ring)
    const first = plan.first(said, ring, bond)
    if (said !== plan.appealed) return first
    const drawn = appealSeats(k, seats > k)
    const appealed = mean(drawn, share, (fresh) =>
      plan.appeal(verdict(drawn, fresh), ring, drawn, fresh, bond),
    )
    return plan.isChoice ? Math.max(first, appealed) : appealed
  }
  const all = enlarged(k)
  return mean(k, share, (ring) =>
    verdict(k, ring) === 'none' ? mean(all - k, share, (more) => end(all, ring + more)) : end(k, ring),
  )
}

/** What confirming its own wrong results brings a ring more than honest work, a job. */
export function acquittalGain(job: Job, share: number): number {
  const p = job.p / WHOLE
  const seats = (job.k * share) / WHOLE
  const honest = PAY - job.cost + p * seats * (1 - job.cost)
  return (1 - p) * PAY + p * whenChecked(ACQUIT, job, share) - honest
}

/** What condemning right results brings a ring's members more than running them, a checked job. */
export function condemnationGain(job: Job, share: number): number {
  return whenChecked(CONDEMN, job, share) - ((job.k * share) / WHOLE) * (1 - job.cost)
}

/** The smallest share of the seats, in ten-thousandths, at which it pays; from the first whole percent where it does, downwards. */
export function seatThreshold(gain: (job: Job, share: number) => number, job: Job): number {
  let share = 100
  while (share < WHOLE && gain(job, share) < 0) share += 100
  while (share > 1 && gain(job, share - 1) >= 0) share--
  return share
}

/** The smallest bond, in ten-thousandths of a base, with which cheating loses for a node that owns no seat. */
export function bondThreshold({ p, cost }: Pick<Job, 'p' | 'cost'>): number {
  // (1 - p) PAY - p bond < PAY - cost
  const least = (cost * WHOLE) / p - PAY
  return least < 0 ? 0 : Math.floor(least * WHOLE + 1e-6) + 1
}

/** The mean of `of` over how many of `seats` are the ring's. */
function mean(seats: number, share: number, of: (ring: number) => number): number {
  const chance = share / WHOLE
  let sum = 0
  let ways = 1
  for (let ring = 0; ring <= seats; ring++) {
    sum += ways * chance ** ring * (1 - chance) ** (seats - ring) * of(ring)
    ways = (ways * (seats - ring)) / (ring + 1)
  }
  return sum
}

const SEATS = [3, 5, 7, 9]
const CHANCES = [10_000, 2_500, 1_000]
const COSTS = [0.75, 0.98]

export const SEAT_ROWS: readonly Job[] = SEATS.flatMap((k) =>
  CHANCES.flatMap((p) => COSTS.map((cost) => ({ k, p, cost }))),
)
export const BOND_ROWS: readonly Pick<Job, 'p' | 'cost'>[] = [10_000, 5_000, 2_500, 1_000, 500].flatMap((p) =>
  COSTS.map((cost) => ({ p, cost })),
)

const percent = (part: number): string => `${(part / 100).toFixed(part % 100 === 0 ? 0 : 2)}%`
const bases = (value: number): string => value.toFixed(2)

/** The tables of docs/economics.md. */
export function thresholdTables(): { seats: string; bonds: string } {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const head = (cells: readonly string[]): string => line(cells) + line(cells.map(() => '---:'))
  return {
    seats:
      head(['seats', 'checked', 'a run costs', 'confirming own wrong results', 'condemning right ones']) +
      SEAT_ROWS.map((row) =>
        line([
          String(row.k),
          percent(row.p),
          percent(row.cost * WHOLE),
          percent(seatThreshold(acquittalGain, row)),
          percent(seatThreshold(condemnationGain, row)),
        ]),
      ).join(''),
    bonds:
      head(['checked', 'a run costs', 'least bond, in bases', 'locked at 3 seats, in bases']) +
      BOND_ROWS.map((row) =>
        line([
          percent(row.p),
          percent(row.cost * WHOLE),
          bases(bondThreshold(row) / WHOLE),
          bases(lockedBond({ k: 3, p: row.p })),
        ]),
      ).join(''),
  }
}

/**
 * The two published thresholds, computed exactly in whole numbers: money in ten-thousandths of a job's base, chances in
 * ten-thousandths.
 *
 * The job: price = base, so a node's pay is 9,800 after the fee of 2%, a seat is paid 10,000, and each run of the program
 * costs its owner `cost`. With probability `p` the result is checked by `k` seats; 2/3 of them decide. A wrong result that
 * is caught costs the bond.
 */
export const WHOLE = 10_000n
const PAY = 9_800n

export interface Setting {
  /** Seats. */
  readonly k: number
  /** Chance that a result is checked. */
  readonly p: bigint
  /** What a run costs, as node and as member alike. */
  readonly cost: bigint
}

/** What the contract locks and slashes: base x max(1/p, k), rounded down. */
export function lockedBond({ k, p }: Pick<Setting, 'k' | 'p'>): bigint {
  const byChance = (WHOLE * WHOLE) / p
  const bySeats = WHOLE * BigInt(k)
  return byChance > bySeats ? byChance : bySeats
}

/** Seats that decide: 2/3, rounded up. */
export function deciding(k: number): number {
  return Math.ceil((2 * k) / 3)
}

/** What a ring that gave a wrong result gets when `ring` of the `k` seats are its own. Its node and members ran nothing. */
export function whenChecked(k: number, ring: number, bond: bigint): bigint {
  if (ring >= deciding(k)) return PAY + BigInt(ring) * WHOLE
  if (k - ring >= deciding(k)) return -bond
  // No quorum: the node gets nothing, who revealed is paid.
  return BigInt(ring) * WHOLE
}

/**
 * What a wrong result brings a ring more than an honest one, a job, times WHOLE^(k + 1). `share` of the seats, in
 * ten-thousandths, are the ring's, each drawn on its own.
 */
export function advantage(setting: Setting, share: bigint): bigint {
  const { k, p, cost } = setting
  const bond = lockedBond(setting)
  const scale = WHOLE ** BigInt(k)
  let checked = 0n
  for (let ring = 0; ring <= k; ring++) {
    const chance = choose(k, ring) * share ** BigInt(ring) * (WHOLE - share) ** BigInt(k - ring)
    const honest = PAY - cost + BigInt(ring) * (WHOLE - cost)
    checked += chance * (whenChecked(k, ring, bond) - honest)
  }
  return (WHOLE - p) * cost * scale + p * checked
}

/** The smallest share of the seats, in ten-thousandths, at which a wrong verdict pays. */
export function seatThreshold(setting: Setting): bigint {
  for (let share = 0n; share < WHOLE; share++) if (advantage(setting, share) >= 0n) return share
  return WHOLE
}

/** The smallest bond with which cheating loses for a node that owns no seat. */
export function bondThreshold({ p, cost }: Pick<Setting, 'p' | 'cost'>): bigint {
  // (1 - p) PAY - p bond < PAY - cost
  const scaled = cost * WHOLE - p * PAY
  return scaled < 0n ? 0n : scaled / p + 1n
}

function choose(n: number, k: number): bigint {
  let ways = 1n
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i)
  return ways
}

const SEATS = [3, 5, 7, 9]
const CHANCES = [10_000n, 2_500n, 1_000n]
const COSTS = [7_500n, 9_800n]

export const SEAT_ROWS: readonly Setting[] = SEATS.flatMap((k) =>
  CHANCES.flatMap((p) => COSTS.map((cost) => ({ k, p, cost }))),
)
export const BOND_ROWS: readonly Pick<Setting, 'p' | 'cost'>[] = [
  10_000n,
  5_000n,
  2_500n,
  1_000n,
  500n,
].flatMap((p) => COSTS.map((cost) => ({ p, cost })))

const percent = (value: bigint): string =>
  `${(Number(value) / 100).toFixed(Number(value % 100n) === 0 ? 0 : 2)}%`
const bases = (value: bigint): string => (Number(value) / Number(WHOLE)).toFixed(2)

/** The tables of docs/economics.md. */
export function thresholdTables(): { seats: string; bonds: string } {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const head = (cells: readonly string[]): string => line(cells) + line(cells.map(() => '---:'))
  return {
    seats:
      head(['seats', 'checked', 'a run costs', 'share from which it pays']) +
      SEAT_ROWS.map((row) =>
        line([String(row.k), percent(row.p), percent(row.cost), percent(seatThreshold(row))]),
      ).join(''),
    bonds:
      head(['checked', 'a run costs', 'least bond, in bases', 'locked at 3 seats, in bases']) +
      BOND_ROWS.map((row) =>
        line([
          percent(row.p),
          percent(row.cost),
          bases(bondThreshold(row)),
          bases(lockedBond({ k: 3, p: row.p })),
        ]),
      ).join(''),
  }
}

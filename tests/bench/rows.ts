/** What every bench prints, and the small sums behind it. */

export interface Row {
  readonly id: string
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What it is compared with in the same run; null for a number that stands alone. */
  readonly peer: string | null
  readonly peerValue: number | null
  /** value / peerValue. */
  readonly ratio: number | null
  /** What is asked of the ratio. */
  readonly goal: string | null
  /** The most `value` may be, whatever the peer needs; null for none. */
  readonly ceiling: number | null
  readonly holds: boolean
}

export interface Goal {
  readonly atMost?: number
  readonly atLeast?: number
}

export function row(
  id: string,
  what: string,
  value: number,
  unit: string,
  against?: { readonly peer: string; readonly value: number; readonly goal: Goal | null },
  ceiling: number | null = null,
): Row {
  const ratio = against === undefined ? null : value / against.value
  const goal = against?.goal ?? null
  return {
    id,
    what,
    value: rounded(value),
    unit,
    peer: against?.peer ?? null,
    peerValue: against === undefined ? null : rounded(against.value),
    ratio: ratio === null ? null : rounded(ratio),
    goal: goal === null ? null : goalText(goal),
    ceiling,
    holds: (ratio === null || goal === null || isMet(goal, ratio)) && isBelow(ceiling, value),
  }
}

function goalText({ atMost, atLeast }: Goal): string {
  return atMost === undefined ? `ratio >= ${atLeast}` : `ratio <= ${atMost}`
}

function isBelow(ceiling: number | null, value: number): boolean {
  return ceiling === null || value <= ceiling
}

/** A ratio that is no number (nothing was measured) meets no goal. */
function isMet({ atMost, atLeast }: Goal, ratio: number): boolean {
  return Number.isFinite(ratio) && ratio <= (atMost ?? ratio) && ratio >= (atLeast ?? ratio)
}

/** The value below which the given share of the sample lies (nearest rank); NaN for an empty sample. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

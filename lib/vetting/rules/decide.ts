import type { Decision, Reason } from '#lib/protocol/verdict.ts'

const RANK = { reject: 0, hold: 1, note: 2 } as const

/** The heaviest reason decides; notes alone pass. */
export function decide(reasons: readonly Pick<Reason, 'severity'>[]): Decision {
  if (reasons.some((reason) => reason.severity === 'reject')) return 'reject'
  return reasons.some((reason) => reason.severity === 'hold') ? 'hold' : 'pass'
}

/** Reasons, heaviest first, otherwise in the order they were found; at most `most`. */
export function heaviestFirst<T extends Pick<Reason, 'severity'>>(reasons: readonly T[], most: number): T[] {
  return [...reasons].sort((a, b) => RANK[a.severity] - RANK[b.severity]).slice(0, most)
}

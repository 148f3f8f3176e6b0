/** The states of a job as customers, pages, REST and CLI see them. The table of legal moves is in lib/jobs/rules/states.ts. */
export const JOB_STATES = [
  'held',
  'rejected',
  'open',
  'awarded',
  'running',
  'checking',
  'settled',
  'refunded',
  'cancelled',
  'expired',
] as const
export type JobState = (typeof JOB_STATES)[number]

/**
 * What a job in `checking` waits for: a draw, the customer's challenge, a committee, the draw of more members, an appeal,
 * or the draw of the appeal's committee.
 */
export const CHECK_STAGES = ['drawing', 'unchecked', 'committee', 'enlarging', 'judged', 'appealed'] as const
export type CheckStage = (typeof CHECK_STAGES)[number]

/** The first seat of an appeal's committee. */
export const APPEAL_SEAT = 16

/** States no move leaves, unless a reorganisation takes the event that led there out of the chain. */
export const FINAL_STATES: ReadonlySet<JobState> = new Set([
  'rejected',
  'settled',
  'refunded',
  'cancelled',
  'expired',
])

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

/** States no move leaves, unless a reorganisation takes the event that led there out of the chain. */
export const FINAL_STATES: ReadonlySet<JobState> = new Set([
  'rejected',
  'settled',
  'refunded',
  'cancelled',
  'expired',
])

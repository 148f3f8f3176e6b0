import type { JobState } from '#lib/protocol/jobState.ts'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import type { JobView } from '#lib/protocol/views.ts'

/** Entries of the timeline that the messages know by name; others are shown by their own kind. */
export const TIMELINE_KINDS = [
  'received',
  'held',
  'approved',
  'rejected',
  'rejectedByAdmin',
  'vetted',
  'submitted',
  'windowOpened',
  'bidRecorded',
  'awarded',
  'leased',
  'started',
  'handedBack',
  'replaced',
  'silent',
  'resultSubmitted',
  'seedAgedOut',
  'leftUnchecked',
  'challenged',
  'enlarged',
  'judged',
  'appealed',
  'appealClosed',
  'canaryOpened',
  'committeeDrawn',
  'sealed',
  'opened',
  'revealed',
  'memberPaid',
  'memberFined',
  'settled',
  'cancelled',
  'expired',
  'rewound',
  'dataDeleted',
  'final',
  'difference',
  'auction',
  'processStarted',
  'runFinished',
  'memberSealed',
  'memberRevealed',
  'seatsOpened',
  'nodeHandsBack',
  'gaveUp',
  'cancelRequested',
  'cancelledBeforeChain',
  'waiting',
] as const
export type TimelineKind = (typeof TIMELINE_KINDS)[number]

const BY_FOLDED = new Map(TIMELINE_KINDS.map((kind) => [fold(kind), kind]))
const SAME: Readonly<Record<string, TimelineKind>> = {
  created: 'received',
  passed: 'vetted',
  locked: 'submitted',
  result: 'resultSubmitted',
  finished: 'resultSubmitted',
  drawn: 'committeeDrawn',
  noderevealed: 'opened',
  deleted: 'dataDeleted',
  reorganised: 'rewound',
}

function fold(kind: string): string {
  return kind.toLowerCase().replace(/[^a-z]/g, '')
}

/** The known name of an entry's kind ("committee_drawn", "chain.CommitteeDrawn" and "drawn" are one), or null. */
export function timelineKind(kind: string): TimelineKind | null {
  const folded = fold(kind.split(/[.:/]/).at(-1) ?? kind)
  return BY_FOLDED.get(folded) ?? SAME[folded] ?? null
}

/** The stops of every job, in order. */
export const STOPS = ['order', 'vetting', 'lock', 'award', 'run', 'check', 'pay'] as const
export type Stop = (typeof STOPS)[number]

const STOP_OF: Partial<Record<TimelineKind, Stop>> = {
  received: 'order',
  vetted: 'vetting',
  approved: 'vetting',
  submitted: 'lock',
  awarded: 'award',
  started: 'run',
  committeeDrawn: 'check',
  settled: 'pay',
}

/** How far a job in this state has come: the stop it stands at, and whether it ended there without payment. */
export function standingOf(state: JobState): { at: number; ended: boolean } {
  switch (state) {
    case 'held':
    case 'rejected':
      return { at: 1, ended: state === 'rejected' }
    case 'open':
    case 'cancelled':
    case 'expired':
      return { at: 2, ended: state !== 'open' }
    case 'awarded':
      return { at: 3, ended: false }
    case 'running':
      return { at: 4, ended: false }
    case 'checking':
    case 'refunded':
      return { at: 5, ended: state === 'refunded' }
    case 'settled':
      return { at: 6, ended: true }
  }
}

export interface LineStop {
  readonly stop: Stop
  /** Wall time it was last passed, or null. */
  readonly at: string | null
  readonly transaction: string | null
  readonly standing: 'passed' | 'here' | 'ahead' | 'never'
}

/** A job's life as the stops of its line: what it passed and when, where it is, what lies ahead and what it will never reach. */
export function lineOf(job: Pick<JobView, 'state' | 'timeline' | 'createdAt'>): LineStop[] {
  const passed = new Map<Stop, { at: string; transaction: string | null }>([
    ['order', { at: job.createdAt, transaction: null }],
  ])
  for (const entry of job.timeline) {
    const kind = timelineKind(entry.kind)
    const stop = kind === null ? undefined : STOP_OF[kind]
    if (stop !== undefined && stop !== 'order')
      passed.set(stop, { at: entry.at, transaction: entry.transaction })
  }
  const standing = standingOf(job.state)
  // A job that ended early stands at the last stop its timeline passed, which may lie beyond the least its state implies.
  const furthest = Math.max(...[...passed.keys()].map((stop) => STOPS.indexOf(stop)))
  const here =
    standing.ended && job.state !== 'settled'
      ? Math.max(standing.at === 2 ? 0 : standing.at, furthest)
      : standing.at
  return STOPS.map((stop, index) => ({
    stop,
    at: passed.get(stop)?.at ?? null,
    transaction: passed.get(stop)?.transaction ?? null,
    standing:
      index < here ? 'passed' : index === here ? 'here' : FINAL_STATES.has(job.state) ? 'never' : 'ahead',
  }))
}

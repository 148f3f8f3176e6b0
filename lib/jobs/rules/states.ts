/**
 * The life of a job, told as one table: from each state, the moves that are legal and what causes them.
 *
 *   received ─▶ held ─▶ open ─▶ awarded ─▶ running ─▶ checking ─▶ settled | refunded
 *           └▶ rejected   │        │  ▲        │  ▲
 *                         │        └──┴────────┘  └── replaced: awarded again, on another node
 *                         └▶ cancelled | expired (also from awarded and running)
 *
 * Every change goes through transition.ts, which refuses a move that does not stand here. A reorganisation may take the
 * event that led to a state out of the chain; then the job moves to the state its remaining events add up to
 * (`rewound`), which is legal from every state that the chain decided.
 */
import type { JobState } from '../../protocol/jobState.ts'

export const MOVES = {
  held: ['open', 'rejected', 'cancelled', 'expired'],
  rejected: [],
  // `running` and `checking` from `open`: several chain events of one job may lie in one block and fold at once.
  open: ['awarded', 'running', 'checking', 'settled', 'refunded', 'cancelled', 'expired', 'rejected'],
  awarded: ['awarded', 'running', 'checking', 'settled', 'refunded', 'cancelled', 'expired'],
  running: ['awarded', 'running', 'checking', 'settled', 'refunded', 'cancelled', 'expired'],
  checking: ['checking', 'settled', 'refunded'],
  settled: [],
  refunded: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<JobState, readonly JobState[]>

/** States that chain events decide; a reorganisation can leave any of them. */
const CHAIN_STATES: ReadonlySet<JobState> = new Set([
  'open',
  'awarded',
  'running',
  'checking',
  'settled',
  'refunded',
  'cancelled',
  'expired',
])

/** Whether a job may go from one state to another; `rewound` is a move forced by a reorganisation. Staying is always legal outside final states. */
export function isLegalMove(from: JobState, to: JobState, rewound = false): boolean {
  if (rewound) return CHAIN_STATES.has(from) && CHAIN_STATES.has(to)
  if (from === to) return true
  return (MOVES[from] as readonly JobState[]).includes(to)
}

/**
 * THE door: every change of a job's row goes through `transition`. It checks the move against the one table, compares
 * state and revision, and writes the new row, its timeline and the news in one transaction.
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { jobEvents, jobs } from '../db/schema/jobs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Hex } from '../kernel/ids.ts'
import type { JobState } from '../protocol/jobState.ts'
import { publish } from './outbox.ts'
import { isLegalMove } from './rules/states.ts'

export type Job = typeof jobs.$inferSelect

/** A line of the timeline. `data` is shown to the customer. */
export interface TimelineEntry {
  readonly kind: string
  readonly data?: Record<string, unknown>
  readonly chain?: { readonly transactionHash: Hex; readonly blockHash: Hex; readonly blockNumber: number }
}

type Identity =
  | 'id'
  | 'deploymentId'
  | 'orderId'
  | 'customer'
  | 'state'
  | 'revision'
  | 'createdAt'
  | 'updatedAt'

export interface Move {
  /** The state to go to; the present one when only the timeline or other columns change. */
  readonly to?: JobState
  /** Columns that change with it. */
  readonly set?: Partial<Omit<Job, Identity>>
  /** At least one line of the timeline: no change goes untold. */
  readonly timeline: readonly [TimelineEntry, ...TimelineEntry[]]
  /** The move is forced by a reorganisation. */
  readonly rewound?: boolean
}

/**
 * Moves a job as the caller read it. Null when the row changed meanwhile (read again and decide anew). Throws AppError
 * `illegal-move` for a move that does not stand in the table.
 */
export async function transition(tx: Tx, job: Job, move: Move): Promise<Job | null> {
  const to = move.to ?? job.state
  if (!isLegalMove(job.state, to, move.rewound)) {
    throw new AppError('illegal-move', `A job cannot go from ${job.state} to ${to}.`, {
      status: 409,
      details: { job: job.id },
    })
  }
  const [row] = await tx
    .update(jobs)
    .set({ ...move.set, state: to, revision: job.revision + 1, updatedAt: sql`now()` })
    .where(and(eq(jobs.id, job.id), eq(jobs.state, job.state), eq(jobs.revision, job.revision)))
    .returning()
  if (row === undefined) return null
  await tell(tx, row, job.state, move.timeline)
  return row
}

/** Adds lines to the timeline of a row this transaction has just written, and the news of it. For transition and create alone. */
export async function tell(
  tx: Tx,
  row: Job,
  from: JobState | null,
  timeline: readonly TimelineEntry[],
): Promise<void> {
  const lines = timeline.map((entry, index) => ({
    jobId: row.id,
    // The row is locked by our own write, so nobody else can take the next numbers.
    seq: sql`(select coalesce(max(seq), -1) + ${1 + index}::int from job_events where job_id = ${row.id})`,
    kind: entry.kind,
    fromState: from,
    toState: row.state,
    revision: row.revision,
    data: entry.data ?? {},
    transactionHash: entry.chain?.transactionHash ?? null,
    blockHash: entry.chain?.blockHash ?? null,
    blockNumber: entry.chain?.blockNumber ?? null,
  }))
  const { state, revision, customer } = row
  // Sent one behind the other without waiting; the server runs them in this order.
  await Promise.all([
    tx.insert(jobEvents).values(lines),
    publish(tx, 'job', { jobId: row.id, revision, state, customer }),
    tx.execute(sql`select pg_notify('opengpu_jobs', ${row.id})`),
  ])
}

/** The job's row, locked until the transaction ends. With `skip`, null when somebody else holds it. */
export async function lockJob(tx: Tx, id: string, options: { skip?: boolean } = {}): Promise<Job | null> {
  const [row] = await tx
    .select()
    .from(jobs)
    .where(eq(jobs.id, id))
    .for('update', options.skip ? { skipLocked: true } : {})
  return row ?? null
}

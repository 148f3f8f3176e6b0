/** A run's log, read from any point by sequence number, so that a reload or a lost socket misses nothing. */
import { and, asc, desc, eq, gt } from 'drizzle-orm'
import { leases, logEntries } from '../db/schema/dispatch.ts'
import { jobs } from '../db/schema/jobs.ts'
import type { Address } from '../kernel/ids.ts'
import type { LogEntry } from '../protocol/dashboardEvents.ts'
import type { JobsCtx } from './ctx.ts'

export interface LogQuery {
  readonly jobId: string
  readonly viewer: { readonly address: Address; readonly admin: boolean }
  /** The run to read; null for the newest one. */
  readonly leaseId: string | null
  /** Last sequence number seen; -1 for the beginning. */
  readonly after: number
  readonly limit?: number
}

const MOST_ENTRIES = 1000

/** Entries after `after`, in order; null when there is no such job for this viewer. No entries: none came yet. */
export async function readLogs(
  ctx: Pick<JobsCtx, 'db'>,
  query: LogQuery,
): Promise<{ leaseId: string | null; entries: LogEntry[] } | null> {
  const [job] = await ctx.db.select({ customer: jobs.customer }).from(jobs).where(eq(jobs.id, query.jobId))
  if (job === undefined || (job.customer !== query.viewer.address && !query.viewer.admin)) return null
  const [run] = await ctx.db
    .select({ id: leases.id })
    .from(leases)
    .where(
      and(
        eq(leases.jobId, query.jobId),
        eq(leases.role, 'run'),
        query.leaseId === null ? undefined : eq(leases.id, query.leaseId),
      ),
    )
    .orderBy(desc(leases.fence))
    .limit(1)
  if (run === undefined) return { leaseId: null, entries: [] }
  const entries = await ctx.db
    .select({ seq: logEntries.seq, stream: logEntries.stream, text: logEntries.text })
    .from(logEntries)
    .where(and(eq(logEntries.leaseId, run.id), gt(logEntries.seq, query.after)))
    .orderBy(asc(logEntries.seq))
    .limit(Math.min(query.limit ?? MOST_ENTRIES, MOST_ENTRIES))
  return { leaseId: run.id, entries }
}

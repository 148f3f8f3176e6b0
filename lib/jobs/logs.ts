/** A run's log, read from any point by sequence number, so that a reload or a lost socket misses nothing. */
import { and, asc, desc, eq, gt } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { leases, logEntries } from '../db/schema/dispatch.ts'
import type { LogEntry } from '../protocol/dashboardEvents.ts'

const MOST_ENTRIES = 1000

/** The newest run of a job, whose log is shown by default; null before the first award. */
export async function shownLease(db: Db, jobId: string): Promise<string | null> {
  const [run] = await db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.jobId, jobId), eq(leases.role, 'run')))
    .orderBy(desc(leases.fence))
    .limit(1)
  return run?.id ?? null
}

/**
 * Entries of a run of this job after sequence number `after` (-1: from the beginning), in order, at most 1000. The caller
 * has checked who asks; a lease of another job, or of a member, has no entries here.
 */
export async function readLogs(db: Db, jobId: string, leaseId: string, after: number): Promise<LogEntry[]> {
  return db
    .select({ seq: logEntries.seq, stream: logEntries.stream, text: logEntries.text })
    .from(logEntries)
    .innerJoin(leases, eq(leases.id, logEntries.leaseId))
    .where(
      and(
        eq(leases.jobId, jobId),
        eq(leases.role, 'run'),
        eq(logEntries.leaseId, leaseId),
        gt(logEntries.seq, after),
      ),
    )
    .orderBy(asc(logEntries.seq))
    .limit(MOST_ENTRIES)
}

/** A customer's right to have nothing of his left here: scripts, inputs, outputs, logs, excerpts. Money rows stay. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { inTransaction } from '../db/retry.ts'
import { leases, logEntries } from '../db/schema/dispatch.ts'
import { jobEvents, jobs } from '../db/schema/jobs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import { FINAL_STATES } from '../protocol/jobState.ts'
import { forgetReasons } from '../vetting/verdicts.ts'
import { releaseContents } from './contents.ts'
import type { JobsCtx } from './ctx.ts'
import { ownJob } from './ownJob.ts'
import { transition } from './transition.ts'

/**
 * Deletes what a finished job held. Doing it again changes nothing.
 *
 * Throws AppError `job-not-found`, or `not-over` while the job, or the chain's word about its end, is not final.
 */
export async function deleteJobData(
  ctx: Pick<JobsCtx, 'db'>,
  request: { jobId: string; caller: Address },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const job = await ownJob(tx, request)
    if (job.dataDeletedAt !== null) return
    if (!FINAL_STATES.has(job.state) || (job.onChain && !job.final)) {
      throw new AppError(
        'not-over',
        'The data is needed until the job has ended for good. Cancel it first.',
        {
          status: 409,
        },
      )
    }
    const runs = await tx.select({ id: leases.id }).from(leases).where(eq(leases.jobId, job.id))
    if (runs.length > 0) {
      await tx.delete(logEntries).where(
        inArray(
          logEntries.leaseId,
          runs.map(({ id }) => id),
        ),
      )
      await tx.update(leases).set({ manifest: null, detail: null }).where(eq(leases.jobId, job.id))
    }
    await releaseContents(tx, job.id)
    // Excerpts of outputs, and reasons in a program's own words, stand in the timeline too.
    await tx
      .update(jobEvents)
      .set({ data: {} })
      .where(
        and(
          eq(jobEvents.jobId, job.id),
          inArray(jobEvents.kind, ['difference', 'nodeHandsBack', 'runFinished']),
        ),
      )
    if (job.verdictHash !== null) {
      const [other] = await tx
        .select({ id: jobs.id })
        .from(jobs)
        .where(
          and(eq(jobs.verdictHash, job.verdictHash), ne(jobs.id, job.id), sql`${jobs.dataDeletedAt} is null`),
        )
        .limit(1)
      if (other === undefined) await forgetReasons(tx, job.verdictHash)
    }
    await transition(tx, job, {
      set: { spec: null, title: '', waiting: null, dataDeletedAt: await databaseNow(tx) },
      timeline: [{ kind: 'dataDeleted' }],
    })
  })
}

async function databaseNow(tx: Tx): Promise<Date> {
  const [row] = await tx.execute<{ ms: number }>(sql`select (extract(epoch from now()) * 1000)::float8 as ms`)
  return new Date(row?.ms ?? 0)
}

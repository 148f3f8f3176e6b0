/** What becomes of held jobs once a person has looked. */
import { and, eq } from 'drizzle-orm'
import { inTransaction } from '../db/retry.ts'
import { jobs } from '../db/schema/jobs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import { decideHeld } from '../vetting/verdicts.ts'
import type { JobsCtx } from './ctx.ts'
import { lockJob, transition } from './transition.ts'

/**
 * An admin approves or rejects the content of a held job: it and every other held job with the very same content go on or
 * end. The caller has checked that `admin` is one. Throws AppError `job-not-found` or `not-held`.
 */
export async function decideHold(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  decision: { jobId: string; admin: Address; approve: boolean; note: string },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const job = await lockJob(tx, decision.jobId)
    if (job === null || job.verdictHash === null)
      throw new AppError('job-not-found', 'There is no such job.', { status: 404 })
    if (job.state !== 'held')
      throw new AppError('not-held', 'This job is not held any more.', { status: 409 })
    const { approve, admin, note } = decision
    await decideHeld(tx, { contentHash: job.verdictHash, approve, admin, note, subject: job.id })
    const alike = await tx
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.deploymentId, ctx.deployment.id),
          eq(jobs.state, 'held'),
          eq(jobs.verdictHash, job.verdictHash),
        ),
      )
      .orderBy(jobs.id)
      .for('update')
    for (const each of alike) {
      await transition(tx, each, {
        to: approve ? 'open' : 'rejected',
        set: { waiting: null },
        timeline: [{ kind: approve ? 'approved' : 'rejectedByAdmin', data: { note } }],
      })
    }
  })
}

import type { Tx } from '../db/client.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import { type Job, lockJob } from './transition.ts'

/** The caller's job, locked. Throws AppError `job-not-found` alike for none and for another's. */
export async function ownJob(tx: Tx, { jobId, caller }: { jobId: string; caller: Address }): Promise<Job> {
  const job = await lockJob(tx, jobId)
  if (job === null || job.customer !== caller) {
    throw new AppError('job-not-found', 'There is no such job.', { status: 404 })
  }
  return job
}

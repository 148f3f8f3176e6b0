/** The gate to everything that belongs to one job. */
import { and, eq } from 'drizzle-orm'
import { jobs } from '../db/schema/jobs.ts'
import type { Address } from '../kernel/ids.ts'
import type { Runtime } from '../process/shared.ts'
import { notFound } from './problem.ts'

/** The job's row when the caller is its customer or an admin; otherwise 404, the same as for a job that does not exist. */
export async function requireJob(rt: Runtime, id: string, caller: { readonly address: Address }) {
  const [job] = await rt.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.deploymentId, rt.deployment.id)))
  if (job === undefined || (job.customer !== caller.address && !rt.isAdmin(caller.address)))
    throw notFound('job')
  return job
}

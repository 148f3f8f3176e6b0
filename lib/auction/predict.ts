/** How long a job will run, as far as the network's own history tells. */
import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import type { Job } from '../jobs/transition.ts'

/**
 * The median run time in seconds of up to 50 runs of the very same job, else of the same customer's runs of the same
 * entry file and runtime, else null: no history is said, not guessed.
 */
export async function predictSeconds(db: Db, job: Job): Promise<number | null> {
  const entry = job.spec?.entry ?? ''
  const [row] = await db.execute<{ same: number | null; like: number | null }>(sql`
    with runs as (
      select extract(epoch from l.ended_at - l.started_at)::float8 as seconds, j.spec_hash = ${job.specHash} as same
      from leases l join jobs j on j.id = l.job_id
      where l.role = 'run' and l.commitment is not null and l.started_at is not null and l.ended_at is not null
        and j.deployment_id = ${job.deploymentId} and j.customer = ${job.customer}
        and (j.spec_hash = ${job.specHash} or (j.runtime = ${job.runtime} and j.spec->>'entry' = ${entry}))
      order by l.ended_at desc limit 50)
    select percentile_cont(0.5) within group (order by seconds) filter (where same) as same,
      percentile_cont(0.5) within group (order by seconds) as like
    from runs`)
  return row?.same ?? row?.like ?? null
}

/** How long a job will run, as far as the network's own history tells. Auction and estimate ask here, so that both expect the same. */
import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import type { Job } from '../jobs/transition.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { percentile } from './rules/estimate.ts'

export interface Likeness {
  readonly deploymentId: string
  readonly customer: Address
  readonly specHash: Hex
  readonly runtime: string
  readonly entry: string
}

/**
 * Run times in seconds, of up to 50 runs of the very same job, else of the same customer's runs of the same entry file and
 * runtime, else none: no history is said, not guessed.
 */
export async function likeRuns(db: Db, like: Likeness): Promise<number[]> {
  const rows = await db.execute<{ seconds: number; same: boolean }>(sql`
    select extract(epoch from l.ended_at - l.started_at)::float8 as seconds, j.spec_hash = ${like.specHash} as same
    from leases l join jobs j on j.id = l.job_id
    where l.role = 'run' and l.commitment is not null and l.started_at is not null and l.ended_at is not null
      and j.deployment_id = ${like.deploymentId} and j.customer = ${like.customer}
      and (j.spec_hash = ${like.specHash} or (j.runtime = ${like.runtime} and j.spec->>'entry' = ${like.entry}))
    order by l.ended_at desc limit 50`)
  const same = rows.filter((row) => row.same)
  return (same.length > 0 ? same : [...rows]).map((row) => row.seconds)
}

/** The median of like runs in seconds, or null without history. */
export async function predictSeconds(db: Db, job: Job): Promise<number | null> {
  const { deploymentId, customer, specHash, runtime } = job
  const runs = await likeRuns(db, { deploymentId, customer, specHash, runtime, entry: job.spec?.entry ?? '' })
  return (
    percentile(
      [...runs].sort((a, b) => a - b),
      50,
    ) ?? null
  )
}

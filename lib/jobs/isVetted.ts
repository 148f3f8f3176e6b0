import type { Db, Tx } from '../db/client.ts'
import type { JobSpec } from '../protocol/jobSpec.ts'
import { contentHash } from '../vetting/contentHash.ts'
import { verdictOf } from '../vetting/verdicts.ts'

/**
 * Whether a job's content, as its row has it now, passed vetting: the hash is computed afresh, so that a row changed after
 * the verdict finds none.
 */
export async function isVetted(
  db: Db | Tx,
  job: { spec: JobSpec | null; verdictHash: string | null },
): Promise<boolean> {
  if (job.spec === null) return false
  const hash = contentHash(job.spec)
  if (hash !== job.verdictHash) return false
  return (await verdictOf(db, hash))?.decision === 'pass'
}

import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { blocks, intents } from '../db/schema/chain.ts'

/** The calls that give a job to a node. */
export const AWARDING = ['submitAndAward', 'award', 'replace'] as const

/**
 * A call on its way: not mined yet, or mined in a block whose events have not been applied. Until they are, the job looks
 * as it did before the call, and whoever acted on that look would do the same thing twice.
 */
export const onItsWay: SQL<boolean> = sql<boolean>`(${or(
  inArray(intents.status, ['queued', 'sent']),
  and(
    eq(intents.status, 'mined'),
    sql`${intents.blockNumber} > (
      select coalesce(max(${blocks.number}), 0) from ${blocks} where ${blocks.deploymentId} = ${intents.deploymentId})`,
  ),
)})`

/** True while one of these calls for the job is on its way to the chain, or back to us. */
export async function underWay(tx: Tx, jobId: string, kinds: readonly string[]): Promise<boolean> {
  const [row] = await tx
    .select({ id: intents.id })
    .from(intents)
    .where(and(eq(intents.jobId, jobId), inArray(intents.kind, [...kinds]), onItsWay))
    .limit(1)
  return row !== undefined
}

import { and, eq, inArray } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { intents } from '../db/schema/chain.ts'

/** The calls that give a job to a node. */
export const AWARDING = ['submitAndAward', 'award', 'replace'] as const

/** True while one of these calls for the job is on its way to the chain. */
export async function underWay(tx: Tx, jobId: string, kinds: readonly string[]): Promise<boolean> {
  const [row] = await tx
    .select({ id: intents.id })
    .from(intents)
    .where(
      and(
        eq(intents.jobId, jobId),
        inArray(intents.kind, [...kinds]),
        inArray(intents.status, ['queued', 'sent']),
      ),
    )
    .limit(1)
  return row !== undefined
}

/** The one door by which the rest of the network asks for a transaction. */
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { CHANNELS } from '../db/listen.ts'
import { intents } from '../db/schema/chain.ts'
import { type Hex, lower, newId } from '../kernel/ids.ts'
import type { Call } from './write/call.ts'

export interface NewIntent extends Call {
  readonly deploymentId: string
  /** What the intent is for, e.g. `award:{orderId}:{attempt}`: the same key is never sent twice. */
  readonly key: string
  readonly kind: string
  readonly orderId?: Hex
  readonly jobId?: string
}

/**
 * Queues a transaction in the caller's transaction: it is sent if and only if that commits. False when the key was queued
 * before (whatever came of it), and then nothing changes.
 */
export async function queueIntent(tx: Tx, intent: NewIntent): Promise<boolean> {
  return (await queueIntents(tx, [intent])) === 1
}

/** Like queueIntent for several, with one wake-up. Returns how many were new. */
export async function queueIntents(tx: Tx, list: readonly NewIntent[]): Promise<number> {
  if (list.length === 0) return 0
  const rows = await tx
    .insert(intents)
    .values(
      list.map((intent) => ({
        id: newId('int'),
        deploymentId: intent.deploymentId,
        key: intent.key,
        kind: intent.kind,
        orderId: intent.orderId ? lower(intent.orderId) : null,
        jobId: intent.jobId ?? null,
        to: lower(intent.to),
        data: intent.data,
      })),
    )
    .onConflictDoNothing({ target: [intents.deploymentId, intents.key] })
    .returning({ id: intents.id })
  if (rows.length > 0) await tx.execute(sql`select pg_notify(${CHANNELS.intents}, '')`)
  return rows.length
}

/** The audit log: who did what, written with the deed and never changed (a trigger refuses it). */
import { desc } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { auditLog } from '../db/schema/ops.ts'
import { newId } from '../kernel/ids.ts'

export interface Deed {
  /** Address of the admin, or the part of the network that acted. */
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly details: string
}

/** Writes one row, in the transaction of the deed. */
export async function recordDeed(tx: Tx | Db, deed: Deed): Promise<void> {
  await tx.insert(auditLog).values({ id: newId('aud'), ...deed })
}

/** The newest rows. */
export function latestDeeds(db: Db, limit: number) {
  return db.select().from(auditLog).orderBy(desc(auditLog.at)).limit(limit)
}

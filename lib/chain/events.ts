/** Kept events, read back. */
import { and, asc, eq } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { chainEvents } from '../db/schema/chain.ts'
import type { Hex } from '../kernel/ids.ts'
import type { ChainEvent } from './rules/events.ts'

export type { ChainEvent } from './rules/events.ts'

/** A row of chain_events as the typed event it was written from. */
export function fromRow(row: typeof chainEvents.$inferSelect): ChainEvent {
  return row as unknown as ChainEvent
}

/** Every surviving event of an order, in the order of the chain. */
export async function eventsOfOrder(tx: Tx | Db, deploymentId: string, orderId: Hex): Promise<ChainEvent[]> {
  const rows = await tx
    .select()
    .from(chainEvents)
    .where(and(eq(chainEvents.deploymentId, deploymentId), eq(chainEvents.orderId, orderId)))
    .orderBy(asc(chainEvents.blockNumber), asc(chainEvents.logIndex))
  return rows.map(fromRow)
}

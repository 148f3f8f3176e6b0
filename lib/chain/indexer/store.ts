/** What the indexer writes: blocks, events, and the undoing of both. */
import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.ts'
import { CHANNELS } from '../../db/listen.ts'
import { blocks, chainEvents, intents, reorganisations } from '../../db/schema/chain.ts'
import { newId } from '../../kernel/ids.ts'
import { fromRow } from '../events.ts'
import type { ChainEvent } from '../rules/events.ts'
import type { BlockRef } from './projector.ts'
import type { ProvenBlock } from './source.ts'

/** Rows of recent blocks are all kept; of older ones every SPARSEth. */
export const RECENT = 300
export const SPARSE = 64
/** `intents.error` of what a reorganisation took out of the chain, until it has ended again. */
export const CARRIED_AGAIN = 'taken out of the chain by a reorganisation; carried again'
const CHUNK = 500

export type Cursor = BlockRef

/** The highest block that was applied; null before the first. With `lock`, nobody else moves it in this transaction. */
export async function readCursor(tx: Tx, deploymentId: string, lock = false): Promise<Cursor | null> {
  const query = tx
    .select({ number: blocks.number, hash: blocks.hash, timestamp: blocks.timestamp })
    .from(blocks)
    .where(eq(blocks.deploymentId, deploymentId))
    .orderBy(desc(blocks.number))
    .limit(1)
  return (lock ? await query.for('update') : await query)[0] ?? null
}

/** Blocks that we know, newest first. */
export function knownBlocks(tx: Tx, deploymentId: string): Promise<BlockRef[]> {
  return tx
    .select({ number: blocks.number, hash: blocks.hash, timestamp: blocks.timestamp })
    .from(blocks)
    .where(eq(blocks.deploymentId, deploymentId))
    .orderBy(desc(blocks.number))
}

/** Writes blocks with their events. A repeat of an event is no second row. */
export async function writeBlocks(tx: Tx, deploymentId: string, list: readonly ProvenBlock[]): Promise<void> {
  const rows = list.map(({ header }) => ({
    deploymentId,
    number: header.number,
    hash: header.hash,
    parentHash: header.parentHash,
    timestamp: header.timestamp,
  }))
  const events = list.flatMap((block) => block.events)
  // Sent one behind the other without waiting; the server runs them in this order.
  await Promise.all([
    ...chunksOf(rows).map((chunk) => tx.insert(blocks).values(chunk)),
    ...chunksOf(events).map((chunk) =>
      tx
        .insert(chainEvents)
        .values(chunk.map((event) => ({ ...event, args: event.args as Record<string, unknown> })))
        .onConflictDoNothing(),
    ),
  ])
}

function chunksOf<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, at) =>
    list.slice(at * CHUNK, (at + 1) * CHUNK),
  )
}

/** Takes everything above `keep` out: blocks, events. What was mined there is to be carried again by the relayer. */
export async function removeAbove(
  tx: Tx,
  deploymentId: string,
  keep: number,
): Promise<{ removedBlocks: BlockRef[]; events: ChainEvent[]; unmined: number }> {
  const removedBlocks = await tx
    .delete(blocks)
    .where(and(eq(blocks.deploymentId, deploymentId), gt(blocks.number, keep)))
    .returning({ number: blocks.number, hash: blocks.hash, timestamp: blocks.timestamp })
  const rows = await tx
    .delete(chainEvents)
    .where(and(eq(chainEvents.deploymentId, deploymentId), gt(chainEvents.blockNumber, keep)))
    .returning()
  const unmined = await unmine(tx, deploymentId, keep)
  removedBlocks.sort((a, b) => b.number - a.number)
  const events = rows.map(fromRow).sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
  return { removedBlocks, events, unmined }
}

/**
 * Intents that ended in a removed block are sent (with their nonce and signed bytes), not mined. Those that were found
 * hopeless without being sent, by looking at a removed block, are queued again.
 */
async function unmine(tx: Tx, deploymentId: string, keep: number): Promise<number> {
  const ended = and(
    eq(intents.deploymentId, deploymentId),
    inArray(intents.status, ['mined', 'reverted']),
    gt(intents.blockNumber, keep),
  )
  const rows = await tx
    .update(intents)
    .set({
      status: sql`case when ${intents.nonce} is null then 'queued' else 'sent' end`,
      blockHash: null,
      blockNumber: null,
      minedHash: null,
      error: CARRIED_AGAIN,
      notBefore: sql`now()`,
      updatedAt: sql`now()`,
    })
    .where(ended)
    .returning({ id: intents.id })
  if (rows.length > 0) await tx.execute(sql`select pg_notify(${CHANNELS.intents}, 'reorganisation')`)
  return rows.length
}

export async function recordReorganisation(
  tx: Tx,
  deploymentId: string,
  what: { fromBlock: number; depth: number; undone: number; unmined: number },
): Promise<void> {
  const { unmined, ...row } = what
  await tx
    .insert(reorganisations)
    .values({ id: newId('reorg'), deploymentId, ...row, resolved: unmined === 0 })
}

/** Deletes block rows that no reorganisation of a likely depth needs; every SPARSEth stays for the unlikely ones. */
export async function thinBlocks(tx: Tx, deploymentId: string, head: number): Promise<void> {
  await tx
    .delete(blocks)
    .where(
      and(
        eq(blocks.deploymentId, deploymentId),
        sql`${blocks.number} < ${head - RECENT}`,
        sql`${blocks.number} % ${SPARSE} <> 0`,
      ),
    )
}

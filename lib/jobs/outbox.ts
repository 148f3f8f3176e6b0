/** News for whoever listens, written in the transaction of the change, so that it is told exactly when the change is true. */
import { asc, gt, lt, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { outbox } from '../db/schema/jobs.ts'

export type OutboxRow = typeof outbox.$inferSelect

export interface OutboxNews {
  /** A job changed: read it again when the revision is newer than yours. */
  job: { jobId: string; revision: number; state: string; customer: string }
  /** Log entries of a lease were added, up to and with seq `through`. */
  logs: { jobId: string; leaseId: string; through: number }
}

/** Adds news; readers are woken once the transaction commits. */
export async function publish<Topic extends keyof OutboxNews>(
  tx: Tx,
  topic: Topic,
  payload: OutboxNews[Topic],
): Promise<void> {
  await Promise.all([
    tx.insert(outbox).values({ topic, payload }),
    tx.execute(sql`select pg_notify('opengpu_outbox', '')`),
  ])
}

/** The newest number of the outbox, where a reader that starts now begins; 0 when it is empty. */
export async function outboxHead(db: Db): Promise<number> {
  const [row] = await db.select({ id: sql<string>`coalesce(max(${outbox.id}), 0)` }).from(outbox)
  return Number(row?.id ?? 0)
}

/**
 * News after a number, oldest first. Numbers are taken before the commit, so a smaller one can appear after a larger: a
 * reader goes back over the last moments and forgets what it has seen. Every payload carries its own resume number, so a
 * repeat is harmless.
 */
export async function readOutbox(db: Db, after: number, limit = 500): Promise<OutboxRow[]> {
  return db.select().from(outbox).where(gt(outbox.id, after)).orderBy(asc(outbox.id)).limit(limit)
}

/** Removes news older than `minutes` (database time). */
export async function pruneOutbox(db: Db, minutes: number): Promise<void> {
  await db.delete(outbox).where(lt(outbox.createdAt, sql`now() - make_interval(mins => ${minutes})`))
}

/** Bytes by their SHA-256: what jobs take in and give out. In chunks, so that no statement carries a whole large file. */
import { createHash } from 'node:crypto'
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/retry.ts'
import { contentChunks, contents, contentUses } from '../db/schema/contents.ts'
import { jobs } from '../db/schema/jobs.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'

/** Bytes in one row of content_chunks. */
export const CHUNK_BYTES = 256 * 1024

/** Bytes that came with an order, under the hash that was taken of them. */
export interface SentContent {
  readonly sha256: string
  readonly data: Uint8Array
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Stores bytes under their own hash. With `expected`, throws AppError `content-mismatch` when they are other bytes than
 * announced. Storing what is there already changes nothing; true when it was new.
 */
export async function putContent(
  db: Db,
  bytes: Uint8Array,
  expected?: string,
): Promise<{ sha256: string; stored: boolean }> {
  const sha256 = sha256Hex(bytes)
  if (expected !== undefined && sha256 !== expected) {
    throw new AppError('content-mismatch', `The bytes have the hash ${sha256}, not ${expected}.`, {
      status: 422,
    })
  }
  const stored = await inTransaction(db, async (tx) => {
    // The row of `contents` is the claim: a second writer waits for it here and then finds it taken.
    const claimed = await tx
      .insert(contents)
      .values({ sha256, bytes: bytes.length })
      .onConflictDoNothing()
      .returning({ sha256: contents.sha256 })
    if (claimed.length === 0) {
      // Fresh again, so that the chore for unused bytes leaves the new user time to say that it uses them.
      await tx.update(contents).set({ createdAt: sql`now()` }).where(eq(contents.sha256, sha256))
      return false
    }
    for (let seq = 0; seq * CHUNK_BYTES < bytes.length; seq++) {
      const data = bytes.subarray(seq * CHUNK_BYTES, (seq + 1) * CHUNK_BYTES)
      await tx.insert(contentChunks).values({ sha256, seq, data })
    }
    return true
  })
  return { sha256, stored }
}

/** Bytes in a content, or null when it is not stored. */
export async function contentSize(db: Db | Tx, sha256: string): Promise<number | null> {
  const [row] = await db.select({ bytes: contents.bytes }).from(contents).where(eq(contents.sha256, sha256))
  return row?.bytes ?? null
}

/** Sizes of those of the contents that are stored. */
export async function contentSizes(db: Db | Tx, hashes: readonly string[]): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map()
  const rows = await db
    .select({ sha256: contents.sha256, bytes: contents.bytes })
    .from(contents)
    .where(inArray(contents.sha256, [...hashes]))
  return new Map(rows.map((row) => [row.sha256, row.bytes]))
}

/** The whole content, checked against its hash. Null when it is not stored. Throws when the stored bytes are damaged. */
export async function readContent(db: Db | Tx, sha256: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const [size, rows] = await Promise.all([
    contentSize(db, sha256),
    db
      .select({ data: contentChunks.data })
      .from(contentChunks)
      .where(eq(contentChunks.sha256, sha256))
      .orderBy(asc(contentChunks.seq)),
  ])
  if (size === null) return null
  const bytes = new Uint8Array(Buffer.concat(rows.map(({ data }) => data)))
  if (bytes.length !== size || sha256Hex(bytes) !== sha256) {
    throw new AppError('content-damaged', `The stored bytes of ${sha256} are damaged.`, { status: 500 })
  }
  return bytes
}

/** The content piece by piece, for streaming to a download. Ends early for a content that is not stored. */
export async function* streamContent(db: Db, sha256: string): AsyncGenerator<Uint8Array> {
  for (let seq = 0; ; seq++) {
    const [row] = await db
      .select({ data: contentChunks.data })
      .from(contentChunks)
      .where(and(eq(contentChunks.sha256, sha256), eq(contentChunks.seq, seq)))
    if (row === undefined) return
    yield row.data
  }
}

/** Says that a job uses contents: as its input (no lease) or as the output of a lease. */
export async function claimContents(
  tx: Db | Tx,
  jobId: string,
  leaseId: string | null,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return
  await tx
    .insert(contentUses)
    .values([...new Set(hashes)].map((sha256) => ({ sha256, jobId, leaseId: leaseId ?? '' })))
    .onConflictDoNothing()
}

/** Sizes of those of the contents that are an input of a job of this customer. */
export async function ownInputs(
  db: Db | Tx,
  customer: Address,
  hashes: readonly string[],
): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map()
  const rows = await db
    .selectDistinct({ sha256: contents.sha256, bytes: contents.bytes })
    .from(contents)
    .innerJoin(contentUses, and(eq(contentUses.sha256, contents.sha256), eq(contentUses.leaseId, '')))
    .innerJoin(jobs, and(eq(jobs.id, contentUses.jobId), eq(jobs.customer, customer)))
    .where(inArray(contents.sha256, [...hashes]))
  return new Map(rows.map((row) => [row.sha256, row.bytes]))
}

/**
 * Bytes that this customer's jobs keep here without having locked anything on chain: held, rejected, cancelled in time, or
 * about to be awarded. They cost him nothing, so they are what he could fill the disk with.
 */
export async function unpaidBytes(db: Db | Tx, customer: Address): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<string>`coalesce(sum(${contents.bytes}), 0)` })
    .from(jobs)
    .innerJoin(contentUses, and(eq(contentUses.jobId, jobs.id), eq(contentUses.leaseId, '')))
    .innerJoin(contents, eq(contents.sha256, contentUses.sha256))
    .where(and(eq(jobs.customer, customer), eq(jobs.onChain, false)))
  return Number(row?.bytes ?? 0)
}

/** Those of the hashes that this lease uploaded. */
export async function uploadedBy(
  tx: Db | Tx,
  leaseId: string,
  hashes: readonly string[],
): Promise<Set<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await tx
    .select({ sha256: contentUses.sha256 })
    .from(contentUses)
    .innerJoin(contents, eq(contents.sha256, contentUses.sha256))
    .where(and(eq(contentUses.leaseId, leaseId), inArray(contentUses.sha256, [...new Set(hashes)])))
  return new Set(rows.map((row) => row.sha256))
}

/** Forgets what a job used; the bytes go at once when nobody else uses them. */
export async function releaseContents(tx: Tx, jobId: string): Promise<void> {
  const used = await tx
    .delete(contentUses)
    .where(eq(contentUses.jobId, jobId))
    .returning({ sha256: contentUses.sha256 })
  await removeUnused(tx, [...new Set(used.map((row) => row.sha256))])
}

async function removeUnused(tx: Tx, hashes: readonly string[]): Promise<number> {
  if (hashes.length === 0) return 0
  const removed = await tx
    .delete(contents)
    .where(
      and(
        inArray(contents.sha256, [...hashes]),
        sql`not exists (select 1 from ${contentUses} where ${contentUses.sha256} = ${contents.sha256})`,
      ),
    )
    .returning({ sha256: contents.sha256 })
  const gone = removed.map((row) => row.sha256)
  if (gone.length > 0) await tx.delete(contentChunks).where(inArray(contentChunks.sha256, gone))
  return gone.length
}

/** Removes bytes that nobody used for `hours` (database time): uploads whose job was never created. At most 200 a call. */
export async function sweepContents(db: Db, hours: number): Promise<number> {
  return inTransaction(db, async (tx) => {
    const rows = await tx
      .select({ sha256: contents.sha256 })
      .from(contents)
      .where(
        and(
          sql`${contents.createdAt} < now() - make_interval(hours => ${hours})`,
          sql`not exists (select 1 from ${contentUses} where ${contentUses.sha256} = ${contents.sha256})`,
        ),
      )
      .limit(200)
      .for('update', { skipLocked: true })
    return removeUnused(
      tx,
      rows.map((row) => row.sha256),
    )
  })
}

/** The relayer's rows. One row is one intent is one nonce; every change compares what it expects to find. */
import { and, asc, count, eq, gte, inArray, lt, lte, max, sql, sum } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.ts'
import { CHANNELS } from '../../db/listen.ts'
import { intents, reorganisations } from '../../db/schema/chain.ts'
import type { Address, Hex } from '../../kernel/ids.ts'
import { newId } from '../../kernel/ids.ts'
import { CARRIED_AGAIN } from '../indexer/store.ts'

export type Intent = typeof intents.$inferSelect

/** A kind of our own: an empty transaction that fills a nonce nobody holds, so that those above can be mined. */
export const FILL = 'fill'
/** How far below the chain's count ended rows are compared with the blocks we know. */
const LOOK_BACK = 256

const ofSender = (deploymentId: string, sender: Address) =>
  and(eq(intents.deploymentId, deploymentId), eq(intents.sender, sender))

/** Intents that may be sent now, oldest first. */
export function queuedIntents(db: Db, deploymentId: string, limit: number): Promise<Intent[]> {
  return db
    .select()
    .from(intents)
    .where(
      and(
        eq(intents.deploymentId, deploymentId),
        eq(intents.status, 'queued'),
        lte(intents.notBefore, sql`now()`),
      ),
    )
    .orderBy(asc(intents.createdAt), asc(intents.id))
    .limit(limit)
}

/** True while an intent is queued, whether it may go now or waits. */
export async function anyQueued(db: Db, deploymentId: string): Promise<boolean> {
  const rows = await db
    .select({ id: intents.id })
    .from(intents)
    .where(and(eq(intents.deploymentId, deploymentId), eq(intents.status, 'queued')))
    .limit(1)
  return rows.length > 0
}

/** How many transactions are out, and the most they can cost in wei. */
export async function outstanding(
  db: Db,
  deploymentId: string,
  sender: Address,
): Promise<{ rows: number; cost: bigint }> {
  const [row] = await db
    .select({ rows: count(), cost: sum(sql`${intents.gas}::numeric * ${intents.maxFeePerGas}::numeric`) })
    .from(intents)
    .where(and(ofSender(deploymentId, sender), eq(intents.status, 'sent')))
  return { rows: row?.rows ?? 0, cost: BigInt(row?.cost ?? 0) }
}

/** The highest nonce that any row holds; null when none does. */
export async function highestNonce(
  db: Db | Tx,
  deploymentId: string,
  sender: Address,
): Promise<number | null> {
  const [row] = await db
    .select({ nonce: max(intents.nonce) })
    .from(intents)
    .where(ofSender(deploymentId, sender))
  return row?.nonce ?? null
}

export interface Signed {
  readonly id: string
  readonly nonce: number
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly raw: Hex
  readonly hash: Hex
}

/** Gives queued rows their nonce and signed bytes, before anything is sent. Returns the rows that were still queued. */
export async function storeSigned(tx: Tx, sender: Address, list: readonly Signed[]): Promise<Set<string>> {
  const values = JSON.stringify(
    list.map((row) => ({
      id: row.id,
      nonce: row.nonce,
      gas: row.gas.toString(),
      fee: row.maxFeePerGas.toString(),
      tip: row.maxPriorityFeePerGas.toString(),
      raw: row.raw,
      hash: row.hash,
    })),
  )
  const rows = await tx.execute<{ id: string }>(sql`
    update ${intents} as i
    set status = 'sent', sender = ${sender}, nonce = v.nonce, gas = v.gas, max_fee_per_gas = v.fee,
        max_priority_fee_per_gas = v.tip, raw = v.raw, hashes = array_append(i.hashes, v.hash),
        attempts = i.attempts + 1, error = null, sent_at = now(), updated_at = now()
    from jsonb_to_recordset(${values}::text::jsonb)
      as v(id text, nonce bigint, gas bigint, fee bigint, tip bigint, raw text, hash text)
    where i.id = v.id and i.status = 'queued'
    returning i.id`)
  return new Set([...rows].map((row) => row.id))
}

/** Replaces the signed bytes of a row that is out with others of the same nonce. False when it is not out any more. */
export async function storeReplacement(db: Db, row: Intent, signed: Signed): Promise<boolean> {
  const done = await db
    .update(intents)
    .set({
      raw: signed.raw,
      maxFeePerGas: signed.maxFeePerGas,
      maxPriorityFeePerGas: signed.maxPriorityFeePerGas,
      hashes: sql`array_append(${intents.hashes}, ${signed.hash})`,
      attempts: sql`${intents.attempts} + 1`,
      sentAt: sql`now()`,
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(intents.id, row.id),
        eq(intents.status, 'sent'),
        eq(intents.nonce, signed.nonce),
        eq(intents.raw, row.raw as Hex),
      ),
    )
    .returning({ id: intents.id })
  return done.length === 1
}

/** Queued rows that cannot go now: why, and when to look again. */
export async function postpone(
  db: Db,
  list: readonly { id: string; why: string }[],
  seconds: number,
): Promise<void> {
  if (list.length === 0) return
  const values = JSON.stringify(list)
  await db.execute(sql`
    update ${intents} as i
    set error = v.why, attempts = i.attempts + 1, not_before = now() + make_interval(secs => ${seconds}), updated_at = now()
    from jsonb_to_recordset(${values}::text::jsonb) as v(id text, why text)
    where i.id = v.id and i.status = 'queued'`)
}

/** How an intent ended. Without a nonce it was never sent; `blockNumber` is then the block that was looked at. */
export interface Ended {
  readonly row: Intent
  readonly status: 'mined' | 'reverted' | 'abandoned'
  readonly error: string | null
  readonly minedHash: Hex | null
  readonly blockHash: Hex | null
  readonly blockNumber: number | null
}

/** Ends rows that still stand as they were read, and wakes the engine for their jobs. */
export async function end(tx: Tx, list: readonly Ended[]): Promise<void> {
  if (list.length === 0) return
  const values = JSON.stringify(
    list.map((item) => ({
      id: item.row.id,
      was: item.row.status,
      status: item.status,
      error: item.error,
      mined: item.minedHash,
      hash: item.blockHash,
      number: item.blockNumber,
    })),
  )
  await tx.execute(sql`
    with ended as (
      update ${intents} as i
      set status = v.status, error = v.error, mined_hash = v.mined, block_hash = v.hash, block_number = v.number, updated_at = now()
      from jsonb_to_recordset(${values}::text::jsonb)
        as v(id text, was text, status text, error text, mined text, hash text, number bigint)
      where i.id = v.id and i.status = v.was
      returning i.job_id
    )
    select pg_notify(${CHANNELS.jobs}, job_id) from (select distinct job_id from ended where job_id is not null) as jobs`)
}

/** Rows that are out. `below` / `from` bound their nonce. */
export function sentIntents(
  db: Db,
  deploymentId: string,
  sender: Address,
  bounds: { below?: number; from?: number; limit?: number; untouchedSeconds?: number; sentSeconds?: number },
): Promise<Intent[]> {
  return db
    .select()
    .from(intents)
    .where(
      and(
        ofSender(deploymentId, sender),
        eq(intents.status, 'sent'),
        bounds.below === undefined ? undefined : lt(intents.nonce, bounds.below),
        bounds.from === undefined ? undefined : gte(intents.nonce, bounds.from),
        bounds.untouchedSeconds === undefined
          ? undefined
          : sql`${intents.updatedAt} < now() - make_interval(secs => ${bounds.untouchedSeconds})`,
        bounds.sentSeconds === undefined
          ? undefined
          : sql`${intents.sentAt} <= now() - make_interval(secs => ${bounds.sentSeconds})`,
      ),
    )
    .orderBy(asc(intents.nonce))
    .limit(bounds.limit ?? 1_000)
}

/** Notes that rows were sent once more, so that they are not sent again at once. */
export async function touch(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await db
      .update(intents)
      .set({ updatedAt: sql`now()` })
      .where(inArray(intents.id, [...ids]))
}

/**
 * Rows that ended in a block which is not on the chain are out again: the chain's count of our transactions is not beyond
 * their nonce, or the block we know at their height is another one.
 */
export async function unendLost(
  db: Db,
  deploymentId: string,
  sender: Address,
  chainCount: number,
): Promise<number> {
  const rows = await db.execute<{ id: string }>(sql`
    update ${intents} as i
    set status = 'sent', block_hash = null, block_number = null, mined_hash = null, error = ${CARRIED_AGAIN}, updated_at = now()
    where i.deployment_id = ${deploymentId} and i.sender = ${sender} and i.nonce >= ${chainCount - LOOK_BACK}
      and i.status in ('mined', 'reverted')
      and (i.nonce >= ${chainCount} or exists (
        select 1 from blocks b
        where b.deployment_id = i.deployment_id and b.number = i.block_number and b.hash <> i.block_hash))
    returning i.id`)
  return [...rows].length
}

/** Takes a row's nonce away after the chain gave the nonce to a transaction that is not ours; it is queued again. */
export async function requeue(
  db: Db,
  row: Intent,
  changes: { gas: bigint | null; error: string },
): Promise<void> {
  await db
    .update(intents)
    .set({
      status: 'queued',
      nonce: null,
      raw: null,
      sender: null,
      gas: changes.gas,
      error: changes.error,
      notBefore: sql`now()`,
      updatedAt: sql`now()`,
    })
    .where(and(eq(intents.id, row.id), eq(intents.status, 'sent'), eq(intents.nonce, row.nonce as number)))
}

/** Nonces from the chain's count up to our highest that no row holds. */
export async function missingNonces(
  db: Db,
  deploymentId: string,
  sender: Address,
  chainCount: number,
): Promise<number[]> {
  const rows = await db.execute<{ nonce: string }>(sql`
    select n as nonce from generate_series(
      ${chainCount}::bigint,
      (select max(nonce) from ${intents} where deployment_id = ${deploymentId} and sender = ${sender} and status = 'sent')
    ) as n
    where not exists (
      select 1 from ${intents} where deployment_id = ${deploymentId} and sender = ${sender} and nonce = n)
    order by n limit 200`)
  return [...rows].map((row) => Number(row.nonce))
}

/** A row for an empty transaction at a nonce that is missing. */
export async function insertFill(
  db: Db,
  deploymentId: string,
  sender: Address,
  signed: Omit<Signed, 'id'>,
): Promise<void> {
  await db
    .insert(intents)
    .values({
      id: newId('int'),
      deploymentId,
      key: `${FILL}:${sender}:${signed.nonce}:${signed.hash}`,
      kind: FILL,
      to: sender,
      data: '0x',
      status: 'sent',
      sender,
      nonce: signed.nonce,
      gas: signed.gas,
      maxFeePerGas: signed.maxFeePerGas,
      maxPriorityFeePerGas: signed.maxPriorityFeePerGas,
      raw: signed.raw,
      hashes: [signed.hash],
      attempts: 1,
      sentAt: sql`now()`,
    })
    .onConflictDoNothing()
}

/** Writes down, for the ops page, what a reorganisation lost for good, and closes it when all else was carried again. */
export async function closeReorganisations(
  db: Db,
  deploymentId: string,
  lost: readonly string[],
): Promise<void> {
  if (lost.length > 0)
    await db.execute(sql`
      update ${reorganisations} set not_carried = not_carried || ${JSON.stringify(lost)}::text::jsonb
      where id = (select id from ${reorganisations} where deployment_id = ${deploymentId} order by at desc limit 1)`)
  await db
    .update(reorganisations)
    .set({ resolved: true })
    .where(
      and(
        eq(reorganisations.deploymentId, deploymentId),
        eq(reorganisations.resolved, false),
        sql`not exists (select 1 from ${intents} where ${intents.deploymentId} = ${deploymentId}
          and ${intents.status} in ('queued', 'sent') and ${intents.error} = ${CARRIED_AGAIN})`,
      ),
    )
}

/**
 * From sent to ended. The chain's count of our transactions tells which nonces are decided; receipts tell how. What is not
 * decided is sent again (same bytes) after a reconnection, a reorganisation or a while, offered more when blocks pass it by,
 * and a nonce that nobody holds is filled, so that nothing above it waits for ever.
 */
import { inTransaction } from '../../db/retry.ts'
import { type Hex, lower } from '../../kernel/ids.ts'
import { mineBlocks } from '../embedded.ts'
import { CARRIED_AGAIN } from '../indexer/store.ts'
import { decodeRevert, isRevert } from '../rules/revert.ts'
import { replacement } from './fees.ts'
import type { RelayerContext } from './options.ts'
import { broadcast, chainNonce, currentFees, sign } from './send.ts'
import {
  closeReorganisations,
  type Ended,
  end,
  FILL,
  type Intent,
  insertFill,
  missingNonces,
  outstanding,
  requeue,
  sentIntents,
  storeReplacement,
  touch,
  unendLost,
} from './store.ts'

const DEFAULT_CAP = 500_000_000_000n
const REPLACE_AFTER_BLOCKS = 3
const REPLACE_AFTER_SECONDS = 12
/** What is out and was not seen in a block for so long is sent again: nodes forget. */
const RESEND_AFTER_SECONDS = 8
/** Blocks that must pass before a nonce without a receipt of ours counts as taken by somebody else. */
const TAKEN_AFTER_BLOCKS = 2
const REPLACE_AT_ONCE = 16
/** Milliseconds of standing still before the embedded chain is asked for a block. */
export const NUDGE_AFTER = 150
/** A call that needs more than this is not sent again with more. */
const MOST_GAS = 15_000_000n

interface Receipt {
  readonly status: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly transactionHash: Hex
  readonly gasUsed: Hex
}

/** One look at everything that is out. `again`: send all of it once more, whatever its age. */
export async function followSent(
  ctx: RelayerContext,
  taken: Map<string, number>,
  again: boolean,
): Promise<void> {
  const { db, deployment } = ctx
  const sender = lower(ctx.account.address)
  const count = await chainNonce(ctx)
  const lost = await unendLost(db, deployment.id, sender, count)
  await endDecided(ctx, await sentIntents(db, deployment.id, sender, { below: count }), taken)
  await fillGaps(ctx, count)
  const resend = await sentIntents(db, deployment.id, sender, {
    from: count,
    ...(again || lost > 0 ? {} : { untouchedSeconds: RESEND_AFTER_SECONDS }),
  })
  if (resend.length > 0) {
    await broadcast(ctx, resend)
    await touch(
      db,
      resend.map((row) => row.id),
    )
  }
  await offerMore(ctx, count)
  if (ctx.embedded) await nudge(ctx, count)
}

/**
 * The embedded chain makes a block when a transaction arrives, but at times leaves some that arrived together in its pool
 * until the next one. When the count stands still with transactions out, a block is asked for.
 */
async function nudge(ctx: RelayerContext, count: number): Promise<void> {
  const out = await outstanding(ctx.db, ctx.deployment.id, lower(ctx.account.address))
  const now = performance.now()
  if (out.rows === 0) ctx.stillSince = null
  else if (ctx.stillSince?.count !== count) ctx.stillSince = { count, at: now }
  else if (now - ctx.stillSince.at >= NUDGE_AFTER) {
    ctx.stillSince = { count, at: now }
    await mineBlocks(ctx.chain, 1)
  }
}

async function endDecided(
  ctx: RelayerContext,
  rows: readonly Intent[],
  taken: Map<string, number>,
): Promise<void> {
  if (rows.length === 0) return
  const ended: Ended[] = []
  await Promise.all(
    rows.map(async (row) => {
      const receipt = await receiptOf(ctx, row)
      if (!receipt) return notOurs(ctx, row, taken)
      taken.delete(row.id)
      const place = {
        minedHash: lower(receipt.transactionHash),
        blockHash: lower(receipt.blockHash),
        blockNumber: Number(receipt.blockNumber),
      }
      if (receipt.status === '0x1') return void ended.push({ row, status: 'mined', error: null, ...place })
      const limit = row.gas ?? 0n
      if (BigInt(receipt.gasUsed) * 100n >= limit * 97n && limit < MOST_GAS)
        return requeue(ctx.db, row, { gas: limit * 2n, error: 'it ran out of gas; sent again with more' })
      ended.push({ row, status: 'reverted', error: await whyReverted(ctx, row, place.blockNumber), ...place })
    }),
  )
  await inTransaction(ctx.db, (tx) => end(tx, ended))
  for (const { row } of ended) ctx.offeredAt.delete(row.id)
  const carried = ended.filter(({ row }) => row.error === CARRIED_AGAIN)
  if (carried.length > 0) {
    const lost = carried.filter(({ status }) => status === 'reverted')
    await closeReorganisations(
      ctx.db,
      ctx.deployment.id,
      lost.map(({ row, error }) => `${row.key}: ${error}`),
    )
  }
}

async function receiptOf(ctx: RelayerContext, row: Intent): Promise<Receipt | null> {
  for (const hash of [...row.hashes].reverse()) {
    const receipt = await ctx.chain.request<Receipt | null>('eth_getTransactionReceipt', [hash])
    if (receipt) return receipt
  }
  return null
}

/** The nonce is used but no transaction of ours was: somebody else holds the key, or the node is behind itself. */
async function notOurs(ctx: RelayerContext, row: Intent, taken: Map<string, number>): Promise<void> {
  const head = ctx.head?.number ?? 0
  const since = taken.get(row.id) ?? head
  taken.set(row.id, since)
  if (head - since < TAKEN_AFTER_BLOCKS) return
  taken.delete(row.id)
  ctx.logger.warn(
    { intent: row.key, nonce: row.nonce },
    'the nonce was used by a transaction that is not ours',
  )
  if (row.kind === FILL) {
    const gone: Ended = {
      row,
      status: 'abandoned',
      error: 'the nonce was filled otherwise',
      minedHash: null,
      blockHash: null,
      blockNumber: null,
    }
    await inTransaction(ctx.db, (tx) => end(tx, [gone]))
  } else
    await requeue(ctx.db, row, {
      gas: null,
      error: 'its nonce was used by a transaction that is not ours; sent again',
    })
}

/** Runs the call once more before the block it reverted in. The state inside the block may have differed. */
async function whyReverted(ctx: RelayerContext, row: Intent, block: number): Promise<string> {
  const call = { from: ctx.account.address, to: row.to, data: row.data }
  for (const at of [block - 1, block]) {
    try {
      await ctx.chain.request('eth_call', [call, `0x${at.toString(16)}`])
    } catch (error) {
      if (!isRevert(error)) continue
      const revert = decodeRevert(error)
      return `${revert.name}: ${revert.sentence}`
    }
  }
  return 'Reverted: the transaction reverted on chain; what it was for had been done or had become impossible in the same block.'
}

async function fillGaps(ctx: RelayerContext, count: number): Promise<void> {
  const sender = lower(ctx.account.address)
  const missing = await missingNonces(ctx.db, ctx.deployment.id, sender, count)
  if (missing.length === 0) return
  const fees = await currentFees(ctx)
  if (!fees) return
  for (const nonce of missing) {
    const signed = await sign(ctx, { id: '', to: sender, data: '0x' }, { nonce, gas: 21_000n, ...fees })
    // Stored as sent and untouched for long, so that the resending below takes it along in its order.
    await insertFill(ctx.db, ctx.deployment.id, sender, signed)
    await broadcast(ctx, [signed])
  }
  ctx.logger.warn({ nonces: missing }, 'nonces that nobody held were filled')
}

/** Raises the offer of the lowest nonces when blocks pass without them. */
async function offerMore(ctx: RelayerContext, count: number): Promise<void> {
  const head = ctx.head
  if (!head) return
  const sender = lower(ctx.account.address)
  const blocks = ctx.replaceAfterBlocks ?? REPLACE_AFTER_BLOCKS
  const rows = await sentIntents(ctx.db, ctx.deployment.id, sender, {
    from: count,
    limit: REPLACE_AT_ONCE,
    sentSeconds: ctx.replaceAfterSeconds ?? REPLACE_AFTER_SECONDS,
  })
  ctx.stuck = null
  const due = rows.filter((row) => {
    const since = ctx.offeredAt.get(row.id)
    if (since !== undefined && since <= head.number) return head.number - since >= blocks
    ctx.offeredAt.set(row.id, head.number)
    return false
  })
  if (due.length === 0) return
  const now = await currentFees(ctx)
  const cap = ctx.maxFeeCap ?? DEFAULT_CAP
  for (const row of due) {
    const old = { maxFeePerGas: row.maxFeePerGas ?? 0n, maxPriorityFeePerGas: row.maxPriorityFeePerGas ?? 0n }
    const fees = now && replacement(old, now)
    if (!fees || fees.maxFeePerGas > cap) {
      ctx.stuck = `transaction ${row.hashes.at(-1)} needs a higher fee than the cap of ${cap} wei`
      return
    }
    const signed = await sign(ctx, row, { nonce: row.nonce as number, gas: row.gas as bigint, ...fees })
    if (!(await storeReplacement(ctx.db, row, signed))) continue
    ctx.offeredAt.set(row.id, head.number)
    ctx.logger.info(
      { intent: row.key, nonce: row.nonce, maxFeePerGas: `${fees.maxFeePerGas}` },
      'offered more for the same nonce',
    )
    await broadcast(ctx, [signed])
  }
}

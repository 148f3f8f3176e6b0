/**
 * From queued to sent. Each intent is tried against the newest state first, so that a call that would revert costs nothing
 * and takes no nonce. Then one transaction gives all that may go their nonces and signed bytes, and only after its commit
 * are the bytes sent: whatever dies in between, the same bytes are sent again.
 */
import { inTransaction } from '../../db/retry.ts'
import { EMBEDDED_CHAIN_ID } from '../../kernel/embeddedChain.ts'
import { messageOf } from '../../kernel/errors.ts'
import { lower } from '../../kernel/ids.ts'
import { tracePoint } from '../../kernel/trace.ts'
import { mineBlocks } from '../embedded.ts'
import { decodeRevert, isRevert, mayPass, type Revert } from '../rules/revert.ts'
import { assertRelayerMaySign } from '../signer/policy.ts'
import { signRelayed } from '../signer/relayer.ts'
import { RpcError } from '../socket.ts'
import { type Fees, gasLimit, offer } from './fees.ts'
import type { RelayerContext } from './options.ts'
import {
  anyQueued,
  type Ended,
  end,
  highestNonce,
  type Intent,
  outstanding,
  postpone,
  queuedIntents,
  type Signed,
  storeSigned,
} from './store.ts'

const EMBEDDED_IN_FLIGHT = 256
const PUBLIC_IN_FLIGHT = 32
const DEFAULT_FEE_CAP = 500_000_000_000n
/** Seconds between looks at an intent that waits for the chain's time, and at one that waits for money. */
const PASSING_WAIT = 1
const MONEY_WAIT = 3
/** An intent whose reason should pass but did not in so many tries is given up. */
const GIVE_UP_AFTER = 3_600

type Trial =
  | { readonly row: Intent; readonly verdict: 'go'; readonly gas: bigint }
  | { readonly row: Intent; readonly verdict: 'reverts'; readonly revert: Revert }
  | { readonly row: Intent; readonly verdict: 'refused'; readonly why: string }

/** Sends what may go. Returns how many left; 0 means nothing more can be done now. */
export async function sendQueued(ctx: RelayerContext): Promise<number> {
  const { db, chain, deployment } = ctx
  const sender = lower(ctx.account.address)
  const most =
    ctx.maxInFlight ?? (chain.chainId === EMBEDDED_CHAIN_ID ? EMBEDDED_IN_FLIGHT : PUBLIC_IN_FLIGHT)
  const waiting = await queuedIntents(db, deployment.id, most)
  if (waiting.length === 0) {
    // What waits is looked at again when its time comes; until then its reason stands.
    if (ctx.alert !== null && !(await anyQueued(db, deployment.id))) ctx.alert = null
    return 0
  }
  const [out, highest] = await Promise.all([
    outstanding(db, deployment.id, sender),
    highestNonce(db, deployment.id, sender),
  ])
  const rows = waiting.slice(0, Math.max(0, most - out.rows))
  if (rows.length === 0) return 0
  const [trials, chainCount, balance, fees] = await Promise.all([
    Promise.all(rows.map((row) => tryOut(ctx, row))),
    chainNonce(ctx),
    chain.request<string>('eth_getBalance', [sender, 'latest']).then(BigInt),
    currentFees(ctx),
  ])
  await turnDown(ctx, trials)
  const willing = trials.filter((trial) => trial.verdict === 'go')
  const going = await affordable(ctx, willing, fees, balance - out.cost)
  if (fees === null || going.length === 0) return 0
  const first = Math.max(chainCount, (highest ?? -1) + 1)
  const signed = await Promise.all(
    going.map(({ row, gas }, index) => sign(ctx, row, { nonce: first + index, gas, ...fees })),
  )
  const stored = await inTransaction(db, (tx) => storeSigned(tx, sender, signed))
  const leaving = signed.filter((item) => stored.has(item.id))
  for (const item of leaving) if (ctx.head) ctx.offeredAt.set(item.id, ctx.head.number)
  for (const { row } of going) traceIntent(ctx, 'intentSigned', row)
  await broadcast(ctx, leaving)
  for (const { row } of going) traceIntent(ctx, 'intentTaken', row)
  return leaving.length
}

function traceIntent(ctx: RelayerContext, point: string, { jobId, kind }: Intent): void {
  if (jobId !== null) tracePoint(ctx.logger, point, { jobId, kind })
}

/** The chain's count of the sender's transactions: the lowest nonce that is free. */
export async function chainNonce(ctx: RelayerContext): Promise<number> {
  return Number(await ctx.chain.request<string>('eth_getTransactionCount', [ctx.account.address, 'latest']))
}

/** What to offer now; null when even the least is above the cap. */
export async function currentFees(ctx: RelayerContext): Promise<Fees | null> {
  const base = ctx.head?.baseFeePerGas ?? 0n
  const cap = ctx.maxFeeCap ?? DEFAULT_FEE_CAP
  const asked = await ctx.chain.request<string>('eth_maxPriorityFeePerGas', []).then(BigInt, (error) => {
    if (error instanceof RpcError) return 1_000_000_000n
    throw error
  })
  if (base + asked > cap) return null
  const fees = offer(base, asked)
  return fees.maxFeePerGas > cap ? { ...fees, maxFeePerGas: cap } : fees
}

export async function sign(
  ctx: RelayerContext,
  row: Pick<Intent, 'id' | 'to' | 'data'>,
  how: Omit<Signed, 'id' | 'raw' | 'hash'>,
): Promise<Signed> {
  const { raw, hash } = await signRelayed(ctx.account, ctx.deployment, {
    chainId: ctx.chain.chainId,
    to: row.to,
    data: row.data,
    value: 0n,
    ...how,
  })
  return { id: row.id, ...how, raw, hash }
}

/** Sends signed bytes in the order of their nonces, without waiting for one before the next. */
export async function broadcast(
  ctx: RelayerContext,
  list: readonly { id: string; raw: string | null }[],
): Promise<void> {
  const answers = await Promise.allSettled(
    list.map((item) => ctx.chain.request('eth_sendRawTransaction', [item.raw])),
  )
  answers.forEach((answer, index) => {
    if (answer.status === 'fulfilled') return
    const why = messageOf(answer.reason)
    // The node has it already, or the chain does: receipts tell which.
    if (/already known|already imported|known transaction|nonce too low/i.test(why)) return
    if (/insufficient funds/i.test(why))
      ctx.alert = `the relayer's wallet ${ctx.account.address} cannot pay for gas`
    ctx.logger.warn(
      { intent: list[index]?.id, err: why },
      'a transaction was not taken; it will be sent again',
    )
  })
}

async function tryOut(ctx: RelayerContext, row: Intent): Promise<Trial> {
  const { account, chain, deployment } = ctx
  try {
    assertRelayerMaySign(deployment, account.address, {
      chainId: chain.chainId,
      to: row.to,
      data: row.data,
      value: 0n,
    })
  } catch (error) {
    return { row, verdict: 'refused', why: messageOf(error) }
  }
  try {
    const call = { from: account.address, to: row.to, data: row.data }
    const estimate = BigInt(await chain.request<string>('eth_estimateGas', [call, 'latest']))
    const limit = gasLimit(estimate)
    // A row that ran out of gas before comes with what it needs at least.
    return { row, verdict: 'go', gas: row.gas !== null && row.gas > limit ? row.gas : limit }
  } catch (error) {
    if (!isRevert(error)) throw error
    return { row, verdict: 'reverts', revert: decodeRevert(error) }
  }
}

/** Ends what would revert for good, puts off what may pass by itself. */
async function turnDown(ctx: RelayerContext, trials: readonly Trial[]): Promise<void> {
  const ended: Ended[] = []
  const later: { id: string; why: string }[] = []
  let blocksNeeded = 0
  for (const trial of trials) {
    if (trial.verdict === 'go') continue
    const { row } = trial
    const stop = (error: string): void => {
      ended.push({
        row,
        status: 'reverted',
        error,
        minedHash: null,
        blockHash: null,
        blockNumber: ctx.head?.number ?? null,
      })
    }
    if (trial.verdict === 'refused') {
      stop(trial.why)
      continue
    }
    const { revert } = trial
    const why = `${revert.name}: ${revert.sentence}`
    if (!mayPass(revert) || row.attempts >= GIVE_UP_AFTER) {
      stop(why)
      continue
    }
    later.push({ id: row.id, why })
    const seed =
      revert.name === 'SeedNotReady' ? revert.args.find((arg) => arg.name === 'seedBlock') : undefined
    if (seed && ctx.head) blocksNeeded = Math.max(blocksNeeded, Number(seed.value) + 1 - ctx.head.number)
  }
  if (ended.length > 0) {
    await inTransaction(ctx.db, (tx) => end(tx, ended))
    for (const { row, error } of ended)
      ctx.logger.info({ intent: row.key, error }, 'not sent: it would revert')
  }
  const makesBlocks = ctx.embedded && blocksNeeded > 0
  await postpone(ctx.db, later, makesBlocks ? 0 : PASSING_WAIT)
  // The blocks that a draw waits for come by themselves on any other chain.
  if (makesBlocks) await mineBlocks(ctx.chain, blocksNeeded)
}

/** Those that the wallet can pay for, in order; the rest waits with the reason. */
async function affordable<T extends { readonly row: Intent; readonly gas: bigint }>(
  ctx: RelayerContext,
  trials: readonly T[],
  fees: Fees | null,
  available: bigint,
): Promise<T[]> {
  if (trials.length === 0) return []
  if (fees === null) {
    ctx.alert = `gas costs ${ctx.head?.baseFeePerGas} wei, more than the cap; transactions wait`
    await postpone(
      ctx.db,
      trials.map(({ row }) => ({ id: row.id, why: ctx.alert as string })),
      MONEY_WAIT,
    )
    return []
  }
  let left = available
  const going = trials.filter(({ gas }) => {
    const cost = gas * fees.maxFeePerGas
    if (cost > left) return false
    left -= cost
    return true
  })
  if (going.length === trials.length) {
    ctx.alert = null
    return going
  }
  const why = `the relayer's wallet ${ctx.account.address} holds too little ETH for gas; transactions wait`
  ctx.alert = why
  const gone = new Set(going.map(({ row }) => row.id))
  await postpone(
    ctx.db,
    trials.filter(({ row }) => !gone.has(row.id)).map(({ row }) => ({ id: row.id, why })),
    MONEY_WAIT,
  )
  return going
}

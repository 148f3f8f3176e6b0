/** What the network carries to the chain for a job: one intent per message and purpose, whoever asks however often. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { queueIntent } from '../chain/intents.ts'
import {
  type Call,
  draw,
  expire,
  handBack,
  reveal,
  seal,
  settle,
  start,
  submitResult,
} from '../chain/write/index.ts'
import type { Tx } from '../db/client.ts'
import { intents } from '../db/schema/chain.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import type { Job } from '../jobs/transition.ts'
import { onItsWay } from '../jobs/underWay.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import type { AttemptMessage, Opening, Order, RevealMessage, SealMessage } from '../protocol/messages.ts'
import { orderSchema } from '../protocol/wire.ts'

type Ctx = Pick<JobsCtx, 'deployment'>

/** The order of a job as the contracts want it. */
export function orderOf(job: Pick<Job, 'order'>): Order {
  return orderSchema.parse(job.order)
}

async function queue(tx: Tx, ctx: Ctx, job: Job, key: string, kind: string, call: Call): Promise<boolean> {
  return queueIntent(tx, {
    deploymentId: ctx.deployment.id,
    key,
    kind,
    orderId: job.orderId,
    jobId: job.id,
    ...call,
  })
}

/** Seconds after which a refused or mined call that changed nothing is tried again, by how often it was. */
const RETRY_SECONDS = [1, 2, 5, 10, 20, 40, 60]

/**
 * The number for the next try of a call that may be repeated, or null while the last one is under way or too fresh. Tries
 * end in a row of `intents` each, so the number is theirs.
 */
async function nextTry(tx: Tx, job: Job, kind: string): Promise<number | null> {
  const rows = await tx
    .select({
      isOut: onItsWay,
      age: sql<number>`extract(epoch from now() - ${intents.updatedAt})::float8`,
    })
    .from(intents)
    .where(and(eq(intents.jobId, job.id), eq(intents.kind, kind)))
    .orderBy(desc(intents.createdAt))
  const last = rows[0]
  if (last === undefined) return 0
  if (last.isOut) return null
  const wait = RETRY_SECONDS[Math.min(rows.length, RETRY_SECONDS.length) - 1] ?? 60
  return last.age >= wait ? rows.length : null
}

export async function carryStart(tx: Tx, ctx: Ctx, job: Job, message: AttemptMessage, nodeSignature: Hex) {
  return queue(
    tx,
    ctx,
    job,
    `start:${job.orderId}:${message.attempt}`,
    'start',
    start(ctx.deployment, { message, nodeSignature }),
  )
}

export async function carryHandBack(tx: Tx, ctx: Ctx, job: Job, message: AttemptMessage, nodeSignature: Hex) {
  const key = `handBack:${job.orderId}:${message.attempt}`
  return queue(tx, ctx, job, key, 'handBack', handBack(ctx.deployment, { message, nodeSignature }))
}

/** Only once the chain knows the start: before it, the contract would refuse the result for good. */
export async function carryResult(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  run: { attempt: number; node: Address; commitment: Hex; signature: Hex },
) {
  const result = { order: job.orderId, attempt: run.attempt, node: run.node, commitment: run.commitment }
  const call = submitResult(ctx.deployment, { result, nodeSignature: run.signature })
  return queue(tx, ctx, job, `result:${job.orderId}:${run.attempt}`, 'result', call)
}

export async function carryDraw(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const n = await nextTry(tx, job, 'draw')
  if (n === null) return false
  const key = `draw:${job.orderId}:${job.attempt}:${n}`
  return queue(tx, ctx, job, key, 'draw', draw(ctx.deployment, { order: orderOf(job) }))
}

/** `who`: `all` for the full set in one call, else the one member. */
export async function carrySeals(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  who: string,
  list: readonly { message: SealMessage; signature: Hex }[],
) {
  const call = seal(ctx.deployment, {
    seals: list.map(({ message }) => message),
    signatures: list.map(({ signature }) => signature),
  })
  return queue(tx, ctx, job, `seal:${job.orderId}:${job.attempt}:${who}`, 'seal', call)
}

/** What stands for "no opening" in a reveal. */
export const NO_OPENING: Opening = {
  outcome: 0,
  outputHash: `0x${'0'.repeat(64)}`,
  manifestHash: `0x${'0'.repeat(64)}`,
  secondsUsed: 0,
  salt: `0x${'0'.repeat(64)}`,
}

export async function carryReveals(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  who: string,
  opening: Opening,
  list: readonly { message: RevealMessage; signature: Hex }[],
) {
  const call = reveal(ctx.deployment, {
    order: orderOf(job),
    opening,
    reveals: list.map(({ message }) => message),
    signatures: list.map(({ signature }) => signature),
  })
  return queue(tx, ctx, job, `reveal:${job.orderId}:${job.attempt}:${who}`, 'reveal', call)
}

export async function carrySettle(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const n = await nextTry(tx, job, 'settle')
  if (n === null) return false
  const key = `settle:${job.orderId}:${job.attempt}:${n}`
  return queue(tx, ctx, job, key, 'settle', settle(ctx.deployment, { order: orderOf(job) }))
}

export async function carryExpire(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const n = await nextTry(tx, job, 'expire')
  if (n === null) return false
  const key = `expire:${job.orderId}:${n}`
  return queue(tx, ctx, job, key, 'expire', expire(ctx.deployment, { order: orderOf(job) }))
}

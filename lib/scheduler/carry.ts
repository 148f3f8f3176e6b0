/** What the network carries to the chain for a job: one intent per message and purpose, whoever asks however often. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { queueIntents } from '../chain/intents.ts'
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

/** Seconds after which a refused or mined call that changed nothing is tried again, by how often it was. */
const RETRY_SECONDS = [1, 2, 5, 10, 20, 40, 60]

/**
 * The number for the next try of a call, or null while the last one is under way, or so fresh that its effect may not be
 * seen yet. Tries leave a row of `intents` each, so the number is theirs.
 */
async function nextTry(tx: Tx, job: Job, prefix: string): Promise<number | null> {
  const rows = await tx
    .select({
      isOut: onItsWay,
      age: sql<number>`extract(epoch from now() - ${intents.updatedAt})::float8`,
    })
    .from(intents)
    .where(and(eq(intents.jobId, job.id), sql`starts_with(${intents.key}, ${prefix})`))
    .orderBy(desc(intents.createdAt))
  if (rows.length === 0) return 0
  if (rows.some(({ isOut }) => isOut)) return null
  const wait = RETRY_SECONDS[Math.min(rows.length, RETRY_SECONDS.length) - 1] ?? 60
  return rows.every(({ age }) => age >= wait) ? rows.length : null
}

/**
 * Queues calls of one purpose, unless the same purpose is being served. One that was refused (by a chain that was
 * reorganised meanwhile, say) is tried again for as long as the caller finds it needed. True when something was queued.
 */
async function carry(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  purpose: { kind: string; attempt: number | null; stageAt?: number | null },
  calls: readonly { who?: string; call: Call }[],
): Promise<boolean> {
  const { kind, attempt, stageAt = null } = purpose
  // A later round, challenge or appeal is another purpose.
  const about = [attempt, stageAt].filter((part) => part !== null)
  const prefix = [kind, job.orderId, ...about].join(':')
  const n = await nextTry(tx, job, prefix)
  if (n === null) return false
  const queued = await queueIntents(
    tx,
    calls.map(({ who, call }) => ({
      deploymentId: ctx.deployment.id,
      key: [prefix, ...(who === undefined ? [] : [who]), ...(n === 0 ? [] : [n])].join(':'),
      kind,
      orderId: job.orderId,
      jobId: job.id,
      ...call,
    })),
  )
  return queued > 0
}

export function carryStart(tx: Tx, ctx: Ctx, job: Job, message: AttemptMessage, nodeSignature: Hex) {
  const call = start(ctx.deployment, { message, nodeSignature })
  return carry(tx, ctx, job, { kind: 'start', attempt: message.attempt }, [{ call }])
}

export function carryHandBack(tx: Tx, ctx: Ctx, job: Job, message: AttemptMessage, nodeSignature: Hex) {
  const call = handBack(ctx.deployment, { message, nodeSignature })
  return carry(tx, ctx, job, { kind: 'handBack', attempt: message.attempt }, [{ call }])
}

/** Only once the chain knows the start: before it, the contract would refuse the result. */
export function carryResult(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  run: { attempt: number; node: Address; commitment: Hex; signature: Hex },
) {
  const result = { order: job.orderId, attempt: run.attempt, node: run.node, commitment: run.commitment }
  const call = submitResult(ctx.deployment, { result, nodeSignature: run.signature })
  return carry(tx, ctx, job, { kind: 'result', attempt: run.attempt }, [{ call }])
}

const present = ({ attempt, stageAt }: Job) => ({ attempt, stageAt })

export function carryDraw(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const call = draw(ctx.deployment, { order: orderOf(job) })
  return carry(tx, ctx, job, { kind: 'draw', ...present(job) }, [{ call }])
}

export interface SignedSeal {
  readonly message: SealMessage
  readonly signature: Hex
}
export interface SignedReveal {
  readonly message: RevealMessage
  readonly signature: Hex
}

/** `together`: all in one call; else a call for each, so that one that is refused does not take the others with it. */
export function carrySeals(tx: Tx, ctx: Ctx, job: Job, list: readonly SignedSeal[], together: boolean) {
  const calls = groups(list, together).map(({ who, some }) => ({
    who,
    call: seal(ctx.deployment, {
      seals: some.map(({ message }) => message),
      signatures: some.map(({ signature }) => signature),
    }),
  }))
  return carry(tx, ctx, job, { kind: 'seal', ...present(job) }, calls)
}

/** What stands for "no opening" in a reveal. */
export const NO_OPENING: Opening = {
  outcome: 0,
  outputHash: `0x${'0'.repeat(64)}`,
  manifestHash: `0x${'0'.repeat(64)}`,
  secondsUsed: 0,
  salt: `0x${'0'.repeat(64)}`,
}

/** Like carrySeals; without any reveal the result alone is opened. */
export function carryReveals(
  tx: Tx,
  ctx: Ctx,
  job: Job,
  opening: Opening,
  list: readonly SignedReveal[],
  together: boolean,
) {
  const order = orderOf(job)
  const parts = list.length === 0 ? [{ who: 'opening', some: [] }] : groups(list, together)
  const calls = parts.map(({ who, some }) => ({
    who,
    call: reveal(ctx.deployment, {
      order,
      opening,
      reveals: some.map(({ message }) => message),
      signatures: some.map(({ signature }) => signature),
    }),
  }))
  return carry(tx, ctx, job, { kind: 'reveal', ...present(job) }, calls)
}

function groups<T extends { message: { member: Address } }>(
  list: readonly T[],
  together: boolean,
): { who: string; some: readonly T[] }[] {
  if (together) return [{ who: 'all', some: list }]
  return list.map((one) => ({ who: one.message.member, some: [one] }))
}

export function carrySettle(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const call = settle(ctx.deployment, { order: orderOf(job) })
  return carry(tx, ctx, job, { kind: 'settle', ...present(job) }, [{ call }])
}

export function carryExpire(tx: Tx, ctx: Ctx, job: Job): Promise<boolean> {
  const call = expire(ctx.deployment, { order: orderOf(job) })
  return carry(tx, ctx, job, { kind: 'expire', attempt: null }, [{ call }])
}

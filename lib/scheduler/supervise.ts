/** One step of a job that is not at its committee yet: does it need a node, another node, or an end? Inside the job's lock. */
import { and, eq, inArray } from 'drizzle-orm'
import { MOST_ATTEMPTS } from '../auction/auction.ts'
import { jobOf } from '../chain/read/market.ts'
import type { Tx } from '../db/client.ts'
import { intents } from '../db/schema/chain.ts'
import { leases } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { isVetted } from '../jobs/isVetted.ts'
import { type Job, transition } from '../jobs/transition.ts'
import { AWARDING, underWay } from '../jobs/underWay.ts'
import { carryExpire, carryResult, carryStart } from './carry.ts'
import { type Lease, LIVE_STATES, loseRun } from './leases.ts'

/** `auction`: seek a node now. `deadline`: ask the chain whether the job may be ended. */
export type Wish = 'nothing' | 'auction' | 'deadline'

/** `chainNow` in seconds of chain time. */
export async function superviseOpen(tx: Tx, job: Job, chainNow: number): Promise<Wish> {
  const [isUnderWay, vetted, refusal] = await Promise.all([
    underWay(tx, job.id, [...AWARDING, 'cancel', 'expire']),
    isVetted(tx, job),
    lastRefusal(tx, job),
  ])
  if (isUnderWay) return 'nothing'
  if (!job.onChain && BigInt(job.order.submitBy) < BigInt(chainNow)) {
    await transition(tx, job, {
      to: 'expired',
      set: { waiting: null, final: true },
      timeline: [
        {
          kind: 'gaveUp',
          data: { reason: job.waiting ?? 'No node took the job in time. Nothing was locked.' },
        },
      ],
    })
    return 'nothing'
  }
  if (!vetted) {
    await say(tx, job, 'The content has no passing verdict, so it is not dispatched.')
    return job.onChain ? 'deadline' : 'nothing'
  }
  if (refusal !== null && TERMINAL.test(refusal) && !job.onChain) {
    await transition(tx, job, {
      to: 'expired',
      set: { waiting: null, final: true },
      timeline: [{ kind: 'gaveUp', data: { reason: refusal } }],
    })
    return 'nothing'
  }
  if (refusal !== null) await say(tx, job, refusal)
  return 'auction'
}

/** Refusals after which the same order can never be taken. */
const TERMINAL = /^(NonceUsed|TooLate|SignatureInvalid|OrderOutOfBounds)\b/

/** After its program's time is over a node has this long to bring its files and its result. Seconds of chain time. */
export const ANSWER_SECONDS = 120

/** The job was awarded: its run must be alive or reported, else another node is sought while there are attempts left. */
export async function superviseRun(
  tx: Tx,
  ctx: Pick<JobsCtx, 'deployment'>,
  job: Job,
  chainNow: number,
): Promise<Wish> {
  if (await underWay(tx, job.id, [...AWARDING, 'cancel', 'expire'])) return 'nothing'
  const runs = await tx
    .select()
    .from(leases)
    .where(and(eq(leases.jobId, job.id), eq(leases.attempt, job.attempt), eq(leases.role, 'run')))
  const alive = runs.find(({ state }) => (LIVE_STATES as readonly string[]).includes(state))
  if (alive !== undefined) {
    await carryAgain(tx, ctx, job, alive)
    const missed = alive.state === 'finished' ? null : missedBy(job, chainNow)
    if (missed === null || job.attempt >= MOST_ATTEMPTS)
      return isOverdue(job, chainNow) ? 'deadline' : 'nothing'
    await loseRun(tx, job.id, job.attempt, missed)
    await say(tx, job, `Node ${alive.node}: ${missed}; another one is sought.`, 'nodeLost')
    return 'nothing'
  }
  const last = runs.at(-1)
  if (last !== undefined && job.waiting === null) {
    const why = last.state === 'lost' ? 'fell silent' : (last.reason ?? 'stopped')
    await say(tx, job, `Node ${last.node} ${why}; another one is sought.`, 'nodeLost')
    return 'nothing'
  }
  if (job.attempt >= MOST_ATTEMPTS) {
    await say(
      tx,
      job,
      `${MOST_ATTEMPTS} nodes tried without success. The job ends at its deadline and all is refunded.`,
    )
    return 'deadline'
  }
  if (chainNow > (job.hardDeadline ?? Number.MAX_SAFE_INTEGER)) return 'deadline'
  if (!(await isVetted(tx, job))) {
    await say(tx, job, 'The content has no passing verdict, so it is not dispatched.')
    return 'deadline'
  }
  return 'auction'
}

/** What the node signed is carried again when the chain refused or forgot it: it was in time, and the node's word. */
async function carryAgain(tx: Tx, ctx: Pick<JobsCtx, 'deployment'>, job: Job, run: Lease): Promise<void> {
  const { attempt, node, startSignature, commitment, resultSignature } = run
  if (job.startedAt === null) {
    if (startSignature !== null)
      await carryStart(tx, ctx, job, { order: job.orderId, attempt, node }, startSignature)
  } else if (commitment !== null && resultSignature !== null) {
    await carryResult(tx, ctx, job, { attempt, node, commitment, signature: resultSignature })
  }
}

/** What a node that is there but does not do its work missed; null while it may still come. */
function missedBy(job: Job, chainNow: number): string | null {
  if (chainNow > (job.hardDeadline ?? Number.MAX_SAFE_INTEGER)) return null
  if (job.startedAt === null)
    return chainNow > (job.startBy ?? Number.MAX_SAFE_INTEGER) ? 'it never started' : null
  return chainNow > job.startedAt + job.order.timeout + ANSWER_SECONDS ? 'it never answered' : null
}

function isOverdue(job: Job, chainNow: number): boolean {
  return (
    chainNow > (job.hardDeadline ?? Number.MAX_SAFE_INTEGER) ||
    (job.startedAt === null && chainNow > (job.startBy ?? Number.MAX_SAFE_INTEGER))
  )
}

/** Ends the job on chain once its deadline passed there. */
export async function expireIfDue(
  tx: Tx,
  ctx: JobsCtx,
  job: Job,
  deadline: number,
  chainNow: number,
): Promise<void> {
  if (chainNow > deadline && !(await underWay(tx, job.id, ['expire', 'cancel'])))
    await carryExpire(tx, ctx, job)
}

/** Open, Window, Awarded, Running and HandedBack of the contract; everything from the result on ends in other ways. */
const EXPIRABLE: ReadonlySet<number> = new Set([1, 2, 3, 4, 5])

/** The chain's own deadline, in seconds of chain time, of a job that has no result; null when it cannot be expired. */
export async function expiryOf(ctx: JobsCtx, job: Job): Promise<number | null> {
  const found = await jobOf(ctx.chain, ctx.deployment, job.orderId)
  return EXPIRABLE.has(found.state) ? found.deadline : null
}

/** Puts what the job waits for into words, once per text. */
export async function say(tx: Tx, job: Job, text: string, kind = 'waiting'): Promise<void> {
  if (job.waiting === text) return
  await transition(tx, job, { set: { waiting: text }, timeline: [{ kind, data: { text } }] })
}

async function lastRefusal(tx: Tx, job: Job): Promise<string | null> {
  const rows = await tx
    .select({ error: intents.error, status: intents.status, createdAt: intents.createdAt })
    .from(intents)
    .where(and(eq(intents.jobId, job.id), inArray(intents.kind, [...AWARDING])))
  const last = rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).at(-1)
  return last?.status === 'reverted' ? (last.error ?? 'The chain refused the award.') : null
}

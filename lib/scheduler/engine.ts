/**
 * What moves jobs on. Woken by NOTIFY, and by a slow tick that catches whatever a lost wake-up or a dead process left
 * behind. Every step locks the job's row and skips rows that another process holds, so any number of engines may run.
 */
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { holdAuction } from '../auction/auction.ts'
import { mineBlocks } from '../chain/embedded.ts'
import { jobOf } from '../chain/read/market.ts'
import { CHANNELS, listen } from '../db/listen.ts'
import { inTransaction } from '../db/retry.ts'
import { jobs } from '../db/schema/jobs.ts'
import { chainNow } from '../jobs/chainNow.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type Job, lockJob } from '../jobs/transition.ts'
import { messageOf } from '../kernel/errors.ts'
import type { JobState } from '../protocol/jobState.ts'
import { carryDraw, carrySettle } from './carry.ts'
import { type After, stepCommittee } from './committee.ts'
import { explainDifference } from './difference.ts'
import { forgiveSilence, loseSilent } from './leases.ts'
import { Snooze } from './snooze.ts'
import { expireIfDue, expiryOf, say, superviseOpen, superviseRun, type Wish } from './supervise.ts'

export interface RunningEngine {
  stop(): Promise<void>
  health(): { ok: boolean; detail: string }
}

const TICK_MILLISECONDS = 1_000
/** A tick that comes later than this (database time) means that we, not the nodes, were away. */
const ABSENCE_SECONDS = 4
/** Jobs that are moved at the same time. */
const AT_ONCE = 8
/** Jobs that one sweep looks at, oldest first. */
const PER_SWEEP = 5_000
/** How long one reading of the chain's clock serves; deadlines are in whole seconds. */
const CLOCK_MILLISECONDS = 250
const ACTIVE: readonly JobState[] = ['open', 'awarded', 'running', 'checking']

export function startEngine(ctx: JobsCtx): RunningEngine {
  const { logger } = ctx
  /** Woken by news: served first. */
  const urgent = new Set<string>()
  /** Looked at because the tick says so. */
  const routine = new Set<string>()
  const clock = chainClock(ctx)
  const busy = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const snooze = new Snooze()
  let stopped = false
  let lastTick: number | null = null
  let trouble: string | null = 'the engine has not looked at the jobs yet'

  function wake(id: string): void {
    if (stopped) return
    if (busy.has(id)) again.add(id)
    else urgent.add(id)
    pump()
  }

  function pump(): void {
    for (const queue of [urgent, routine]) {
      for (const id of queue) {
        if (stopped || busy.size >= AT_ONCE) return
        queue.delete(id)
        if (busy.has(id)) continue
        const work = advance(ctx, snooze, clock, id)
          .catch((error: unknown) => {
            logger.warn(
              { job: id, error: messageOf(error) },
              'a job could not be moved on; it is tried again',
            )
          })
          .finally(() => {
            busy.delete(id)
            if (again.delete(id)) urgent.add(id)
            pump()
          })
        busy.set(id, work)
      }
    }
  }

  async function tick(): Promise<void> {
    const [time] = await ctx.db.execute<{ now: number }>(sql`select extract(epoch from now())::float8 as now`)
    const now = time?.now ?? 0
    if (lastTick === null || now - lastTick > ABSENCE_SECONDS) await forgiveSilence(ctx.db, ctx.deployment.id)
    else for (const id of await loseSilent(ctx.db, ctx.deployment.id)) wake(id)
    lastTick = now
    if (routine.size > 0) return
    const rows = await ctx.db
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.deploymentId, ctx.deployment.id), inArray(jobs.state, [...ACTIVE])))
      .orderBy(asc(jobs.createdAt))
      .limit(PER_SWEEP)
    for (const { id } of rows) if (!snooze.isAsleep(id)) routine.add(id)
    pump()
  }

  const loop = (async () => {
    while (!stopped) {
      const began = performance.now()
      try {
        await tick()
        trouble = null
      } catch (error) {
        trouble = messageOf(error)
        logger.warn({ error: trouble }, 'the engine cannot look at the jobs')
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(50, TICK_MILLISECONDS - (performance.now() - began))),
      )
    }
  })()
  const listening = listen(ctx.sql, CHANNELS.jobs, (payload) => {
    if (payload) {
      snooze.wake(payload)
      wake(payload)
    }
  }).catch((error: unknown) => {
    logger.warn(
      { error: messageOf(error) },
      'the engine is not woken by the database; it looks once a second',
    )
    return async () => undefined
  })

  return {
    async stop() {
      stopped = true
      urgent.clear()
      routine.clear()
      await (await listening)()
      await Promise.allSettled(busy.values())
      await loop
    },
    health: () => ({
      ok: trouble === null,
      detail: trouble ?? `${busy.size} jobs being moved, ${urgent.size + routine.size} waiting`,
    }),
  }
}

/** Moves one job one step on. Safe to call at any time, any number of times, in any process. */
export async function advance(
  ctx: JobsCtx,
  snooze: Snooze,
  clock: () => Promise<number>,
  id: string,
): Promise<void> {
  const [peek] = await ctx.db.select({ state: jobs.state }).from(jobs).where(eq(jobs.id, id))
  if (peek === undefined) return
  if (!ACTIVE.includes(peek.state)) {
    snooze.forget(id)
    if (peek.state === 'settled' || peek.state === 'refunded') await explainDifference(ctx, id)
    return
  }
  const now = await clock()
  const step = await inTransaction(
    ctx.db,
    async (tx): Promise<{ job: Job; wish: Wish; after: After } | null> => {
      const job = await lockJob(tx, id, { skip: true })
      if (job === null) return null
      const nothing = { job, wish: 'nothing' as const, after: { kind: 'nothing' as const } }
      if (job.state === 'open') return { ...nothing, wish: await superviseOpen(tx, job, now) }
      if (job.state === 'awarded' || job.state === 'running')
        return { ...nothing, wish: await superviseRun(tx, ctx, job, now) }
      if (job.state === 'checking') return { ...nothing, after: await stepCommittee(tx, ctx, job, now) }
      return null
    },
  )
  if (step === null) return
  if (step.after.kind === 'mine') await makeSeed(ctx, step.job, step.after.through)
  if (step.after.kind === 'overdue') await settleIfOver(ctx, step.job, now)
  if (step.wish === 'auction' && !snooze.isAsleep(id)) await seekNode(ctx, snooze, step.job, now)
  const mayEnd = step.wish === 'deadline' || (step.wish === 'auction' && step.job.onChain)
  if (mayEnd) await endIfOver(ctx, step.job, now)
}

async function seekNode(ctx: JobsCtx, snooze: Snooze, job: Job, now: number): Promise<void> {
  const outcome = await holdAuction(ctx, job, now)
  if (outcome.kind !== 'nobody') {
    snooze.forget(job.id)
    return
  }
  snooze.sleep(job.id)
  await inTransaction(ctx.db, async (tx) => {
    const current = await lockJob(tx, job.id, { skip: true })
    if (current !== null && current.revision === job.revision) await say(tx, current, outcome.why)
  })
}

/** Asks the chain whether the job's deadline passed, and ends it then: anyone may, and the network does it at once. */
async function endIfOver(ctx: JobsCtx, job: Job, now: number): Promise<void> {
  const deadline = await expiryOf(ctx, job)
  if (deadline === null || now <= deadline) return
  await inTransaction(ctx.db, async (tx) => {
    const current = await lockJob(tx, job.id, { skip: true })
    if (current !== null && current.state === job.state) await expireIfDue(tx, ctx, current, deadline, now)
  })
}

/** A job that nobody can be drawn or opened for ends by time alone. */
async function settleIfOver(ctx: JobsCtx, job: Job, now: number): Promise<void> {
  const { deadline } = await jobOf(ctx.chain, ctx.deployment, job.orderId)
  if (now <= deadline) return
  await inTransaction(ctx.db, async (tx) => {
    const current = await lockJob(tx, job.id, { skip: true })
    if (current?.state === 'checking' && current.stageAt === job.stageAt) await carrySettle(tx, ctx, current)
  })
}

function isDrawing({ stage }: Job): boolean {
  return stage === 'drawing' || stage === 'enlarging' || stage === 'appealed'
}

/**
 * On the embedded chain a block comes only with a transaction: the one whose hash is the seed is asked for, and the draw
 * queued at once, because no event of the job will tell that the block is there.
 */
async function makeSeed(ctx: JobsCtx, job: Job, through: number): Promise<void> {
  const head = Number(await ctx.chain.request<string>('eth_blockNumber', []))
  await mineBlocks(ctx.chain, through - head)
  await inTransaction(ctx.db, async (tx) => {
    const current = await lockJob(tx, job.id, { skip: true })
    if (current?.state === 'checking' && current.seedBlock === job.seedBlock && isDrawing(current))
      await carryDraw(tx, ctx, current)
  })
}

/** The chain's time, asked for at most once in a while however many jobs are moved. */
function chainClock(ctx: JobsCtx): () => Promise<number> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<number> | null = null
  return () => {
    if (answer === null || performance.now() - asked > CLOCK_MILLISECONDS) {
      asked = performance.now()
      answer = chainNow(ctx)
      // A failure is told to those who wait for it, and the next one asks again.
      answer.catch(() => {
        answer = null
      })
    }
    return answer
  }
}

import { eq, max, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '#lib/db/retry.ts'
import { blocks, intents } from '#lib/db/schema/chain.ts'
import { leases } from '#lib/db/schema/dispatch.ts'
import { type Job, lockJob } from '#lib/jobs/transition.ts'
import { lower, newId } from '#lib/kernel/ids.ts'
import {
  awarded,
  chainSays,
  grantOf,
  intentsOf,
  jobNow,
  leasesOf,
  makeJob,
  type Rows,
  started,
  startMessage,
  startRows,
  submitted,
} from '#tests/support/jobRows.ts'
import { heartbeat } from './leases.ts'
import { runStarted } from './messages.ts'
import { ANSWER_SECONDS, expireIfDue, superviseOpen, superviseRun, type Wish } from './supervise.ts'

describe('supervision', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 4 })
  })
  afterAll(() => rows?.stop())
  const node = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]

  const supervise = (id: string, chainNow: number): Promise<Wish> =>
    inTransaction(rows.ctx.db, async (tx) => {
      const job = await lockJob(tx, id)
      if (job === null) throw new Error('no such job')
      return superviseRun(tx, rows.ctx, job, chainNow)
    })

  it('an award that is mined but not applied yet holds back the next auction', async () => {
    const job = await makeJob(rows)
    const { db, deployment } = rows.ctx
    const [top] = await db.select({ number: max(blocks.number) }).from(blocks)
    await db.insert(intents).values({
      id: newId('int'),
      deploymentId: deployment.id,
      key: `submitAndAward:${job.orderId}`,
      kind: 'submitAndAward',
      orderId: job.orderId,
      jobId: job.id,
      to: deployment.addresses.taskMarket,
      data: '0x',
      status: 'mined',
      blockNumber: (top?.number ?? 0) + 1,
    })
    const look = (): Promise<Wish> =>
      inTransaction(db, async (tx) => superviseOpen(tx, (await lockJob(tx, job.id)) as Job, 1_000_000))
    expect(await look()).toBe('nothing')
    // A block without the award in it: the call changed nothing, so a node is sought again.
    await chainSays(rows, await makeJob(rows), submitted(rows))
    expect(await look()).toBe('auction')
  })

  it('a node that beats but never starts loses the job to another when it may not start any more', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    const grant = await grantOf(rows, node(0))
    const held = [{ leaseId: grant.leaseId, fence: grant.fence }]
    const { startBy } = await jobNow(rows, job.id)
    expect(await supervise(job.id, startBy as number)).toBe('nothing')
    expect(await heartbeat(rows.ctx, lower(node(0).address), held)).toEqual([])

    await supervise(job.id, (startBy as number) + 1)
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'lost', reason: 'it never started' }])
    expect(await heartbeat(rows.ctx, lower(node(0).address), held)).toEqual([grant.leaseId])
    expect(await supervise(job.id, (startBy as number) + 1)).toBe('auction')
  })

  it('a node that beats but never answers loses the job when its time-out is long over', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(1)))
    const grant = await grantOf(rows, node(1))
    await runStarted(rows.ctx, lower(node(1).address), await startMessage(rows, node(1), grant))
    await chainSays(rows, job, started(node(1)))
    const { startedAt, order } = await jobNow(rows, job.id)
    const last = (startedAt as number) + order.timeout + ANSWER_SECONDS
    expect(await supervise(job.id, last)).toBe('nothing')
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'running' }])

    await supervise(job.id, last + 1)
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'lost', reason: 'it never answered' }])
    expect(await supervise(job.id, last + 1)).toBe('auction')
  })

  it('a result that was reported keeps its job, however long the chain takes to hear of it', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(2)), started(node(2)))
    const [lease] = await leasesOf(rows, job.id)
    await rows.ctx.db
      .update(leases)
      .set({ state: 'finished' })
      .where(eq(leases.id, lease?.id as string))
    const { startedAt, order } = await jobNow(rows, job.id)
    expect(await supervise(job.id, (startedAt as number) + order.timeout + ANSWER_SECONDS + 1)).toBe(
      'nothing',
    )
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'finished' }])
  })

  it('[case 81] a job that no node survives is tried four times and then ends at its deadline', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows))
    for (const attempt of [1, 2, 3, 4]) {
      const replaced = ['Replaced', { attempt: attempt - 1, oldNode: lower(node(0).address) }] as const
      await chainSays(rows, job, ...(attempt === 1 ? [] : [replaced]), awarded(node(attempt - 1), attempt))
      const [lease] = (await leasesOf(rows, job.id)).slice(-1)
      await rows.ctx.db
        .update(leases)
        .set({ state: 'lost', reason: 'silent' })
        .where(eq(leases.id, lease?.id as string))
      expect(await supervise(job.id, 1_000_200), 'said first').toBe('nothing')
      expect(await supervise(job.id, 1_000_200)).toBe(attempt < 4 ? 'auction' : 'deadline')
    }
    const { waiting, hardDeadline } = await jobNow(rows, job.id)
    expect(waiting).toContain('refunded')
    const end = (chainNow: number): Promise<void> =>
      inTransaction(rows.ctx.db, async (tx) =>
        expireIfDue(tx, rows.ctx, (await lockJob(tx, job.id)) as Job, hardDeadline as number, chainNow),
      )
    await end(hardDeadline as number)
    expect(await kinds(job.id)).not.toContain('expire')
    await end((hardDeadline as number) + 1)
    await end((hardDeadline as number) + 2)
    expect((await kinds(job.id)).filter((kind) => kind === 'expire')).toHaveLength(1)
  })

  it('[case 65] what a node signed in time is carried again after the chain refused it, one call at a time', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(3)))
    const grant = await grantOf(rows, node(3))
    await runStarted(rows.ctx, lower(node(3).address), await startMessage(rows, node(3), grant))
    await supervise(job.id, 1_000_200)
    expect((await kinds(job.id)).filter((kind) => kind === 'start')).toHaveLength(1)
    await rows.ctx.db
      .update(intents)
      .set({ status: 'reverted', updatedAt: sql`now() - interval '5 seconds'` })
      .where(eq(intents.jobId, job.id))
    await supervise(job.id, 1_000_200)
    await supervise(job.id, 1_000_200)
    expect((await kinds(job.id)).filter((kind) => kind === 'start')).toHaveLength(2)
    await chainSays(rows, job, started(node(3)))
    await supervise(job.id, 1_000_200)
    expect((await kinds(job.id)).filter((kind) => kind === 'start')).toHaveLength(2)
  })

  async function kinds(jobId: string): Promise<string[]> {
    return (await intentsOf(rows, jobId)).map(({ kind }) => kind)
  }
})

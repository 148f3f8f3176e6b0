import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leases } from '#lib/db/schema/dispatch.ts'
import { inTransaction } from '#lib/db/retry.ts'
import { lockJob } from '#lib/jobs/transition.ts'
import { lower } from '#lib/kernel/ids.ts'
import {
  awarded,
  chainSays,
  grantOf,
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
import { ANSWER_SECONDS, superviseRun, type Wish } from './supervise.ts'

describe('supervision of a run', () => {
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
      return superviseRun(tx, job, chainNow)
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
    expect(await supervise(job.id, (startedAt as number) + order.timeout + ANSWER_SECONDS + 1)).toBe('nothing')
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'finished' }])
  })
})

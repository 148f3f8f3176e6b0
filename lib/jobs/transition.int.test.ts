import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '#lib/db/retry.ts'
import { outbox } from '#lib/db/schema/jobs.ts'
import { jobNow, makeJob, type Rows, startRows, timelineOf } from '#tests/support/jobRows.ts'
import { lockJob, transition } from './transition.ts'

describe('the one door', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows()
  })
  afterAll(() => rows?.stop())

  it('changes row, timeline and news together', async () => {
    const job = await makeJob(rows)
    await rows.ctx.db.transaction((tx) =>
      transition(tx, job, { to: 'cancelled', timeline: [{ kind: 'one' }, { kind: 'two', data: { a: 1 } }] }),
    )
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'cancelled', revision: 2 })
    expect((await timelineOf(rows, job.id)).map(({ seq, kind, revision }) => [seq, kind, revision])).toEqual([
      [0, 'one', 2],
      [1, 'two', 2],
    ])
    const news = await rows.ctx.db.select().from(outbox).where(sql`${outbox.payload}->>'jobId' = ${job.id}`)
    expect(news.map(({ payload }) => payload)).toEqual([
      { jobId: job.id, revision: 2, state: 'cancelled', customer: job.customer },
    ])
  })

  it('[case 73] leaves nothing behind when the transaction dies before its commit', async () => {
    const job = await makeJob(rows)
    const dies = rows.ctx.db.transaction(async (tx) => {
      await transition(tx, job, { to: 'cancelled', timeline: [{ kind: 'one' }] })
      throw new Error('killed here')
    })
    await expect(dies).rejects.toThrow('killed here')
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'open', revision: 1 })
    expect(await timelineOf(rows, job.id)).toEqual([])
  })

  it('refuses a move that does not stand in the table', async () => {
    const job = await makeJob(rows, { decision: 'hold' })
    const move = rows.ctx.db.transaction((tx) =>
      transition(tx, job, { to: 'settled', timeline: [{ kind: 'cheat' }] }),
    )
    await expect(move).rejects.toMatchObject({ code: 'illegal-move' })
  })

  it('[case 78] lets exactly one of many that read the same revision through', async () => {
    const job = await makeJob(rows)
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        inTransaction(rows.ctx.db, (tx) => transition(tx, job, { timeline: [{ kind: `writer ${i}` }] })),
      ),
    )
    expect(results.filter((row) => row !== null)).toHaveLength(1)
    expect(await jobNow(rows, job.id)).toMatchObject({ revision: 2 })
    expect(await timelineOf(rows, job.id)).toHaveLength(1)
  })

  it('numbers the timeline without gaps however many write at once', async () => {
    const job = await makeJob(rows)
    await Promise.all(
      Array.from({ length: 25 }, () =>
        inTransaction(rows.ctx.db, async (tx) => {
          const locked = await lockJob(tx, job.id)
          if (locked !== null) await transition(tx, locked, { timeline: [{ kind: 'note' }] })
        }),
      ),
    )
    expect((await timelineOf(rows, job.id)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    )
    expect(await jobNow(rows, job.id)).toMatchObject({ revision: 26 })
  })

  it('[case 75] tries a transaction again that a deadlock ended, and both changes are there', async () => {
    const [a, b] = [await makeJob(rows), await makeJob(rows)]
    const both = (first: string, second: string) =>
      inTransaction(rows.ctx.db, async (tx) => {
        for (const id of [first, second]) {
          const job = await lockJob(tx, id)
          if (job !== null) await transition(tx, job, { timeline: [{ kind: 'note' }] })
          await tx.execute(sql`select pg_sleep(0.05)`)
        }
      })
    await Promise.all([both(a.id, b.id), both(b.id, a.id)])
    expect(await jobNow(rows, a.id)).toMatchObject({ revision: 3 })
    expect(await jobNow(rows, b.id)).toMatchObject({ revision: 3 })
  })

  it('[case 75] a connection that the database ends is made again and the work is done once', async () => {
    const job = await makeJob(rows)
    let tries = 0
    await inTransaction(rows.ctx.db, async (tx) => {
      tries++
      const locked = await lockJob(tx, job.id)
      if (locked !== null) await transition(tx, locked, { timeline: [{ kind: 'note' }] })
      if (tries === 1) {
        const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
        await rows.ctx.db.execute(sql`select pg_terminate_backend(${row?.pid ?? 0})`)
        await tx.execute(sql`select 1`)
      }
    })
    expect(tries).toBe(2)
    expect(await jobNow(rows, job.id)).toMatchObject({ revision: 2 })
  })
})

describe('contents', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows()
  })
  afterAll(() => rows?.stop())

  it('come back as they went in, of any size, however many store them at once', async () => {
    const { putContent, readContent, contentSize, CHUNK_BYTES } = await import('./contents.ts')
    for (const size of [0, 1, CHUNK_BYTES, CHUNK_BYTES * 2 + 7]) {
      const bytes = new Uint8Array(size).map((_, i) => (i * 31 + size) & 0xff)
      const stored = await Promise.all(Array.from({ length: 5 }, () => putContent(rows.ctx.db, bytes)))
      expect(stored.filter((each) => each.stored)).toHaveLength(1)
      const sha256 = stored[0]?.sha256 as string
      expect(await contentSize(rows.ctx.db, sha256)).toBe(size)
      expect(Buffer.from((await readContent(rows.ctx.db, sha256)) ?? []).equals(Buffer.from(bytes))).toBe(
        true,
      )
    }
  })

  it('[case 120] are refused under another hash, and damaged bytes are never handed out', async () => {
    const { putContent, readContent } = await import('./contents.ts')
    const bytes = new TextEncoder().encode('true bytes')
    await expect(putContent(rows.ctx.db, bytes, 'ab'.repeat(32))).rejects.toMatchObject({
      code: 'content-mismatch',
    })
    const { sha256 } = await putContent(rows.ctx.db, bytes)
    await rows.ctx.db.execute(sql`update content_chunks set data = 'xrue bytes' where sha256 = ${sha256}`)
    await expect(readContent(rows.ctx.db, sha256)).rejects.toMatchObject({ code: 'content-damaged' })
  })

  it('go when the last job that uses them is deleted, and not before', async () => {
    const { contentSize, sweepContents } = await import('./contents.ts')
    const { deleteJobData } = await import('./deleteData.ts')
    const [a, b] = [await makeJob(rows, { source: 'shared' }), await makeJob(rows, { source: 'shared' })]
    const sha256 = a.spec?.files[0]?.sha256 as string
    await expect(deleteJobData(rows.ctx, { jobId: a.id, caller: a.customer })).rejects.toMatchObject({
      code: 'not-over',
    })
    for (const job of [a, b]) {
      await rows.ctx.db.transaction((tx) =>
        transition(tx, job, { to: 'cancelled', timeline: [{ kind: 'end' }] }),
      )
    }
    await deleteJobData(rows.ctx, { jobId: a.id, caller: a.customer })
    expect(await contentSize(rows.ctx.db, sha256)).toBe(6)
    await rows.ctx.db.execute(sql`update contents set created_at = now() - interval '2 days'`)
    await sweepContents(rows.ctx.db, 24)
    expect(await contentSize(rows.ctx.db, sha256), 'another job still uses it').toBe(6)
    await deleteJobData(rows.ctx, { jobId: b.id, caller: b.customer })
    expect(await contentSize(rows.ctx.db, sha256)).toBeNull()
    expect(await jobNow(rows, a.id)).toMatchObject({ spec: null, title: '', state: 'cancelled' })
  })

  it('[case 126] another account finds no such job', async () => {
    const { deleteJobData } = await import('./deleteData.ts')
    const job = await makeJob(rows)
    const caller = `0x${'99'.repeat(20)}` as const
    await expect(deleteJobData(rows.ctx, { jobId: job.id, caller })).rejects.toMatchObject({
      code: 'job-not-found',
      status: 404,
    })
    await expect(deleteJobData(rows.ctx, { jobId: 'job_none', caller })).rejects.toMatchObject({
      code: 'job-not-found',
      status: 404,
    })
  })
})

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '#lib/db/migrate.ts'
import { inTransaction } from '#lib/db/retry.ts'
import { jobs } from '#lib/db/schema/jobs.ts'
import { transition } from '#lib/jobs/transition.ts'
import { type Guard, startGuard } from '#lib/process/embedded/guard.ts'
import { type RunningPostgres, startPostgresServer } from '#lib/process/embedded/postgres.ts'
import { makeJob, type Rows, startRows } from '#tests/support/jobRows.ts'

const JOBS = 5_000
const RESTARTS = 6
const SLICE = Math.floor(JOBS / (RESTARTS + 1))
const LOOPS = 8
const BATCH = 10

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a database that keeps restarting', () => {
  const folder = mkdtempSync('/tmp/opengpu-restarts-')
  let server: RunningPostgres
  let rows: Rows
  let guard: Guard

  async function start(preferredPort?: number): Promise<RunningPostgres> {
    const running = await startPostgresServer({
      folder: join(folder, 'postgres'),
      database: 'opengpu',
      ...(preferredPort === undefined ? {} : { preferredPort, samePort: true }),
    })
    guard.watch(running.child, 'SIGINT', 5_000)
    return running
  }

  beforeAll(async () => {
    chmodSync(folder, 0o755)
    guard = await startGuard()
    server = await start()
    await migrateDatabase(server.url)
    rows = await startRows({ database: { url: server.url, stop: async () => {} } })
  })
  afterAll(async () => {
    await rows?.stop()
    await server?.stop()
    await guard?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Jobs like one that was really made, each with an id of its own. */
  async function makeMany(): Promise<void> {
    const one = await makeJob(rows)
    await rows.ctx.db.execute(sql`
      insert into jobs select (jsonb_populate_record(j, jsonb_build_object(
        'id', 'job_' || n, 'order_id', '0x' || lpad(to_hex(n), 64, '0')))).*
      from jobs j, generate_series(1, ${JOBS - 1}) n where j.id = ${one.id}`)
  }

  let moved = 0
  let released = SLICE

  /**
   * Claims open jobs as the dispatcher does and moves them through the one door, until none is left. Errors that pass are met
   * again. Not past the jobs released so far, so that on a machine of any speed each restart has some to meet.
   */
  async function moveAll(): Promise<void> {
    for (;;) {
      if (moved >= released) {
        await pause(1)
        continue
      }
      try {
        const count = await inTransaction(rows.ctx.db, async (tx) => {
          const claimed = await tx
            .select()
            .from(jobs)
            .where(eq(jobs.state, 'open'))
            .limit(BATCH)
            .for('update', { skipLocked: true })
          for (const job of claimed)
            await transition(tx, job, { to: 'cancelled', timeline: [{ kind: 'cancelled' }] })
          return claimed.length
        })
        moved += count
        if (count === 0 && (await left()) === 0) return
      } catch {
        // More than inTransaction bears: the loop of a process goes on, as it does in the engine.
        await pause(100)
      }
    }
  }

  async function left(): Promise<number> {
    return rows.ctx.db.$count(jobs, eq(jobs.state, 'open'))
  }

  it('[case 74] under five thousand jobs ends each of them once, with one line and one piece of news', async () => {
    await makeMany()
    expect(await left()).toBe(JOBS)
    const loops = Promise.all(Array.from({ length: LOOPS }, moveAll))
    for (let restart = 1; restart <= RESTARTS; restart++) {
      while (moved < released - SLICE / 2) await pause(1)
      released += SLICE
      // Every other time without a goodbye.
      if (restart % 2 === 1) await server.stop()
      else {
        server.child.process.kill('SIGKILL')
        await server.child.exited
      }
      await pause(2_000 * Math.random())
      server = await start(server.port)
    }
    // The load really met the last restart too.
    expect(moved).toBeLessThan(JOBS)
    released = Number.POSITIVE_INFINITY
    await loops
    const [counts] = await rows.ctx.sql`
      select (select count(*) from jobs where state = 'cancelled' and revision = 2)::int as ended,
             (select count(*) from jobs)::int as jobs,
             (select count(*) from job_events)::int as lines,
             (select count(distinct job_id) from job_events where kind = 'cancelled' and seq = 0)::int as lined,
             (select count(*) from outbox where payload->>'state' = 'cancelled')::int as news,
             (select count(distinct payload->>'jobId') from outbox where payload->>'state' = 'cancelled')::int as named`
    expect(counts).toEqual({ ended: JOBS, jobs: JOBS, lines: JOBS, lined: JOBS, news: JOBS, named: JOBS })
  }, 400_000)
})

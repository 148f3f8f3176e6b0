import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'
import { type Database, openDatabase, type Tx } from './client.ts'
import { inTransaction } from './retry.ts'

describe('[case 75] a transaction that the server breaks off is tried again, whole or not at all', () => {
  let database: TestDatabase
  let open: Database
  beforeAll(async () => {
    database = await startPostgres()
    open = openDatabase(database.url, { connections: 5 })
    await open.sql`create table account (id int primary key, wei int not null)`
  })
  beforeEach(async () => {
    await open.sql`delete from account`
    await open.sql`insert into account values (1, 100), (2, 100)`
  })
  afterAll(async () => {
    await open.close()
    await database.stop()
  })

  const move = async (
    tx: Tx,
    from: number,
    to: number,
    between: () => Promise<unknown> = async () => undefined,
  ) => {
    await tx.execute(sql`update account set wei = wei - 10 where id = ${from}`)
    await between()
    await tx.execute(sql`update account set wei = wei + 10 where id = ${to}`)
  }
  const sums = async () =>
    (await open.sql`select wei from account order by id`).map(({ wei }) => wei as number)

  it('[case 75] when its connection is ended by an administrator (57P01)', async () => {
    let tries = 0
    await inTransaction(open.db, (tx) =>
      move(tx, 1, 2, async () => {
        if (++tries > 2) return
        const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
        await open.sql`select pg_terminate_backend(${row?.pid ?? 0})`
      }),
    )
    expect(tries).toBe(3)
    expect(await sums()).toEqual([90, 110])
  })

  it('[case 75] when two lock each other out (40P01)', async () => {
    let tries = 0
    const meet = gate(2)
    const one = (from: number, to: number) =>
      inTransaction(open.db, (tx) => {
        tries++
        return move(tx, from, to, () => meet())
      })
    await Promise.all([one(1, 2), one(2, 1)])
    expect(tries).toBeGreaterThan(2)
    expect(await sums()).toEqual([100, 100])
  })

  it('[case 75] when another changed what it had read (40001)', async () => {
    let tries = 0
    const meet = gate(2)
    const one = () =>
      inTransaction(open.db, async (tx) => {
        tries++
        await tx.execute(sql`set transaction isolation level repeatable read`)
        await tx.execute(sql`select wei from account where id = 1`)
        await meet()
        await tx.execute(sql`update account set wei = wei - 10 where id = 1`)
      })
    await Promise.all([one(), one()])
    expect(tries).toBe(3)
    expect((await sums())[0]).toBe(80)
  })

  it('[case 75] when the server has no connection left (53300), and gives up within bounds when it stays so', async () => {
    const name = new URL(database.url).pathname.slice(1)
    await open.sql.unsafe(`create role guest login password 'guest' connection limit 1`)
    await open.sql.unsafe(`grant all on database ${name} to guest; grant all on account to guest`)
    const url = new URL(database.url)
    url.username = 'guest'
    url.password = 'guest'
    const holder = openDatabase(url.href, { connections: 1 })
    const guest = openDatabase(url.href, { connections: 1 })
    try {
      await holder.sql`select 1`
      const started = performance.now()
      await expect(inTransaction(guest.db, (tx) => move(tx, 1, 2))).rejects.toThrow()
      expect(performance.now() - started).toBeLessThan(10_000)
      expect(await sums()).toEqual([100, 100])

      const late = inTransaction(guest.db, (tx) => move(tx, 1, 2))
      setTimeout(() => void holder.close(), 300)
      await late
      expect(await sums()).toEqual([90, 110])
    } finally {
      await Promise.all([holder.close(), guest.close()])
      await open.sql.unsafe('drop owned by guest; drop role guest')
    }
  })

  it('[case 75] and a pool that lost all its connections again and again, in the middle of anything, answers on every one of them', async () => {
    const admin = openDatabase(database.url, { connections: 1, name: 'admin' })
    try {
      for (let round = 0; round < 15; round++) {
        const busy = Promise.allSettled(
          Array.from({ length: 10 }, () =>
            open.db.transaction(async (tx) => {
              for (let i = 0; i < 5; i++) await tx.execute(sql`select pg_sleep(0.002)`)
            }),
          ),
        )
        await new Promise((resolve) => setTimeout(resolve, round))
        await admin.sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'opengpu'`
        await busy
      }
      const started = performance.now()
      await Promise.all(
        Array.from({ length: 5 }, () =>
          inTransaction(open.db, (tx) => tx.execute(sql`select pg_sleep(0.2)`)),
        ),
      )
      // Five at once on five connections: one that never comes back would make another wait its turn.
      expect(performance.now() - started).toBeLessThan(2_000)
      const [row] = await open.sql`select count(*)::int as own from pg_stat_activity
        where datname = current_database() and application_name = 'opengpu'`
      expect(row?.own).toBe(5)
    } finally {
      await admin.close()
    }
  })

  it('is not tried again for an error that would come again, and leaves nothing behind', async () => {
    let tries = 0
    await expect(
      inTransaction(open.db, async (tx) => {
        tries++
        await move(tx, 1, 2)
        await tx.execute(sql`insert into account values (1, 0)`)
      }),
    ).rejects.toThrow()
    expect(tries).toBe(1)
    expect(await sums()).toEqual([100, 100])
  })
})

/** Waits until `count` have come; whoever comes later passes. */
function gate(count: number): () => Promise<void> {
  let missing = count
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    if (--missing <= 0) open()
    return opened
  }
}

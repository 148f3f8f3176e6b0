import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'
import { openPgPool } from './pgPool.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await startPostgres()
})
afterAll(() => database?.stop())

it('[case 75] a connection that the database ends while nobody listens to it does not end the process', async () => {
  const errors: string[] = []
  const pool = openPgPool(database.url, { most: 2, onError: (error) => errors.push(error.message) })
  try {
    const taken = await pool.connect()
    const { rows } = await taken.query<{ pid: number }>('select pg_backend_pid() as pid')
    // What a library leaves behind when it gives up on a connection.
    const ended = new Promise((resolve) => taken.once('end', resolve))
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await ended
    taken.release(true)
    expect(errors.join()).toContain('terminating connection')
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  } finally {
    await pool.end()
  }
})

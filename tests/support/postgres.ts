import { randomBytes } from 'node:crypto'
import postgresClient from 'postgres'
import { inject } from 'vitest'

export type TestDatabase = {
  /** Connection string of a database that belongs to the caller alone, with the newest schema. */
  readonly url: string
  /** Drops the database, open connections included. */
  readonly stop: () => Promise<void>
}

/** A fresh, migrated database on the real server that the run shares. Takes about 50 ms. Integration project only. */
export async function startPostgres(): Promise<TestDatabase> {
  const server = inject('postgresServer')
  if (!server)
    throw new Error('tests with a database belong below tests/integration or in a file named *.int.test.ts')
  const name = `t_${randomBytes(6).toString('hex')}`
  await asAdmin(server, (sql) => sql`create database ${sql(name)} template template_opengpu`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    stop: () => asAdmin(server, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  }
}

async function asAdmin(
  server: string,
  work: (sql: postgresClient.Sql) => PromiseLike<unknown>,
): Promise<void> {
  const admin = new URL(server)
  admin.pathname = '/postgres'
  const sql = postgresClient(admin.href, { max: 1, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

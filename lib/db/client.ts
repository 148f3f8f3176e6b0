/** The one way to the database: a pool, typed queries, and transactions that are tried again when the server says so. */
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { preparing } from './prepared.ts'
import * as schema from './schema/index.ts'

export type Schema = typeof schema
export type Db = PostgresJsDatabase<Schema>
/** A transaction; everything that takes `Tx` must run inside one. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

export interface Database {
  db: Db
  sql: Sql
  close(): Promise<void>
}

/** Opens a pool of at most `connections` (default 10). Nothing connects before the first query. */
export function openDatabase(url: string, options: { connections?: number; name?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.connections ?? 10,
    connect_timeout: 5,
    idle_timeout: 60,
    max_lifetime: 1800,
    onnotice: () => undefined,
    connection: {
      application_name: options.name ?? 'opengpu',
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 30_000,
    },
  })
  return { db: drizzle(preparing(sql), { schema }), sql, close: () => sql.end({ timeout: 5 }) }
}

import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

const FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url))

/** Any constant works, as long as every copy that migrates uses the same one. */
const LOCK = 7_305_031

/** Brings the database to the newest schema. Copies that start together take turns, so each migration runs once. */
export async function migrateDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql`select pg_advisory_lock(${LOCK})`
    await migrate(drizzle(sql), { migrationsFolder: FOLDER })
  } finally {
    await sql.end()
  }
}

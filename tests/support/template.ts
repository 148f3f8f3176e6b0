import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const JOURNAL = fileURLToPath(new URL('../../drizzle/meta/_journal.json', import.meta.url))

/** Brings the template database to the newest schema. */
export async function prepareTemplate(url: string): Promise<void> {
  if (!existsSync(JOURNAL)) return
  const { migrateDatabase } = await import('#lib/db/migrate.ts')
  await migrateDatabase(url)
}

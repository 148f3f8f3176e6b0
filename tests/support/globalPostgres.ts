import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startGuard } from '#lib/process/embedded/guard.ts'
import { startPostgresServer } from '#lib/process/embedded/postgres.ts'
import { prepareTemplate } from './template.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the server that the whole run shares. */
    postgresServer: string
  }
}

/** One PostgreSQL server for the whole run, with a migrated template database that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join('/tmp', 'opengpu-test-'))
  // The server may run as another user, who must be able to reach its own folder inside.
  chmodSync(folder, 0o755)
  // A run that is killed must not leave its server behind.
  const guard = await startGuard()
  const server = await startPostgresServer({
    folder: join(folder, 'postgres'),
    database: 'template_opengpu',
    durable: false,
  })
  guard.watch(server.child, 'SIGINT', 5_000)
  try {
    await prepareTemplate(server.url)
  } catch (error) {
    await server.stop()
    await guard.stop()
    throw error
  }
  project.provide('postgresServer', server.url)
  return async () => {
    await server.stop()
    await guard.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

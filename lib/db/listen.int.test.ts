import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startPostgresServer } from '#lib/process/embedded/postgres.ts'
import { openDatabase } from './client.ts'
import { CHANNELS, listen } from './listen.ts'

async function until(condition: () => boolean, milliseconds = 20_000): Promise<void> {
  for (const end = Date.now() + milliseconds; !condition(); ) {
    if (Date.now() > end) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('a listener hears again after the server was stopped and started, and is told that it may have missed something', async () => {
  const folder = mkdtempSync('/tmp/opengpu-listen-')
  chmodSync(folder, 0o755)
  const start = (preferredPort?: number) =>
    startPostgresServer({
      folder: join(folder, 'pg'),
      database: 'listen',
      durable: false,
      ...(preferredPort === undefined ? {} : { preferredPort }),
    })
  let server = await start()
  const { sql, close } = openDatabase(server.url, { connections: 2 })
  try {
    const heard: (string | null)[] = []
    const stop = await listen(sql, CHANNELS.jobs, (payload) => heard.push(payload))
    expect(heard).toEqual([null])
    await sql.notify(CHANNELS.jobs, 'one')
    await until(() => heard.includes('one'))

    const { port } = server
    await server.stop()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    server = await start(port)
    expect(server.port).toBe(port)
    await until(() => heard.filter((payload) => payload === null).length >= 2)
    await sql.notify(CHANNELS.jobs, 'two')
    await until(() => heard.includes('two'))
    expect(heard.filter((payload) => payload === 'two')).toHaveLength(1)

    await stop()
    await sql.notify(CHANNELS.jobs, 'three')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(heard).not.toContain('three')
  } finally {
    await close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

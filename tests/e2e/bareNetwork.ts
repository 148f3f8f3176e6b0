/** A network of its own as `npm start` makes it on a machine whose PATH lacks some programs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface BareNetwork {
  readonly url: string
  /** Everything `npm start` has printed. */
  readonly printed: () => string
  readonly stop: () => Promise<void>
}

/** A folder with a link to every program of this PATH but those named. */
function pathWithout(folder: string, absent: ReadonlySet<string>): string {
  mkdirSync(folder)
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    if (place === '' || !existsSync(place)) continue
    for (const name of readdirSync(place)) {
      const link = join(folder, name)
      if (!absent.has(name) && !existsSync(link)) symlinkSync(join(place, name), link)
    }
  }
  return folder
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Starts it and waits for the printed address. Throws with what was printed when the start fails. */
export async function startWithout(names: readonly string[]): Promise<BareNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'opengpu-bare-'))
  // As root the database runs as another user, who must be able to reach its folder inside.
  chmodSync(folder, 0o755)
  const port = await freePort()
  let text = ''
  const child = spawn(process.execPath, ['scripts/run.mjs', 'scripts/start.ts'], {
    env: {
      ...process.env,
      PATH: pathWithout(join(folder, 'bin'), new Set(names)),
      PORT: String(port),
      OPENGPU_HOME: join(folder, 'home'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        if (text.includes('is ready after')) resolve()
      })
  })
  await Promise.race([ready, ended(child)])
  if (!text.includes('is ready after')) {
    await stop()
    throw new Error(`the network did not start:\n${text}`)
  }
  return { url: `http://127.0.0.1:${port}`, printed: () => text, stop }
}

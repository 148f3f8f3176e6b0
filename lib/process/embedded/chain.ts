import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EMBEDDED_CHAIN_ID } from '#lib/config/config.ts'
import { lineWatch, type OwnedChild, spawnOwned } from './child.ts'
import { endStranger } from './leftover.ts'
import { freePort } from './ports.ts'

export type RunningChain = {
  /** WebSocket address. */
  readonly url: string
  readonly http: string
  readonly port: number
  readonly child: OwnedChild
  /** Clean end: the state is written once more. */
  readonly stop: () => Promise<void>
}

export type ChainOptions = {
  /** Where the chain's state is kept between runs; without it the chain lives in memory alone. */
  readonly stateFile?: string
  /** Seconds between blocks of an idle chain; transactions are mined at once whatever it is. Absent: no idle blocks. */
  readonly idleBlockSeconds?: number
  readonly preferredPort?: number
  readonly extraArguments?: readonly string[]
}

/** The program of this platform, itself and not its launcher, so that signals and the process id are the server's own. */
export function anvilProgram(): string {
  const platform = process.platform === 'win32' ? 'win32' : process.platform
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${platform}-${architecture}`
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
    const program = join(
      dirname(require.resolve(`${name}/package.json`)),
      'bin',
      process.platform === 'win32' ? 'anvil.exe' : 'anvil',
    )
    if (existsSync(program)) return program
  } catch {
    // Reported below in one sentence.
  }
  throw new Error(
    `The local chain's program (${name}) is not installed: run \`npm ci\`, or set RPC_URL to a chain of your own.`,
  )
}

/** Starts a local EVM chain on loopback and waits until it listens. */
export async function startChainServer(options: ChainOptions = {}): Promise<RunningChain> {
  const args = [
    '--host',
    '127.0.0.1',
    '--chain-id',
    String(EMBEDDED_CHAIN_ID),
    '--accounts',
    '10',
    '--balance',
    '1000000',
  ]
  if (options.idleBlockSeconds !== undefined)
    args.push('--mixed-mining', '--block-time', String(options.idleBlockSeconds))
  if (options.stateFile !== undefined) {
    mkdirSync(dirname(options.stateFile), { recursive: true })
    args.push('--state', options.stateFile)
    await endStranger(`${options.stateFile}.pid`, options.stateFile, 'SIGTERM')
  }
  args.push(...(options.extraArguments ?? []))
  const port = await freePort(options.preferredPort)
  const watch = lineWatch((line) => {
    const match = /^Listening on .*:(\d+)$/.exec(line)
    return match ? Number(match[1]) : undefined
  })
  const child = await spawnOwned(anvilProgram(), [...args, '--port', String(port)], {
    cwd: '/',
    onLine: watch.onLine,
  })
  if (options.stateFile !== undefined) writeFileSync(`${options.stateFile}.pid`, String(child.pid))
  try {
    await watch.wait(child, 'The local chain', 60_000)
  } catch (error) {
    await child.stop('SIGTERM', 5_000)
    throw error
  }
  return {
    url: `ws://127.0.0.1:${port}`,
    http: `http://127.0.0.1:${port}`,
    port,
    child,
    stop: () => child.stop('SIGTERM', 20_000),
  }
}

/**
 * A whole network for one test file: a real chain with our contracts, a database of its own, one server in this process
 * and as many worker processes as asked for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Deployment } from '#lib/chain/deployment.ts'
import { type Config, parseConfig } from '#lib/config/config.ts'
import { type RunningServer, startServer } from '#lib/process/server.ts'
import { ensureDeployment, ensureNode, fundAccounts, NODE_ASK } from '../../scripts/start/contracts.ts'
import { keyAt, keyFile, nodeFolder } from '../../scripts/start/home.ts'
import { startAnvil, type TestChain } from './chain.ts'
import { startPostgres, type TestDatabase } from './postgres.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface TestWorker {
  readonly index: number
  readonly key: PrivateKeyAccount
  readonly process: ChildProcess
  kill(signal?: NodeJS.Signals): Promise<void>
}

export interface TestNetwork {
  readonly home: string
  readonly url: string
  readonly config: Config
  readonly database: TestDatabase
  readonly chain: TestChain
  readonly deployment: Deployment
  readonly server: RunningServer
  readonly customer: PrivateKeyAccount
  readonly workers: TestWorker[]
  /** The keys of a registered node. */
  nodeKey(index: number): PrivateKeyAccount
  /** Starts the worker process of node `index` (from 1), against another server when `url` says so. */
  startWorker(index: number, options?: { url?: string; environment?: Record<string, string> }): TestWorker
  /** The settings for one more server on this network. */
  configFor(port: number): Config
  stop(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * Registers `nodes` nodes of as many owners and starts a worker for each of the first `workers` (default: all). A
 * `database` of one's own is for tests that do to its server what others on the shared one must not feel.
 */
export async function startNetwork(options: {
  nodes: number
  workers?: number
  database?: TestDatabase
}): Promise<TestNetwork> {
  const home = mkdtempSync(join(tmpdir(), 'opengpu-network-'))
  // Blocks come by themselves too, or deadlines by chain time would never pass.
  const idleBlocks = { busyMilliseconds: 1_000, idleMilliseconds: 1_000 }
  const [database, chain] = await Promise.all([
    options.database ?? startPostgres(),
    startAnvil({ idleBlocks }),
  ])
  const { deployment } = await ensureDeployment(home, chain.url, 31337)
  await fundAccounts(home, chain.url, deployment)
  for (let index = 1; index <= options.nodes; index++) await ensureNode(home, chain.url, deployment, index)

  const configFor = (port: number): Config =>
    parseConfig({
      DATABASE_URL: database.url,
      RPC_URL: chain.url,
      PORT: String(port),
      OPENGPU_HOME: home,
      RELAYER_KEY_FILE: keyFile(home, 'relayer'),
      AUCTIONEER_KEY_FILE: keyFile(home, 'auctioneer'),
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    })
  const config = configFor(await freePort())
  const server = await startServer(config, { openSite: null })
  const url = `http://127.0.0.1:${config.port}`
  const workers: TestWorker[] = []

  const nodeKey = (index: number): PrivateKeyAccount => keyAt(join(nodeFolder(home, index), 'node.key'))
  function startWorker(
    index: number,
    more: { url?: string; environment?: Record<string, string> } = {},
  ): TestWorker {
    const folder = nodeFolder(home, index)
    const log = createWriteStream(join(home, `worker-${index}.log`), { flags: 'a' })
    const child = spawn(process.execPath, ['--import', 'tsx', 'worker/main.ts'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        OPENGPU_URL: more.url ?? url,
        OPENGPU_NODE_KEY_FILE: join(folder, 'node.key'),
        OPENGPU_NODE_HOME: join(folder, 'work'),
        OPENGPU_NODE_NAME: `node-${index}`,
        OPENGPU_NODE_ASK: NODE_ASK.toString(),
        OPENGPU_NODE_GPU_CLASS: '0',
        ...more.environment,
      } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout?.pipe(log)
    child.stderr?.pipe(log)
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const worker: TestWorker = {
      index,
      key: nodeKey(index),
      process: child,
      async kill(signal = 'SIGKILL') {
        child.kill(signal)
        await ended
      },
    }
    workers.push(worker)
    return worker
  }

  for (let index = 1; index <= (options.workers ?? options.nodes); index++) startWorker(index)
  return {
    home,
    url,
    config,
    database,
    chain,
    deployment,
    server,
    customer: keyAt(keyFile(home, 'customer')),
    workers,
    nodeKey,
    startWorker,
    configFor,
    async stop() {
      await Promise.all(workers.map((worker) => worker.kill()))
      await server.stop()
      await Promise.all([database.stop(), chain.stop()])
      rmSync(home, { recursive: true, force: true })
    },
  }
}

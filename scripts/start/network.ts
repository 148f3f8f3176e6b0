/** The whole local network as children of this process: database, chain, server, nodes. `npm start`, chaos and bench share it. */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Deployment } from '#lib/chain/deployment.ts'
import { EMBEDDED_CHAIN_ID } from '#lib/config/config.ts'
import { migrateDatabase } from '#lib/db/migrate.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { type RunningChain, startChainServer } from '#lib/process/embedded/chain.ts'
import { writeWhole } from '#lib/process/embedded/chainState.ts'
import { type OwnedChild, spawnOwned } from '#lib/process/embedded/child.ts'
import type { Guard } from '#lib/process/embedded/guard.ts'
import { type RunningPostgres, startPostgresServer } from '#lib/process/embedded/postgres.ts'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { keepRunning, type Service } from '#lib/process/embedded/service.ts'
import { ROOT } from './build.ts'
import { ensureDeployment, ensureNode, fundAccounts, httpUrl, NODE_ASK } from './contracts.ts'
import { keyAt, keyFile, nodeFolder } from './home.ts'
import { step } from './progress.ts'
import { type RunRecorder, readRunFile, recordRun } from './runFile.ts'

export type NetworkOptions = {
  readonly home: string
  readonly host: string
  readonly port: number
  /** How many local nodes to run. */
  readonly nodes: number
  readonly guard: Guard
  readonly say: (line: string) => void
  /** Servers to use instead of the embedded ones. */
  readonly databaseUrl?: string
  readonly rpcUrl?: string
  /** More variables for the server. */
  readonly environment?: Readonly<Record<string, string>>
  /** Waits for the site's build; the server needs it. */
  readonly built: () => Promise<unknown>
  /** Other settings of the nodes, such as a fault to show. */
  readonly nodeEnvironment?: (index: number) => Readonly<Record<string, string>>
}

type Process = { readonly child: OwnedChild; readonly stop: () => Promise<void> }

export type Network = {
  readonly url: string
  readonly databaseUrl: string
  readonly rpcUrl: string
  readonly deployment: Deployment
  readonly postgres: Service<RunningPostgres> | null
  readonly chain: Service<RunningChain> | null
  readonly server: Service<Process>
  readonly nodes: readonly Service<Process>[]
  /** Ends everything in order: nodes, server, chain with its state, database. */
  readonly stop: () => Promise<void>
}

const READY_WITHIN = 90_000
/** Bytes. */
const LARGEST_LOG = 20_000_000

/** What has been started, ended in the opposite order. */
type Started = {
  /** Keeps a service for the end; when the end has come meanwhile, ends it at once and throws. */
  readonly hold: <T extends { readonly stop: () => Promise<void> }>(service: T) => Promise<T>
  readonly stop: () => Promise<void>
}

function nothingStarted(say: (line: string) => void): Started {
  const stops: (() => Promise<void>)[] = []
  let ended = false
  return {
    hold: async (service) => {
      if (ended) {
        await service.stop()
        throw new Error('stopped while starting')
      }
      stops.push(service.stop)
      return service
    },
    stop: async () => {
      ended = true
      for (const end of stops.splice(0).reverse()) await end().catch((error) => say(messageOf(error)))
    },
  }
}

/**
 * Starts the network step by step and waits until its health is 200. What was started is stopped again when a step
 * fails. `onStarted` is handed at once what ends it, also in the middle of the start.
 */
export async function startNetwork(
  options: NetworkOptions,
  onStarted: (stop: () => Promise<void>) => void = () => {},
): Promise<Network> {
  const started = nothingStarted(options.say)
  onStarted(started.stop)
  try {
    return await startAll(options, started)
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function startAll(options: NetworkOptions, started: Started): Promise<Network> {
  const { home, guard, say } = options
  // Ports of the last run, so that open pages and settings of a person keep working.
  const last = readRunFile(home)
  const record = recordRun(home)
  const database =
    options.databaseUrl === undefined
      ? await started.hold(await startDatabase(options, record, last && portIn(last.databaseUrl)))
      : null
  const databaseUrl = options.databaseUrl ?? (database?.current().url as string)
  await step(
    'Database schema',
    () => migrateDatabase(databaseUrl),
    undefined,
    'Check that DATABASE_URL names a database that this user may change.',
  )

  const chain =
    options.rpcUrl === undefined
      ? await started.hold(await startChain(options, record, last && portIn(last.rpcUrl)))
      : null
  const rpcUrl = options.rpcUrl ?? (chain?.current().url as string)
  const chainId = Number(await rpc<string>(httpUrl(rpcUrl), 'eth_chainId'))
  const embedded = chainId === EMBEDDED_CHAIN_ID
  record.note({ databaseUrl, rpcUrl })
  const { deployment } = await step(
    'Contracts',
    () => ensureDeployment(home, rpcUrl, chainId),
    ({ deployment, made }) =>
      `${made ? 'deployed' : 'in place'}, task market ${deployment.addresses.taskMarket}`,
    embedded
      ? ''
      : 'The contracts of another chain are never replaced by a start: use the program version they were made by.',
  )
  await saveDeploymentRow(databaseUrl, deployment)
  if (chain) await reportLostBlocks(databaseUrl, rpcUrl, deployment, say)
  if (embedded) {
    await step(
      'Test customer and nodes of separate owners',
      async () => {
        await fundAccounts(home, rpcUrl, deployment)
        let registered = 0
        for (let index = 1; index <= options.nodes; index++)
          if (await ensureNode(home, rpcUrl, deployment, index)) registered++
        return registered
      },
      (registered) => (registered === 0 ? 'all there' : `${registered} registered with bonds`),
    )
  }

  await options.built()
  const url = `http://${localName(options.host)}:${options.port}`
  const serverEnvironment = {
    DATABASE_URL: databaseUrl,
    RPC_URL: rpcUrl,
    CHAIN_ID: String(chainId),
    HOST: options.host,
    PORT: String(options.port),
    OPENGPU_HOME: home,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...(embedded
      ? {
          RELAYER_KEY_FILE: keyFile(home, 'relayer'),
          AUCTIONEER_KEY_FILE: keyFile(home, 'auctioneer'),
          ADMIN_ADDRESSES: process.env.ADMIN_ADDRESSES || keyAt(keyFile(home, 'customer')).address,
        }
      : {}),
    ...options.environment,
  }
  const server = await step(
    'Site, API and engine',
    async () =>
      started.hold(
        await keepRunning({
          name: 'The server',
          rank: 1,
          guard,
          signal: 'SIGTERM',
          graceMilliseconds: 10_000,
          say,
          start: () =>
            startProgram(options, 'server', ['server.ts'], serverEnvironment, (child) =>
              answers(`${url}/api/health`, child),
            ),
          onStart: ({ child }) => record.note({ server: child.pid, url }),
        }),
      ),
    undefined,
    `Its log is ${join(home, 'logs', 'server.log')}.`,
  )
  writeWhole(
    join(home, 'network.json'),
    `${JSON.stringify({ url, chainId, rpcUrl, deploymentId: deployment.id }, null, 2)}\n`,
    0o644,
  )

  const nodes: Service<Process>[] = []
  // Together, because each may still have a job to hand back.
  await started.hold({ stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))) })
  await step(
    `${options.nodes} GPU worker nodes`,
    async () => {
      for (let index = 1; index <= options.nodes; index++) {
        const folder = nodeFolder(home, index)
        const service = await keepRunning({
          name: `Node ${index}`,
          rank: 0,
          guard,
          signal: 'SIGTERM',
          graceMilliseconds: 5_000,
          say,
          start: () =>
            startProgram(options, `node-${index}`, ['worker/main.ts'], {
              OPENGPU_URL: url,
              OPENGPU_NODE_KEY_FILE: join(folder, 'node.key'),
              OPENGPU_NODE_HOME: join(folder, 'work'),
              OPENGPU_NODE_NAME: `local-${index}`,
              OPENGPU_NODE_ASK: NODE_ASK.toString(),
              OPENGPU_NODE_GPU_CLASS: '0',
              OPENGPU_NODE_SLOTS: '1',
              ...options.nodeEnvironment?.(index),
            }),
          onStart: ({ child }) => record.noteNode(index, child.pid),
        })
        nodes.push(service)
      }
      await healthy(url, server)
    },
    undefined,
    `Their logs are ${join(home, 'logs', 'node-*.log')}; ${url}/api/health says which part is not well.`,
  )

  return {
    url,
    databaseUrl,
    rpcUrl,
    deployment,
    postgres: database,
    chain,
    server,
    nodes,
    stop: started.stop,
  }
}

function startDatabase(
  options: NetworkOptions,
  record: RunRecorder,
  port: number | null,
): Promise<Service<RunningPostgres>> {
  return step(
    'PostgreSQL',
    () =>
      keepRunning({
        name: 'PostgreSQL',
        rank: 3,
        onStart: ({ child, url }) => record.note({ postgres: child.pid, databaseUrl: url }),
        guard: options.guard,
        signal: 'SIGINT',
        graceMilliseconds: 15_000,
        say: options.say,
        start: (previous) =>
          startPostgresServer({
            folder: join(options.home, 'postgres'),
            database: 'opengpu',
            ...portOf(previous?.port ?? port),
            samePort: previous !== null,
          }),
      }),
    (service) => {
      const { binaries, port: taken } = service.current()
      return `${binaries.source === 'npm' ? 'packaged' : 'system'} ${binaries.major} on port ${taken}`
    },
  )
}

function startChain(
  options: NetworkOptions,
  record: RunRecorder,
  port: number | null,
): Promise<Service<RunningChain>> {
  return step(
    'Local chain',
    () =>
      keepRunning({
        name: 'The local chain',
        rank: 2,
        onStart: ({ child, url }) => record.note({ chain: child.pid, rpcUrl: url }),
        guard: options.guard,
        signal: 'SIGTERM',
        graceMilliseconds: 15_000,
        say: options.say,
        start: (previous) =>
          startChainServer({
            folder: join(options.home, 'chain'),
            idleBlocks: { busyMilliseconds: 1_000, idleMilliseconds: 5_000 },
            ...portOf(previous?.port ?? port),
            samePort: previous !== null,
            onProblem: (error) => options.say(`The chain's state could not be saved: ${messageOf(error)}`),
          }),
      }),
    (service) => `id ${EMBEDDED_CHAIN_ID} on port ${service.current().port}`,
  )
}

function portOf(port: number | null): { preferredPort?: number } {
  return port === null || port === 0 ? {} : { preferredPort: port }
}

/** How this machine itself reaches what listens on `host`. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function portIn(url: string): number | null {
  return URL.canParse(url) ? Number(new URL(url).port) : null
}

/** A TypeScript program of ours as a child, its output appended to a log. */
async function startProgram(
  options: NetworkOptions,
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready?: (child: OwnedChild) => Promise<void>,
): Promise<Process> {
  mkdirSync(join(options.home, 'logs'), { recursive: true })
  const log = openLog(join(options.home, 'logs', `${name}.log`))
  const child = await spawnOwned(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    onLine: (line) => log.write(`${line}\n`),
  })
  void child.exited.then(() => log.end())
  const stop = (): Promise<void> => child.stop('SIGTERM', 10_000)
  if (ready) {
    try {
      await ready(child)
    } catch (error) {
      await stop()
      throw error
    }
  }
  return { child, stop }
}

/** Appends to a log; one that has grown large becomes the single older one beside it. */
function openLog(file: string): WriteStream {
  if (existsSync(file) && statSync(file).size > LARGEST_LOG) renameSync(file, `${file}.1`)
  return createWriteStream(file, { flags: 'a' })
}

/** Waits until the address answers at all. */
async function answers(url: string, child: OwnedChild): Promise<void> {
  await until(
    async () => {
      if (child.hasExited()) throw new Error(`the server ended at once:\n${child.tail()}`)
      await fetch(url, { signal: AbortSignal.timeout(5_000) })
      return true
    },
    () => `the server did not answer within ${READY_WITHIN / 1000} s:\n${child.tail()}`,
  )
}

/** Waits until every part is well. */
async function healthy(url: string, server: Service<Process>): Promise<void> {
  let last = ''
  await until(
    async () => {
      const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) })
      last = await answer.text()
      return answer.status === 200
    },
    () => `the network is not well after ${READY_WITHIN / 1000} s: ${last}\n${server.current().child.tail()}`,
  )
}

async function until(probe: () => Promise<boolean>, words: () => string): Promise<void> {
  const end = performance.now() + READY_WITHIN
  for (;;) {
    try {
      if (await probe()) return
    } catch (error) {
      // A refused connection means "not yet"; anything else is the end.
      if (!(error instanceof TypeError) && (error as Error).name !== 'TimeoutError') throw error
    }
    if (performance.now() > end) throw new Error(words())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function saveDeploymentRow(databaseUrl: string, deployment: Deployment): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`
      insert into deployments (id, chain_id, code_hash, addresses, from_block)
      values (${deployment.id}, ${deployment.chainId}, ${deployment.codeHash}, ${sql.json(deployment.addresses)}, ${deployment.blockNumber.toString()})
      on conflict (id) do nothing`
  } finally {
    await sql.end()
  }
}

/** One line when the database knows blocks that the chain no longer has. The indexer undoes them as a reorganisation. */
async function reportLostBlocks(
  databaseUrl: string,
  rpcUrl: string,
  deployment: Deployment,
  say: (line: string) => void,
): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql<{ number: string; hash: string }[]>`
      select number, hash from blocks where deployment_id = ${deployment.id} order by number desc limit 5000`
    const top = rows[0]
    if (!top) return
    for (const row of rows) {
      const block = await rpc<{ hash: string } | null>(httpUrl(rpcUrl), 'eth_getBlockByNumber', [
        `0x${Number(row.number).toString(16)}`,
        false,
      ])
      if (block?.hash === row.hash) {
        const lost = Number(top.number) - Number(row.number)
        if (lost > 0)
          say(
            `! The chain ended uncleanly and lost ${lost} ${lost === 1 ? 'block' : 'blocks'}: treated as a reorganisation, stored messages are carried again`,
          )
        return
      }
    }
    say('! The chain lost every block the database knows: treated as a reorganisation')
  } finally {
    await sql.end()
  }
}

/** The whole local network as children of this process: database, chain, server, nodes. `npm start`, chaos and bench share it. */
import { join } from 'node:path'
import type { Deployment } from '#lib/chain/deployment.ts'
import { migrateDatabase } from '#lib/db/migrate.ts'
import { EMBEDDED_CHAIN_ID } from '#lib/kernel/embeddedChain.ts'
import type { RunningChain } from '#lib/process/embedded/chain.ts'
import { writeWhole } from '#lib/process/embedded/chainState.ts'
import type { Guard } from '#lib/process/embedded/guard.ts'
import type { RunningPostgres } from '#lib/process/embedded/postgres.ts'
import { keepRunning, type Service } from '#lib/process/embedded/service.ts'
import type { SiteBuild } from './build.ts'
import { ensureDeployment, ensureNode, fundAccounts, NODE_ASK } from './contracts.ts'
import { reportLostBlocks, saveDeploymentRow } from './deploymentRows.ts'
import { checkChain, checkDatabase } from './external.ts'
import { keyAt, keyFile, nodeFolder } from './home.ts'
import { answers, healthy, type Process, startProgram } from './program.ts'
import { step } from './progress.ts'
import { readRunFile, recordRun } from './runFile.ts'
import { startChain, startDatabase } from './servers.ts'
import { nothingStarted, type Started } from './started.ts'

export type NetworkOptions = {
  readonly home: string
  readonly host: string
  /** Asked for right before the server starts to listen. */
  readonly port: () => number | Promise<number>
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
  readonly built: () => Promise<SiteBuild>
  /** Other settings of the nodes, such as a fault to show. */
  readonly nodeEnvironment?: (index: number) => Readonly<Record<string, string>>
}

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
  const { databaseUrl: ownDatabase, rpcUrl: ownChain } = options
  if (ownDatabase !== undefined) await step('Database of DATABASE_URL', () => checkDatabase(ownDatabase))
  if (ownChain !== undefined)
    await step(
      'Chain of RPC_URL',
      () => checkChain(ownChain, process.env.CHAIN_ID),
      (id) => `id ${id}`,
    )
  const database =
    ownDatabase === undefined
      ? await started.hold(await startDatabase(options, record, last?.databaseUrl))
      : null
  const databaseUrl = ownDatabase ?? (database?.current().url as string)
  await step(
    'Database schema',
    () => migrateDatabase(databaseUrl),
    undefined,
    ownDatabase === undefined
      ? ''
      : 'The database of DATABASE_URL must be empty or made by this program, and its user may change it.',
  )

  const chain =
    ownChain === undefined ? await started.hold(await startChain(options, record, last?.rpcUrl)) : null
  const rpcUrl = ownChain ?? (chain?.current().url as string)
  const chainId = await checkChain(rpcUrl, undefined)
  const embedded = chainId === EMBEDDED_CHAIN_ID
  record.note({ databaseUrl, rpcUrl })
  const { deployment } = await step(
    'Contracts',
    () => ensureDeployment(home, rpcUrl, chainId),
    ({ deployment, made }) =>
      `${made ? 'deployed' : 'in place'}, task market ${deployment.addresses.taskMarket}`,
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

  const { folder } = await options.built()
  const port = await options.port()
  const url = `http://${localName(options.host)}:${port}`
  const serverEnvironment = {
    DATABASE_URL: databaseUrl,
    RPC_URL: rpcUrl,
    CHAIN_ID: String(chainId),
    HOST: options.host,
    PORT: String(port),
    OPENGPU_HOME: home,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    OPENGPU_SITE_BUILD: folder,
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
            startProgram(home, 'server', ['server.ts'], serverEnvironment, (child) =>
              answers(`${url}/api/health`, child),
            ),
          onStart: ({ child }) => record.note({ server: child.pid, url, site: folder }),
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
  // Elsewhere a node's owner pays a bond of his own, so nobody is registered by a start.
  const count = embedded ? options.nodes : 0
  if (count === 0)
    say(
      `Chain ${chainId} is not the local one, so this start runs no nodes: offer a machine with \`OPENGPU_URL=${url} npx opengpu node start\`.`,
    )
  await step(
    count === 0 ? 'Health' : `${count} GPU worker nodes`,
    async () => {
      for (let index = 1; index <= count; index++) {
        const folder = nodeFolder(home, index)
        const service = await keepRunning({
          name: `Node ${index}`,
          rank: 0,
          guard,
          signal: 'SIGTERM',
          graceMilliseconds: 5_000,
          say,
          start: () =>
            startProgram(home, `node-${index}`, ['worker/main.ts'], {
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
      await healthy(url, server, count > 0)
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

/** How this machine itself reaches what listens on `host`. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

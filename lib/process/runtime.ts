/**
 * The composition root: every part made by hand, in the order in which one needs the other, and ended in the opposite
 * one. No part imports another's maker; what it needs is given here.
 */

import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { privateKeyToAccount } from 'viem/accounts'
import { type Chain, openChain } from '../chain/client.ts'
import { verifyDeployment } from '../chain/deploy.ts'
import type { Deployment } from '../chain/deployment.ts'
import { startIndexer } from '../chain/indexer/indexer.ts'
import { startRelayer } from '../chain/relayer/relayer.ts'
import type { Config } from '../config/config.ts'
import { type Database, openDatabase } from '../db/client.ts'
import { createJob } from '../jobs/create.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { AppError, messageOf } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'
import { createLogger, type Logger } from '../kernel/logger.ts'
import { tracePoint } from '../kernel/trace.ts'
import { nodeProjector } from '../nodes/projector.ts'
import { createDuties } from '../realtime/duties.ts'
import { attachGateway } from '../realtime/gateway.ts'
import { startEngine } from '../scheduler/engine.ts'
import { jobProjector } from '../scheduler/projector.ts'
import { startChores } from './chores.ts'
import { readHealth } from './health.ts'
import type { Runtime } from './shared.ts'

export interface RunningParts {
  readonly runtime: Runtime
  /** Ends every part in order; what it was in the middle of is either done or as if never begun. */
  stop(): Promise<void>
}

interface End {
  readonly what: string
  stop(): Promise<void>
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version
const WAIT_MILLISECONDS = 1_000

/**
 * Opens database and chain (waiting for them as long as it takes), makes sure that the contracts are ours, and starts the
 * parts of the configured role. Sockets are served on `http`, which the caller owns and starts.
 *
 * Throws AppError when it must not run: the contracts are others than this program's, or on another chain.
 */
export async function startParts(
  config: Config,
  deployment: Deployment,
  http: Server,
): Promise<RunningParts> {
  const logger = createLogger('server', config.logLevel)
  const ends: End[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) {
      try {
        await end.stop()
      } catch (error) {
        logger.error({ part: end.what, error: messageOf(error) }, 'a part did not end well')
      }
    }
  }
  try {
    return { runtime: await startAll(config, deployment, http, logger, ends), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startAll(
  config: Config,
  deployment: Deployment,
  http: Server,
  logger: Logger,
  ends: End[],
): Promise<Runtime> {
  const database = openDatabase(config.databaseUrl, {
    connections: config.databasePool,
    name: `opengpu-${config.role}`,
  })
  ends.push({ what: 'database', stop: database.close })
  const chain = openChain({ rpcUrl: config.rpcUrl, chainId: config.chainId })
  ends.push({ what: 'chain', stop: chain.close })
  await available('database', logger, () => database.sql`select 1`)
  await available('chain', logger, () => verifyDeployment(chain.publicClient, deployment))

  const { db, sql } = database
  const auctioneer = privateKeyToAccount(config.auctioneerKey)
  const { confirmations, isEmbeddedChain: embedded } = config
  const shared = { db, sql, deployment, chain, auctioneer, confirmations, embedded, logger }
  const admins = new Set(config.adminAddresses.map(lower))
  const isAdmin = (address: Address): boolean => admins.has(lower(address))
  const publicUrl = config.publicUrl

  const gateway = await attachGateway(http, {
    db,
    sql,
    databaseUrl: config.databaseUrl,
    logger: logger.child({ part: 'gateway' }),
    deployment,
    site: { publicUrl, port: () => config.port },
    isAdmin,
    duties: createDuties(shared),
  })
  ends.push({ what: 'gateway', stop: gateway.stop })
  const ctx: JobsCtx = { ...shared, askBids: gateway.askBids }
  const stopHeads = chain.onHead((head) => {
    if (head !== null) tracePoint(logger, 'head', { number: head.number })
    gateway.networkChanged('chain')
  })
  ends.push({ what: 'heads', stop: async () => stopHeads() })

  const loops = config.role === 'web' ? null : startLoops(config, ctx, chain, database, logger, ends)
  return {
    ...ctx,
    config,
    chain,
    relayer: lower(privateKeyToAccount(config.relayerKey).address),
    site: { publicUrl, port: config.port },
    isAdmin,
    createJob: (input) => createJob(ctx, input),
    health: () =>
      readHealth({
        version: VERSION,
        db,
        chain,
        deploymentId: deployment.id,
        indexer: loops?.indexer ?? null,
        engine: loops?.engine ?? null,
        gateway: gateway.health,
      }),
  }
}

/** What follows the chain and moves jobs on. Several processes may run these: each takes turns or shares rows by itself. */
function startLoops(
  config: Config,
  ctx: JobsCtx,
  chain: Chain,
  database: Database,
  logger: Logger,
  ends: End[],
) {
  const { db, sql } = database
  const { deployment } = ctx
  const relayer = startRelayer({
    db,
    sql,
    chain,
    deployment,
    account: privateKeyToAccount(config.relayerKey),
    logger: logger.child({ part: 'relayer' }),
    embedded: config.isEmbeddedChain,
  })
  ends.push({ what: 'relayer', stop: relayer.stop })
  const indexer = startIndexer({
    db,
    sql,
    chain,
    deployment,
    projectors: [nodeProjector(deployment.id), jobProjector(ctx)],
    confirmations: config.confirmations,
    logger: logger.child({ part: 'indexer' }),
  })
  ends.push({ what: 'indexer', stop: indexer.stop })
  const engine = startEngine({ ...ctx, logger: logger.child({ part: 'engine' }) })
  ends.push({ what: 'engine', stop: engine.stop })
  const chores = startChores({
    databaseUrl: config.databaseUrl,
    db,
    logger: logger.child({ part: 'chores' }),
  })
  ends.push({ what: 'chores', stop: chores.stop })
  return {
    indexer: indexer.health,
    engine: () => [engine.health(), relayer.health()].find(({ ok }) => !ok) ?? engine.health(),
  }
}

/** Tries until it succeeds. An AppError is an answer, not an absence, and is thrown. */
async function available(what: string, logger: Logger, ask: () => PromiseLike<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await ask()
      return
    } catch (error) {
      if (error instanceof AppError) throw error
      if (tries % 10 === 0) logger.warn({ error: messageOf(error) }, `waiting for the ${what}`)
      await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))
    }
  }
}

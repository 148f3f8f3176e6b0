/** THE gateway: one Socket.IO server on the site's own HTTP server, namespaces `/worker` and `/dashboard`. */
import { randomBytes } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Sql } from 'postgres'
import { Server } from 'socket.io'
import { isSameOrigin } from '../auth/origins.ts'
import type { Deployment } from '../chain/deployment.ts'
import type { Db } from '../db/client.ts'
import type { AskBids } from '../jobs/ctx.ts'
import { messageOf } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { disconnectServer } from '../nodes/sessions.ts'
import { createAskBids } from './bids.ts'
import { askEverywhere, openCluster } from './cluster.ts'
import { bound } from './connection.ts'
import { type NetworkTopic, serveDashboards } from './dashboardNamespace.ts'
import { startDispatcher } from './dispatcher.ts'
import { followOutbox } from './news.ts'
import type { Duties, Running } from './ports.ts'
import { LIMITS } from './rules/limits.ts'
import { serveWorkers } from './workerNamespace.ts'
import { createWorkerSessions } from './workerSessions.ts'

export interface GatewayOptions {
  readonly db: Db
  readonly sql: Sql
  /** For the connections over which server processes hear of each other. */
  readonly databaseUrl: string
  readonly logger: Logger
  readonly deployment: Deployment
  readonly site: { readonly publicUrl: string | null; readonly port: () => number }
  readonly isAdmin: (address: Address) => boolean
  readonly duties: Duties
}

export interface Gateway extends Running {
  readonly askBids: AskBids
  readonly serverId: string
  connectedNodes(): Address[]
  /** Tells open network pages that something changed. */
  networkChanged(topic: NetworkTopic): void
}

/** Attaches to an HTTP server (listening or not yet). Other upgrades on that server are left alone. */
export async function attachGateway(http: HttpServer, options: GatewayOptions): Promise<Gateway> {
  const { db, sql, logger, deployment, duties } = options
  const serverId = `srv_${randomBytes(9).toString('base64url')}`
  const cluster = await openCluster(options.databaseUrl, logger)
  const io = new Server(http, {
    adapter: cluster.adapter,
    path: '/socket.io',
    transports: ['websocket', 'polling'],
    destroyUpgrade: false,
    serveClient: false,
    maxHttpBufferSize: LIMITS.workerMessageBytes,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    connectTimeout: 10_000,
    perMessageDeflate: false,
    cleanupEmptyChildNamespaces: true,
  })
  io.engine.on('connection', bound)
  // Nobody has business in the default namespace.
  io.of('/').use((_socket, next) => next(new Error('unknown-namespace')))

  const sessions = createWorkerSessions()
  const isOurs = (origin: string) =>
    isSameOrigin(origin, { publicUrl: options.site.publicUrl, port: options.site.port() })
  const dashboards = serveDashboards(io.of('/dashboard'), {
    db,
    logger,
    isOurs,
    isAdmin: options.isAdmin,
  })
  const dispatcher = await startDispatcher({ sql, logger, sessions, duties })
  const news = await followOutbox({
    db,
    sql,
    logger,
    tell: ({ topic, payload }) => {
      if (topic === 'job')
        dashboards.jobChanged(payload as { jobId: string; revision: number; state: string })
      else if (topic === 'logs') dashboards.logsAdded(String(payload.leaseId))
    },
  })
  serveWorkers(io.of('/worker'), {
    db,
    logger,
    serverId,
    deployment: {
      id: deployment.id,
      chainId: deployment.chainId,
      taskMarket: deployment.addresses.taskMarket,
    },
    sessions,
    duties,
    onAssignable: (node) => dispatcher.wake(node),
    onChange: () => dashboards.networkChanged('nodes'),
    onLogs: (leaseId) => dashboards.logsAdded(leaseId),
  })

  return {
    askBids: askEverywhere(
      io.of('/worker'),
      createAskBids(sessions),
      (node) => sessions.assignable(node) !== undefined,
    ),
    serverId,
    connectedNodes: () => sessions.all().map(({ node }) => node),
    networkChanged: dashboards.networkChanged,
    async stop() {
      await Promise.all([dispatcher.stop(), news.stop()])
      dashboards.stop()
      try {
        await disconnectServer(db, deployment.id, serverId)
      } catch (error) {
        logger.warn({ error: messageOf(error) }, 'sessions could not be closed; their silence will tell')
      }
      // Closes the sockets; the HTTP server itself is closed by whoever owns it.
      io.local.disconnectSockets(true)
      io.engine.close()
      for (const name of ['/', '/worker', '/dashboard']) io.of(name).adapter.close()
      await cluster.close()
    },
    health: () => {
      const parts = [dispatcher.health(), news.health()]
      return parts.find(({ ok }) => !ok) ?? dispatcher.health()
    },
  }
}

/** One process of the network, from configuration to a listening port and back. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Deployment } from '../chain/deployment.ts'
import { deploymentFile, readDeploymentFile } from '../chain/deploymentFile.ts'
import type { Config } from '../config/config.ts'
import { AppError } from '../kernel/errors.ts'
import { createLeaseHandler } from '../realtime/leaseHttp.ts'
import { createHttpServer, type Handler } from './http.ts'
import { startParts } from './runtime.ts'
import { type Runtime, shareRuntime } from './shared.ts'

/** Pages: whatever answers what sockets and lease files did not. */
export interface Site {
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

export interface RunningServer {
  readonly runtime: Runtime
  readonly http: Server
  /** Takes nothing new, finishes what is under way, ends every part. Once; later calls wait for the first. */
  stop(): Promise<void>
}

/** How long requests under way may take to finish once the process is asked to end. */
const DRAIN_MILLISECONDS = 5_000

/**
 * Starts the process. `openSite` is called when the parts run and the runtime is shared; null for a process without pages.
 * Throws AppError when it must not run.
 */
export async function startServer(
  config: Config,
  options: { readonly openSite: ((http: Server) => Promise<Site>) | null; readonly deployment?: Deployment },
): Promise<RunningServer> {
  const deployment = options.deployment ?? readDeploymentFile(deploymentFile(config.home))
  if (deployment === null) {
    throw new AppError(
      'deployment.missing',
      `There are no contracts in ${config.home}: run \`npm start\`, which deploys them, or name their folder by OPENGPU_HOME.`,
      { status: 500 },
    )
  }
  let files: Handler = () => false
  let site: Site | null = null
  const http = createHttpServer([(request, response) => files(request, response)], (request, response) => {
    if (site !== null) return site.handle(request, response)
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end('{"code":"not-found","title":"This process serves no pages.","status":404}')
  })
  const parts = await startParts(config, deployment, http)
  const { runtime } = parts
  files = createLeaseHandler(runtime)
  shareRuntime(runtime)
  try {
    site = (await options.openSite?.(http)) ?? null
    await listening(http, config)
  } catch (error) {
    await parts.stop()
    throw error
  }

  let stopping: Promise<void> | null = null
  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    // Sockets end with the parts: nodes and tabs connect again elsewhere within seconds.
    await parts.stop()
    http.closeIdleConnections()
    const late = setTimeout(() => http.closeAllConnections(), DRAIN_MILLISECONDS)
    await closed
    clearTimeout(late)
    await site?.close()
  }
  return {
    runtime,
    http,
    stop: () => (stopping ??= stop()),
  }
}

function listening(http: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
}

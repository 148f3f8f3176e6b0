/** The pages: Next on our own HTTP server. */
import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import next from 'next'
import type { Config } from '../config/config.ts'
import type { Site } from './server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Prepares Next: the built site, or with NODE_ENV=development the compiler behind it. */
export async function openSite(config: Config, http: Server): Promise<Site> {
  const app = next({
    dev: process.env.NODE_ENV === 'development',
    dir: ROOT,
    hostname: config.host,
    port: config.port,
    httpServer: http,
  })
  await app.prepare()
  const handle = app.getRequestHandler()
  return {
    handle: (request, response) => void handle(request, response),
    close: () => app.close(),
  }
}

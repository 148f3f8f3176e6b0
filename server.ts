/** One process of the network: pages, sockets and loops by OPENGPU_ROLE. Everything it does is in lib/process. */
import { config } from '#lib/config/config.ts'
import { AppError, messageOf } from '#lib/kernel/errors.ts'
import { startServer } from '#lib/process/server.ts'
import { runUntilSignal } from '#lib/process/signals.ts'

try {
  const settings = config()
  const openSite = settings.role === 'engine' ? null : (await import('#lib/process/site.ts')).openSite
  const server = await startServer(settings, {
    openSite: openSite === null ? null : (http) => openSite(settings, http),
  })
  runUntilSignal(server)
} catch (error) {
  console.error(
    error instanceof AppError ? error.message : `The server could not be started: ${messageOf(error)}`,
  )
  process.exit(1)
}

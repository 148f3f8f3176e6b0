/** How a process ends: in order when asked, and at once when its state is unknown. */
import { isPassing } from '../db/retry.ts'
import { messageOf } from '../kernel/errors.ts'
import type { RunningServer } from './server.ts'

/** Longer than any part takes; whoever waits for us gives up at about this time. */
const PATIENCE_MILLISECONDS = 9_000

/** Ends the process in order on SIGTERM and SIGINT (exit 0), by force on the second one or when it takes too long. */
export function runUntilSignal(server: RunningServer): void {
  const { logger } = server.runtime
  let asked = false
  const end = (signal: string): void => {
    if (asked) process.exit(1)
    asked = true
    logger.info({ signal }, 'ending')
    setTimeout(() => process.exit(1), PATIENCE_MILLISECONDS).unref()
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: messageOf(error) }, 'did not end well')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
  // A promise that nobody awaited failed: one question went wrong, the state is what it was. It is a fault to mend, and logged.
  process.on('unhandledRejection', (error) => {
    const level = isPassing(error) ? 'warn' : 'error'
    logger[level](
      { error: messageOf(error), stack: (error as Error | undefined)?.stack },
      'a failure nobody waited for',
    )
  })
  // An exception in the middle of anything: what was half done is unknown, so this process ends and a fresh one starts.
  process.on('uncaughtException', (error) => {
    if (isPassing(error)) {
      logger.warn({ error: messageOf(error) }, 'a connection was lost')
      return
    }
    logger.fatal({ error: messageOf(error), stack: error.stack }, 'an unexpected failure; this process ends')
    process.exit(1)
  })
}

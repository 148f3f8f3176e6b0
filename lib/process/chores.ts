/** Housekeeping on a durable queue: each runs in one process at a time, is tried again when it fails, and nobody waits for it. */
import { Logger as QueueLogger, type Runner, run, type TaskList } from 'graphile-worker'
import { forgetExpiredSessions } from '../auth/sessions.ts'
import { forgetExpiredNonces } from '../auth/signIn.ts'
import type { Db } from '../db/client.ts'
import { openPgPool } from '../db/pgPool.ts'
import { sweepContents } from '../jobs/contents.ts'
import { pruneOutbox } from '../jobs/outbox.ts'
import { messageOf } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'

/** Cron lines of graphile-worker: minute hour day month weekday task. */
const CRONTAB = ['*/10 * * * * pruneOutbox', '*/15 * * * * forgetExpired', '7 * * * * sweepContents'].join(
  '\n',
)
/** Readers of the outbox are seconds behind at most. */
const OUTBOX_MINUTES = 60
/** Bytes that were sent for an order that never came. */
const UNUSED_HOURS = 24
const AGAIN_MILLISECONDS = 5_000

export interface Chores {
  stop(): Promise<void>
}

/** Starts the queue's runner, and again whenever it ends by itself. */
export function startChores(options: {
  readonly databaseUrl: string
  readonly db: Db
  readonly logger: Logger
}): Chores {
  const { db, logger } = options
  const taskList: TaskList = {
    pruneOutbox: () => pruneOutbox(db, OUTBOX_MINUTES),
    async forgetExpired() {
      await forgetExpiredSessions(db)
      await forgetExpiredNonces(db)
    },
    async sweepContents() {
      while ((await sweepContents(db, UNUSED_HOURS)) > 0);
    },
  }
  const pool = openPgPool(options.databaseUrl, {
    most: 2,
    onError: (error) => logger.debug({ error: messageOf(error) }, 'the queue lost a connection'),
  })
  let stopped = false
  let runner: Runner | null = null
  let wake: () => void = () => undefined

  const loop = (async () => {
    while (!stopped) {
      try {
        runner = await run({
          pgPool: pool,
          schema: 'graphile_worker',
          concurrency: 1,
          noHandleSignals: true,
          logger: new QueueLogger(
            () => (level, message) => logger[level === 'warning' ? 'warn' : level](message),
          ),
          crontab: CRONTAB,
          taskList,
        })
        if (stopped) await runner.stop()
        await runner.promise
      } catch (error) {
        if (!stopped) logger.warn({ error: messageOf(error) }, 'chores pause')
      }
      runner = null
      if (stopped) return
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, AGAIN_MILLISECONDS)
      })
    }
  })()
  return {
    async stop() {
      stopped = true
      wake()
      await runner?.stop().catch(() => undefined)
      await loop
      await pool.end()
    },
  }
}

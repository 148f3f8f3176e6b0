/** Reads the outbox from the moment this process started and passes the news on. Repeats are possible and harmless. */
import type { Sql } from 'postgres'
import type { Db } from '../db/client.ts'
import { CHANNELS, listen } from '../db/listen.ts'
import { outboxHead, readOutbox } from '../jobs/outbox.ts'
import { messageOf } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Running } from './ports.ts'

/** A number may appear this long after a larger one, because numbers are taken before the commit. */
const LATE_MILLISECONDS = 10_000
const BATCH = 500

export interface News {
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Calls `tell` for every row of the outbox that commits from now on, each once. */
export async function followOutbox(options: {
  readonly db: Db
  readonly sql: Sql
  readonly logger: Logger
  readonly tell: (news: News) => void
}): Promise<Running> {
  /** Everything up to here is told, or too old for a straggler. */
  let floor = await outboxHead(options.db)
  const told = new Map<number, number>()
  let wanted = false
  let reading: Promise<void> | null = null
  let stopped = false
  let problem: string | null = null

  async function read(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false
      let after = floor
      for (;;) {
        const rows = await readOutbox(options.db, after, BATCH)
        for (const { id, topic, payload } of rows) {
          after = id
          if (told.has(id)) continue
          told.set(id, performance.now())
          options.tell({ topic, payload })
        }
        if (rows.length < BATCH) break
      }
      const old = performance.now() - LATE_MILLISECONDS
      // The floor rises through numbers without a gap; over a gap only when nothing can appear in it any more.
      for (const [id, at] of [...told].sort(([a], [b]) => a - b)) {
        if (id !== floor + 1 && at > old) break
        floor = id
        told.delete(id)
      }
    }
  }

  function wake(): void {
    wanted = true
    if (stopped || reading !== null) return
    reading = read()
      .then(
        () => {
          problem = null
        },
        (error: unknown) => {
          problem = messageOf(error)
          options.logger.warn({ error: problem }, 'the outbox could not be read')
        },
      )
      .finally(() => {
        reading = null
        if (wanted && problem === null) wake()
      })
  }

  const unlisten = await listen(options.sql, CHANNELS.outbox, wake)
  const tick = setInterval(wake, 2_000)
  return {
    async stop() {
      stopped = true
      clearInterval(tick)
      await unlisten()
      await reading
    },
    health: () => ({ ok: problem === null, detail: problem ?? 'news flow' }),
  }
}

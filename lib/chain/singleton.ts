/** One process at a time does a thing: whoever holds an advisory lock of PostgreSQL. The others wait. */
import postgres, { type Sql } from 'postgres'
import { messageOf } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'

export interface Turn {
  /** Aborted when the lock may be lost, or on stop. */
  readonly signal: AbortSignal
}

const TRY_EVERY = 500
const CHECK_EVERY = 2_000

/**
 * Runs `work` while this process holds the lock `name`, again and again: when the connection that holds the lock dies, the
 * turn's signal is aborted and the next turn starts once the lock is ours again. `work` must end soon after the abort.
 * The lock is on a connection of its own that nothing else uses, so that no pool closes it for being old or idle.
 */
export function holdTurn(
  sql: Sql,
  name: string,
  logger: Logger,
  work: (turn: Turn) => Promise<void>,
): { stop(): Promise<void>; holds(): boolean } {
  const stopping = new AbortController()
  let holding = false

  async function oneTurn(): Promise<void> {
    const lost = new AbortController()
    const end = (): void => lost.abort()
    stopping.signal.addEventListener('abort', end)
    const own = postgres({
      ...sql.options,
      max: 1,
      idle_timeout: null,
      max_lifetime: null,
      fetch_types: false,
      onclose: end,
    } as unknown as postgres.Options<Record<string, never>>)
    try {
      const lock = own`select pg_try_advisory_lock(hashtextextended(${name}, 7305)) as got`
      if ((await lock)[0]?.got !== true) return
      holding = true
      const watch = setInterval(() => {
        // The driver makes lost connections again in silence; a new one would not hold the lock.
        own`select count(*)::int as mine from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted`
          .then((rows) => {
            if (rows[0]?.mine !== 1) end()
          })
          .catch(end)
      }, CHECK_EVERY)
      try {
        await work({ signal: lost.signal })
      } finally {
        clearInterval(watch)
      }
    } finally {
      holding = false
      stopping.signal.removeEventListener('abort', end)
      await own.end({ timeout: 1 }).catch(() => undefined)
    }
  }

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await oneTurn()
      } catch (error) {
        logger.warn({ lock: name, err: messageOf(error) }, 'turn ended early')
      }
      await pause(TRY_EVERY, stopping.signal)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await loop
    },
    holds: () => holding,
  }
}

/** Waits, or less when the signal is aborted. Never throws. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}

/** Being woken by the database: NOTIFY as a hint that something changed, never as the only bearer of it. */
import type { Sql } from 'postgres'

/** The channels of the network. A payload is small: a job id, a node's address, or empty. */
export const CHANNELS = {
  intents: 'opengpu_intents',
  jobs: 'opengpu_jobs',
  leases: 'opengpu_leases',
  outbox: 'opengpu_outbox',
} as const
export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS]

/**
 * Calls `handler` with the payload of every notification on the channel, and once with `null` whenever the listening
 * connection was made again: notifications may have been missed, so look at everything. The first connection calls it
 * too. A lost connection is made again by the driver, with back-off, for as long as the pool lives. Errors of the handler
 * are the handler's own.
 */
export async function listen(
  sql: Sql,
  channel: Channel,
  handler: (payload: string | null) => void,
): Promise<() => Promise<void>> {
  // After a reconnection the driver holds a subscription of its own that `unlisten` no longer finds.
  let stopped = false
  const tell = (payload: string | null): void => {
    if (!stopped) handler(payload)
  }
  const subscription = await sql.listen(channel, tell, () => tell(null))
  return async () => {
    stopped = true
    try {
      await subscription.unlisten()
    } catch {
      // A connection that is down listens to nothing.
    }
  }
}

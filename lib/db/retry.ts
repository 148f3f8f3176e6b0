/** Which database errors pass, and how often a transaction is tried again. */
import { messageOf } from '../kernel/errors.ts'
import type { Db, Tx } from './client.ts'

const PASSING_CODES = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
  '55P03', // lock not available
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '08000',
  '08003',
  '08006',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
])

/** True for an error that a later try may not meet: a lost connection, a restart, a deadlock. Looks through `cause`. */
export function isPassing(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string' && PASSING_CODES.has(code)) return true
  }
  return /connection terminated|write CONNECTION/i.test(messageOf(error))
}

/**
 * Runs `work` in a transaction; after a passing error it is rolled back and tried again with jitter, at most `tries`
 * times (default 6, about 3 s together). The work must have no effect outside the transaction. An error at COMMIT leaves
 * unknown whether it took effect, so the work must also be safe to run after its own success (compare-and-set, unique keys).
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>, tries = 6): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (attempt >= tries || !isPassing(error)) throw error
      const wait = Math.min(1000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

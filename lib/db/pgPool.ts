/** Connections by the `pg` driver, for libraries that want one; everything of ours uses client.ts. */
import pg from 'pg'

/**
 * A pool whose connections may die at any moment. Libraries take their own listeners off a connection that they give back
 * or give up, and one that then says why it was ended would end the process; ours stays on it for good.
 */
export function openPgPool(
  databaseUrl: string,
  options: { readonly most: number; readonly onError: (error: Error) => void },
): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: options.most, idleTimeoutMillis: 60_000 })
  pool.on('error', options.onError)
  pool.on('connect', (client) => client.on('error', options.onError))
  return pool
}

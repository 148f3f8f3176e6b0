/**
 * Who a request speaks for. A browser brings the session cookie; programs bring `Authorization: Bearer` with a session
 * token (`ogs_`) or an API key (`ogk_`). Secrets in a query string are never read.
 */
import { type ApiKeyScope, readApiKey } from '../auth/apiKeys.ts'
import { bearerToken } from '../auth/headers.ts'
import { readSession } from '../auth/sessions.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'

/** What a caller may do: a session everything of its own, an API key its scopes. */
export interface Caller {
  readonly address: Address
  readonly via: 'cookie' | 'bearer' | 'key'
  readonly scopes: readonly (ApiKeyScope | 'all')[]
}

/** Reads the caller of a request, or null when it brings nothing valid. */
export async function readCaller(
  db: Db,
  input: { cookie: string | undefined; authorization: string | null },
): Promise<Caller | null> {
  if (input.authorization !== null) {
    const token = bearerToken(input.authorization)
    if (token === undefined) return null
    if (token.startsWith('ogk_')) {
      const key = await readApiKey(db, token)
      return key === null ? null : { address: key.address, via: 'key', scopes: key.scopes }
    }
    const session = await readSession(db, token)
    return session === null ? null : { address: session.address, via: 'bearer', scopes: ['all'] }
  }
  if (input.cookie === undefined) return null
  const session = await readSession(db, input.cookie)
  return session === null ? null : { address: session.address, via: 'cookie', scopes: ['all'] }
}

/** Whether a caller holds a scope. */
export function mayUse(caller: Caller, scope: ApiKeyScope | 'all'): boolean {
  return caller.scopes.includes('all') || (scope !== 'all' && caller.scopes.includes(scope))
}

/** The caller of a route whose wrapper already demanded one. */
export function requireCaller(caller: Caller | null): Caller {
  if (caller === null)
    throw new AppError('not-signed-in', 'Sign in with your wallet first, or send a valid API key.', {
      status: 401,
    })
  return caller
}

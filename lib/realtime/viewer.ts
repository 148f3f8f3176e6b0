/** Who a dashboard connection speaks for. Programs bring a bearer token in a header; browsers the session cookie and their origin. */
import type { IncomingHttpHeaders } from 'node:http'
import { readApiKey } from '../auth/apiKeys.ts'
import { bearerToken, sessionCookieOf } from '../auth/headers.ts'
import { readSession } from '../auth/sessions.ts'
import type { Db } from '../db/client.ts'
import type { Address } from '../kernel/ids.ts'

export interface Credentials {
  readonly kind: 'cookie' | 'bearer' | 'none'
  readonly token: string
}

/** The credentials of a handshake. A secret in the address or in the handshake's own fields is never read. */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  const bearer = bearerToken(headers.authorization)
  if (bearer !== undefined) return { kind: 'bearer', token: bearer }
  const cookie = sessionCookieOf(headers.cookie)
  if (cookie !== undefined) return { kind: 'cookie', token: cookie }
  return { kind: 'none', token: '' }
}

/** The address the credentials stand for now, or null. Asked again for every watch: a session may have ended meanwhile. */
export async function viewerOf(db: Db, credentials: Credentials): Promise<Address | null> {
  if (credentials.kind === 'none') return null
  if (credentials.token.startsWith('ogk_')) {
    const key = await readApiKey(db, credentials.token)
    return key?.scopes.includes('read') ? key.address : null
  }
  return (await readSession(db, credentials.token))?.address ?? null
}

/**
 * Whether a handshake may be answered: a browser (it sends an origin, or a cookie) must come from a page of this site; a
 * program with a bearer token, or with nothing at all, sends no origin.
 */
export function mayConnect(headers: IncomingHttpHeaders, isOurs: (origin: string) => boolean): boolean {
  if (headers.origin !== undefined) return isOurs(headers.origin)
  return credentialsOf(headers).kind !== 'cookie'
}

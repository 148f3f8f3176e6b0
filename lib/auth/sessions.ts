/**
 * Sessions of people who signed in with their wallet. Wall time: a session is about people and browsers, not about leases
 * or money. A session is bound to the address that signed; switching the account in the wallet does not change it.
 */
import { and, eq, gt, lt } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { sessions } from '../db/schema/auth.ts'
import type { Address } from '../kernel/ids.ts'
import { newToken, tokenHash } from './tokens.ts'

/** Cookie that carries the session token. `__Host-` cannot be used over plain http on loopback. */
export const SESSION_COOKIE = 'opengpu_session'
export const SESSION_SECONDS = 7 * 24 * 3600

export interface Session {
  readonly address: Address
  readonly chainId: number
}

/** Starts a session with a new token (never one that existed before) and returns the token, shown only here. */
export async function startSession(db: Db, session: Session): Promise<string> {
  const token = newToken('ogs')
  await db.insert(sessions).values({
    tokenHash: tokenHash(token),
    address: session.address,
    chainId: session.chainId,
    expiresAt: new Date(Date.now() + SESSION_SECONDS * 1000),
  })
  return token
}

/** Who a token speaks for, or null when it is unknown, ended or expired. */
export async function readSession(db: Db, token: string): Promise<Session | null> {
  if (token.length > 200) return null
  const [row] = await db
    .select({ address: sessions.address, chainId: sessions.chainId })
    .from(sessions)
    .where(and(eq(sessions.tokenHash, tokenHash(token)), gt(sessions.expiresAt, new Date())))
  return row ?? null
}

/** Ends one session on the server: the token is worthless from here on, wherever it was copied to. */
export async function endSession(db: Db, token: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash(token)))
}

/** Chore: forgets expired sessions. Returns how many. */
export async function forgetExpiredSessions(db: Db): Promise<number> {
  const rows = await db
    .delete(sessions)
    .where(lt(sessions.expiresAt, new Date()))
    .returning({ hash: sessions.tokenHash })
  return rows.length
}

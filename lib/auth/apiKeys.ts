/** API keys: made by a signed-in person for programs. They read and cancel; they never spend. Only their SHA-256 is kept. */
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { apiKeys } from '../db/schema/auth.ts'
import { AppError } from '../kernel/errors.ts'
import { type Address, newId } from '../kernel/ids.ts'
import { newToken, tokenHash } from './tokens.ts'

export const API_KEY_SCOPES = ['read', 'cancel'] as const
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number]

const MOST_KEYS = 20

export interface ApiKeyHolder {
  readonly address: Address
  readonly scopes: readonly ApiKeyScope[]
  readonly keyId: string
}

/** Makes a key; `token` is shown here and never again. At most 20 live keys an address. */
export async function createApiKey(
  db: Db,
  address: Address,
  input: { name: string; scopes: readonly ApiKeyScope[]; expiresAt: Date | null },
): Promise<{ id: string; token: string }> {
  const live = await db.$count(apiKeys, and(eq(apiKeys.address, address), isNull(apiKeys.revokedAt)))
  if (live >= MOST_KEYS) {
    throw new AppError(
      'too-many-api-keys',
      `You have ${live} API keys, the most there can be. Revoke one first.`,
      { status: 409 },
    )
  }
  const token = newToken('ogk')
  const id = newId('key')
  await db.insert(apiKeys).values({
    id,
    address,
    name: input.name,
    prefix: token.slice(0, 10),
    hash: tokenHash(token),
    scopes: [...input.scopes],
    expiresAt: input.expiresAt,
  })
  return { id, token }
}

/** Who a key speaks for and what it may do, or null when unknown, revoked or expired. */
export async function readApiKey(db: Db, token: string): Promise<ApiKeyHolder | null> {
  if (token.length > 200 || !token.startsWith('ogk_')) return null
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, tokenHash(token)))
  if (!row || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()))
    return null
  await db.update(apiKeys).set({ lastUsedAt: new Date() }).where(eq(apiKeys.id, row.id))
  return { address: row.address, scopes: row.scopes, keyId: row.id }
}

/** Live keys of an address, newest first, without their secret. */
export async function listApiKeys(db: Db, address: Address) {
  return db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      prefix: apiKeys.prefix,
      scopes: apiKeys.scopes,
      createdAt: apiKeys.createdAt,
      lastUsedAt: apiKeys.lastUsedAt,
      expiresAt: apiKeys.expiresAt,
    })
    .from(apiKeys)
    .where(and(eq(apiKeys.address, address), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt))
}

/** Revokes a key of that address. False when there is no such live key (also when it is somebody else's). */
export async function revokeApiKey(db: Db, address: Address, id: string): Promise<boolean> {
  const rows = await db
    .update(apiKeys)
    .set({ revokedAt: new Date() })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.address, address), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id })
  return rows.length === 1
}

/** Sessions, one-time nonces, API keys (written by lib/auth). Only hashes of secrets are kept. */
import { index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { dbTime, hex } from './columns.ts'

export const siweNonces = pgTable('siwe_nonces', {
  nonce: text('nonce').primaryKey(),
  expiresAt: dbTime('expires_at').notNull(),
})

export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    address: hex('address').notNull(),
    chainId: integer('chain_id').notNull(),
    createdAt: dbTime('created_at').notNull().defaultNow(),
    expiresAt: dbTime('expires_at').notNull(),
  },
  (t) => [index('sessions_address').on(t.address)],
)

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    address: hex('address').notNull(),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull().unique(),
    scopes: text('scopes').array().$type<('read' | 'cancel')[]>().notNull(),
    createdAt: dbTime('created_at').notNull().defaultNow(),
    expiresAt: dbTime('expires_at'),
    revokedAt: dbTime('revoked_at'),
    lastUsedAt: dbTime('last_used_at'),
  },
  (t) => [index('api_keys_address').on(t.address)],
)

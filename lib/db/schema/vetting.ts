/** Verdicts by content hash, and decisions of admins about them (written by lib/vetting). */
import { jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { dbTime, hex } from './columns.ts'

export const verdicts = pgTable('verdicts', {
  contentHash: text('content_hash').primaryKey(),
  decision: text('decision').$type<'pass' | 'hold' | 'reject'>().notNull(),
  reasons: jsonb('reasons').$type<unknown[]>().notNull(),
  decidedBy: text('decided_by').notNull().default('rules'),
  admin: hex('admin'),
  createdAt: dbTime('created_at').notNull().defaultNow(),
  decidedAt: dbTime('decided_at').notNull().defaultNow(),
})

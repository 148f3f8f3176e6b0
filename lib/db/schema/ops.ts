/** What admins did and what the network noticed (written by lib/ops). Rows are never changed or deleted: a trigger refuses it. */
import { pgTable, text } from 'drizzle-orm/pg-core'
import { dbTime } from './columns.ts'

export const auditLog = pgTable('audit_log', {
  id: text('id').primaryKey(),
  at: dbTime('at').notNull().defaultNow(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  details: text('details').notNull(),
})

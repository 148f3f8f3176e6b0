/** Bytes by content hash (written by lib/jobs/contents): scripts, inputs, outputs. In the database, so that any copy of the server can serve them. */
import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytea, dbTime } from './columns.ts'

export const contents = pgTable('contents', {
  sha256: text('sha256').primaryKey(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  createdAt: dbTime('created_at').notNull().defaultNow(),
})

export const contentChunks = pgTable(
  'content_chunks',
  { sha256: text('sha256').notNull(), seq: integer('seq').notNull(), data: bytea('data').notNull() },
  (t) => [primaryKey({ columns: [t.sha256, t.seq] })],
)

/** Who uses a content; bytes nobody uses are removed by a chore. */
export const contentUses = pgTable(
  'content_uses',
  {
    sha256: text('sha256').notNull(),
    jobId: text('job_id').notNull(),
    /** '' for the job's own input, else the lease whose output it is. */
    leaseId: text('lease_id').notNull().default(''),
  },
  (t) => [primaryKey({ columns: [t.sha256, t.jobId, t.leaseId] }), index('content_uses_job').on(t.jobId)],
)

/** Bids, leases and logs (written by lib/auction and lib/scheduler). */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Manifest } from '../../protocol/jobSpec.ts'
import type { Opening, RevealMessage } from '../../protocol/messages.ts'
import { dbTime, hex, wei } from './columns.ts'

/** Every answer to a bid request, kept for audit and for "why this node". */
export const bids = pgTable(
  'bids',
  {
    id: text('id').primaryKey(),
    jobId: text('job_id').notNull(),
    attempt: integer('attempt').notNull(),
    /** Rises with every auction held for the same attempt. */
    round: integer('round').notNull().default(1),
    node: hex('node').notNull(),
    price: wei('price'),
    rate: wei('rate'),
    validUntil: bigint('valid_until', { mode: 'bigint' }),
    signature: hex('signature'),
    decision: text('decision').$type<'won' | 'passed' | 'declined'>().notNull(),
    reason: text('reason').notNull(),
    at: dbTime('at').notNull().defaultNow(),
  },
  (t) => [index('bids_job').on(t.jobId, t.attempt)],
)

/**
 * One attempt of one node: the right to run (or check) until `leaseUntil`, by database time, renewed by heartbeats. The
 * fence is unique and rising: a message that carries another than the row's changes nothing.
 */
export const leases = pgTable(
  'leases',
  {
    id: text('id').primaryKey(),
    fence: bigint('fence', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    deploymentId: text('deployment_id').notNull(),
    jobId: text('job_id').notNull(),
    orderId: hex('order_id').notNull(),
    attempt: integer('attempt').notNull(),
    role: text('role').$type<'run' | 'check'>().notNull(),
    /** Seat of a member, null for the node that runs. */
    seat: integer('seat'),
    node: hex('node').notNull(),
    /** waiting: row exists, not handed out yet; granted: sent; running; finished: run ended and reported; sealed, revealed: members; done; revoked; lost: silence. */
    state: text('state')
      .$type<
        'waiting' | 'granted' | 'running' | 'finished' | 'sealed' | 'revealed' | 'done' | 'revoked' | 'lost'
      >()
      .notNull()
      .default('waiting'),
    tokenHash: text('token_hash').notNull(),
    leaseUntil: dbTime('lease_until').notNull(),
    /** Signed messages and reports, kept so that they can be carried again. */
    startSignature: hex('start_signature'),
    manifest: jsonb('manifest').$type<Manifest>(),
    detail: text('detail'),
    truncated: boolean('truncated').notNull().default(false),
    opening: jsonb('opening').$type<Opening>(),
    resultSignature: hex('result_signature'),
    commitment: hex('commitment'),
    seal: hex('seal'),
    sealSignature: hex('seal_signature'),
    reveal: jsonb('reveal').$type<RevealMessage>(),
    revealSignature: hex('reveal_signature'),
    openedAt: dbTime('opened_at'),
    grantedAt: dbTime('granted_at'),
    startedAt: dbTime('started_at'),
    endedAt: dbTime('ended_at'),
    createdAt: dbTime('created_at').notNull().defaultNow(),
    reason: text('reason'),
  },
  (t) => [
    uniqueIndex('leases_one_live')
      // A member of the first committee may sit in the appeal too.
      .on(t.jobId, t.attempt, t.role, t.node, sql`coalesce(${t.seat}, -1)`)
      .where(sql`state not in ('revoked', 'lost')`),
    index('leases_waiting').on(t.node, t.state),
    index('leases_until').on(t.state, t.leaseUntil),
    index('leases_job').on(t.jobId, t.attempt),
  ],
)

export const logEntries = pgTable(
  'log_entries',
  {
    leaseId: text('lease_id').notNull(),
    seq: integer('seq').notNull(),
    stream: text('stream').$type<'stdout' | 'stderr' | 'system'>().notNull(),
    text: text('text').notNull(),
    at: dbTime('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.leaseId, t.seq] })],
)

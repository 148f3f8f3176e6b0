/** Jobs and their history (written by lib/jobs alone, through its one door). */
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
  unique,
} from 'drizzle-orm/pg-core'
import type { JobSpec } from '../../protocol/jobSpec.ts'
import type { CheckStage, JobState } from '../../protocol/jobState.ts'
import type { Order, RunOutcome, Settlement } from '../../protocol/messages.ts'
import type { Wire } from '../../protocol/wire.ts'
import { dbTime, hex, wei } from './columns.ts'

export const jobs = pgTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    deploymentId: text('deployment_id').notNull(),
    customer: hex('customer').notNull(),
    title: text('title').notNull(),
    state: text('state').$type<JobState>().notNull(),
    /** Rises by one with every change; compare-and-set on (state, revision) is the only way to change a row. */
    revision: integer('revision').notNull().default(1),
    spec: jsonb('spec').$type<JobSpec>(),
    runtime: text('runtime').notNull(),
    specHash: hex('spec_hash').notNull(),
    orderId: hex('order_id').notNull(),
    order: jsonb('order').$type<Wire<Order>>().notNull(),
    orderSignature: hex('order_signature').notNull(),
    verdictHash: text('verdict_hash'),
    maxPrice: wei('max_price').notNull(),

    // What the chain said, folded from chain_events by lib/jobs/rules; empty until it did.
    onChain: boolean('on_chain').notNull().default(false),
    locked: wei('locked'),
    attempt: integer('attempt').notNull().default(0),
    node: hex('node'),
    price: wei('price'),
    rate: wei('rate'),
    base: wei('base'),
    awardedAt: bigint('awarded_at', { mode: 'number' }),
    startBy: bigint('start_by', { mode: 'number' }),
    softDeadline: bigint('soft_deadline', { mode: 'number' }),
    hardDeadline: bigint('hard_deadline', { mode: 'number' }),
    startedAt: bigint('started_at', { mode: 'number' }),
    commitment: hex('commitment'),
    finishedAt: bigint('finished_at', { mode: 'number' }),
    seedBlock: bigint('seed_block', { mode: 'number' }),
    /** Of the node's bond; probability of a check in basis points. */
    bond: wei('bond'),
    checkBps: integer('check_bps'),
    /** What a job with a result waits for, since when and (unchecked, judged) until when: chain time. */
    stage: text('stage').$type<CheckStage>(),
    stageAt: bigint('stage_at', { mode: 'number' }),
    stageBy: bigint('stage_by', { mode: 'number' }),
    /** The committee that decides: the first one and its enlargement, or the appeal's. */
    members: text('members').array().$type<`0x${string}`[]>(),
    sealBy: bigint('seal_by', { mode: 'number' }),
    revealBy: bigint('reveal_by', { mode: 'number' }),
    sealed: text('sealed').array().$type<`0x${string}`[]>(),
    /** First seat of the present round: 0, that of an enlargement, or 16 in an appeal. */
    roundFrom: integer('round_from'),
    revealed: text('revealed').array().$type<`0x${string}`[]>(),
    settlement: text('settlement').$type<Settlement>(),
    nodePay: wei('node_pay'),
    fee: wei('fee'),
    membersPaid: wei('members_paid'),
    refund: wei('refund'),
    slashed: wei('slashed'),
    penalty: wei('penalty'),
    /** True once the block of the last chain event is N confirmations deep. */
    final: boolean('final').notNull().default(false),
    lastEventBlock: bigint('last_event_block', { mode: 'number' }),

    outcome: text('outcome').$type<RunOutcome>(),
    exitCode: integer('exit_code'),
    /** What the job waits for when it cannot move, in words; null when nothing is amiss. */
    waiting: text('waiting'),
    dataDeletedAt: dbTime('data_deleted_at'),
    createdAt: dbTime('created_at').notNull().defaultNow(),
    updatedAt: dbTime('updated_at').notNull().defaultNow(),
  },
  (t) => [
    unique('jobs_order').on(t.deploymentId, t.orderId),
    index('jobs_customer').on(t.deploymentId, t.customer, t.id),
    // The few whose end may still be reorganised away, looked for with every block.
    index('jobs_not_final').on(t.deploymentId, t.lastEventBlock).where(sql`not ${t.final}`),
    // The sweep looks at the oldest unfinished ones first.
    index('jobs_state').on(t.deploymentId, t.state, t.createdAt),
  ],
)

/** The timeline: every change of a job, written in the same transaction as the change. */
export const jobEvents = pgTable(
  'job_events',
  {
    jobId: text('job_id').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').notNull(),
    fromState: text('from_state').$type<JobState>(),
    toState: text('to_state').$type<JobState>().notNull(),
    revision: integer('revision').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
    transactionHash: hex('transaction_hash'),
    blockHash: hex('block_hash'),
    blockNumber: bigint('block_number', { mode: 'number' }),
    at: dbTime('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.seq] })],
)

/** News for whoever listens (gateway, webhooks), in commit order of ids; a NOTIFY wakes the readers. */
export const outbox = pgTable('outbox', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  topic: text('topic').notNull(),
  payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
  createdAt: dbTime('created_at').notNull().defaultNow(),
})

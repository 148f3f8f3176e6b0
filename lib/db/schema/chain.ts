/** What the chain said (written by lib/chain alone): deployments, blocks, events, and the intents we send. */
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
import { dbTime, hex } from './columns.ts'

/** One set of contracts on one chain. Rows of other tables carry its id, so that two never mix. */
export const deployments = pgTable('deployments', {
  id: text('id').primaryKey(),
  chainId: integer('chain_id').notNull(),
  codeHash: hex('code_hash').notNull(),
  /** The contracts and the exchange by name, and the treasury. */
  addresses: jsonb('addresses')
    .$type<
      Record<
        | 'ogpu'
        | 'nodeRegistry'
        | 'escrow'
        | 'taskMarket'
        | 'vesting'
        | 'merkleAirdrop'
        | 'providerEmission'
        | 'taxRouter'
        | 'stakingPool'
        | 'streamPayments'
        | 'timelock'
        | 'governor'
        | 'exchangeFactory'
        | 'exchangeRouter'
        | 'weth'
        | 'pair'
        | 'treasury',
        `0x${string}`
      >
    >()
    .notNull(),
  fromBlock: bigint('from_block', { mode: 'number' }).notNull(),
  createdAt: dbTime('created_at').notNull().defaultNow(),
})

/** Blocks the indexer has applied: the cursor is the highest one, known by hash. */
export const blocks = pgTable(
  'blocks',
  {
    deploymentId: text('deployment_id').notNull(),
    number: bigint('number', { mode: 'number' }).notNull(),
    hash: hex('hash').notNull(),
    parentHash: hex('parent_hash').notNull(),
    /** Chain time, seconds. */
    timestamp: bigint('timestamp', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.number] })],
)

/** Decoded events of our contracts. Unique by block hash and log index, so any repeat or order gives the same rows. */
export const chainEvents = pgTable(
  'chain_events',
  {
    deploymentId: text('deployment_id').notNull(),
    blockHash: hex('block_hash').notNull(),
    logIndex: integer('log_index').notNull(),
    blockNumber: bigint('block_number', { mode: 'number' }).notNull(),
    /** Chain time of the block, seconds. */
    blockTime: bigint('block_time', { mode: 'number' }).notNull(),
    transactionHash: hex('transaction_hash').notNull(),
    contract: text('contract').notNull(),
    name: text('name').notNull(),
    /** Decoded arguments; bigints as decimal strings, addresses and hashes lower-case. */
    args: jsonb('args').$type<Record<string, unknown>>().notNull(),
    orderId: hex('order_id'),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.blockHash, t.logIndex] }),
    index('chain_events_order').on(t.deploymentId, t.orderId, t.blockNumber, t.logIndex),
    index('chain_events_block').on(t.deploymentId, t.blockNumber),
    index('chain_events_name').on(t.deploymentId, t.name, t.blockNumber),
    index('chain_events_transaction').on(t.transactionHash),
  ],
)

/** Every transaction we ever mean to send: one row per intent, one nonce per row, replaced with a higher fee but never doubled. */
export const intents = pgTable(
  'intents',
  {
    id: text('id').primaryKey(),
    deploymentId: text('deployment_id').notNull(),
    /** What the intent is for; the same key is never queued twice. */
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    orderId: hex('order_id'),
    jobId: text('job_id'),
    to: hex('to').notNull(),
    data: hex('data').notNull(),
    status: text('status')
      .$type<'queued' | 'sent' | 'mined' | 'reverted' | 'abandoned'>()
      .notNull()
      .default('queued'),
    sender: hex('sender'),
    nonce: bigint('nonce', { mode: 'number' }),
    gas: bigint('gas', { mode: 'bigint' }),
    maxFeePerGas: bigint('max_fee_per_gas', { mode: 'bigint' }),
    maxPriorityFeePerGas: bigint('max_priority_fee_per_gas', { mode: 'bigint' }),
    /** The latest signed form and every hash it ever had. */
    raw: hex('raw'),
    hashes: text('hashes').array().$type<`0x${string}`[]>().notNull().default(sql`'{}'`),
    attempts: integer('attempts').notNull().default(0),
    blockHash: hex('block_hash'),
    blockNumber: bigint('block_number', { mode: 'number' }),
    minedHash: hex('mined_hash'),
    /** Why it reverted or waits: decoded error name and a sentence. */
    error: text('error'),
    notBefore: dbTime('not_before').notNull().defaultNow(),
    createdAt: dbTime('created_at').notNull().defaultNow(),
    sentAt: dbTime('sent_at'),
    updatedAt: dbTime('updated_at').notNull().defaultNow(),
  },
  (t) => [
    unique('intents_key').on(t.deploymentId, t.key),
    unique('intents_nonce').on(t.deploymentId, t.sender, t.nonce),
    index('intents_status').on(t.deploymentId, t.status, t.notBefore),
    index('intents_job').on(t.jobId),
  ],
)

/** Reorganisations seen, for the ops page. */
export const reorganisations = pgTable('reorganisations', {
  id: text('id').primaryKey(),
  deploymentId: text('deployment_id').notNull(),
  at: dbTime('at').notNull().defaultNow(),
  fromBlock: bigint('from_block', { mode: 'number' }).notNull(),
  depth: integer('depth').notNull(),
  undone: integer('undone').notNull(),
  /** Lost messages that could not be carried again, by name. */
  notCarried: jsonb('not_carried').$type<string[]>().notNull().default([]),
  resolved: boolean('resolved').notNull().default(false),
})

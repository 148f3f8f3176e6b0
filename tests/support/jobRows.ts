/**
 * Jobs in a real database with the chain's word given by hand: for tests of what rows do, without a chain. Keys and
 * signatures are real; the events are those the contracts emit.
 */

import { randomBytes } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { ChainEvent } from '#lib/chain/events.ts'
import { madeUpAddresses } from '#lib/chain/testing/addresses.ts'
import type { Database } from '#lib/db/client.ts'
import { openDatabase } from '#lib/db/client.ts'
import { blocks, chainEvents, intents } from '#lib/db/schema/chain.ts'
import { leases } from '#lib/db/schema/dispatch.ts'
import { jobEvents, jobs } from '#lib/db/schema/jobs.ts'
import { verdicts } from '#lib/db/schema/vetting.ts'
import { claimContents, putContent } from '#lib/jobs/contents.ts'
import type { JobsCtx } from '#lib/jobs/ctx.ts'
import { type Address, type Hex, lower, newId } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { draftOrder } from '#lib/protocol/draftOrder.ts'
import { type JobSpec, type Manifest, manifestHash } from '#lib/protocol/jobSpec.ts'
import {
  MESSAGE_TYPES,
  marketDomain,
  type Opening,
  orderId,
  RUN_OUTCOME,
  resultCommitment,
  sealHash,
} from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { claimWaiting, type Granted } from '#lib/scheduler/grants.ts'
import { acceptArtifact, authorizeLease } from '#lib/scheduler/leaseAccess.ts'
import { jobProjector } from '#lib/scheduler/projector.ts'
import { contentHash } from '#lib/vetting/contentHash.ts'
import { startPostgres, type TestDatabase } from './postgres.ts'

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const CHAIN_ID = 31337

export type JobRow = typeof jobs.$inferSelect
export type LeaseRow = typeof leases.$inferSelect

export interface Rows {
  readonly database: Database
  readonly url: string
  readonly ctx: JobsCtx
  readonly customer: PrivateKeyAccount
  readonly nodes: readonly PrivateKeyAccount[]
  stop(): Promise<void>
}

export async function startRows(options: { nodes?: number; database?: TestDatabase } = {}): Promise<Rows> {
  const postgres = options.database ?? (await startPostgres())
  const database = openDatabase(postgres.url, { connections: 12 })
  const key = () => privateKeyToAccount(generatePrivateKey())
  const deployment = {
    id: `0x${'d0'.repeat(32)}` as const,
    chainId: CHAIN_ID,
    blockNumber: 0n,
    codeHash: `0x${'c0'.repeat(32)}` as const,
    addresses: {
      ...madeUpAddresses(),
      ogpu: address(1),
      nodeRegistry: address(2),
      escrow: address(3),
      taskMarket: address(4),
    },
    treasury: address(5),
  }
  const ctx = {
    db: database.db,
    sql: database.sql,
    deployment,
    // These tests never ask a chain: what it says is given as events.
    chain: { chainId: CHAIN_ID } as JobsCtx['chain'],
    auctioneer: key(),
    confirmations: 1,
    embedded: false,
    logger: createLogger('test', process.env.TEST_LOG ?? 'silent'),
    askBids: async () => new Map(),
  }
  return {
    database,
    url: postgres.url,
    ctx,
    customer: key(),
    nodes: Array.from({ length: options.nodes ?? 4 }, key),
    async stop() {
      await database.close()
      await postgres.stop()
    },
  }
}

export const domainOf = (rows: Rows) => marketDomain(CHAIN_ID, rows.ctx.deployment.addresses.taskMarket)

/** An open job with a script of its own (or of `source`) and the given verdict. */
export async function makeJob(
  rows: Rows,
  options: { decision?: 'pass' | 'hold' | 'reject' | null; source?: string } = {},
): Promise<JobRow> {
  const { db, deployment, auctioneer } = rows.ctx
  const source = options.source ?? `console.log("${randomBytes(8).toString('hex')}")\n`
  const bytes = new TextEncoder().encode(source)
  const { sha256 } = await putContent(db, bytes)
  const spec: JobSpec = {
    version: 1,
    title: 'a job',
    runtime: 'node',
    entry: 'main.mjs',
    files: [{ path: 'main.mjs', sha256, bytes: bytes.length }],
    args: [],
    stdin: null,
    comparator: { method: 'exact', on: { kind: 'stdout' } },
    resources: { gpuClass: 0, memoryMiB: 128, diskMiB: 16, processes: 16, timeoutSeconds: 30 },
  }
  const order = draftOrder({
    customer: lower(rows.customer.address),
    auctioneer: lower(auctioneer.address),
    spec,
    maxPrice: 10n ** 18n,
    members: 3,
    chainNow: 1_000_000,
    nonce: BigInt(`0x${randomBytes(32).toString('hex')}`),
  })
  const domain = domainOf(rows)
  const hash = contentHash(spec)
  const { decision = 'pass' } = options
  if (decision !== null) {
    await db.insert(verdicts).values({ contentHash: hash, decision, reasons: [] }).onConflictDoNothing()
  }
  const [row] = await db
    .insert(jobs)
    .values({
      id: newId('job'),
      deploymentId: deployment.id,
      customer: order.customer,
      title: spec.title,
      state: decision === 'hold' ? 'held' : 'open',
      spec,
      runtime: spec.runtime,
      specHash: order.specHash,
      orderId: lower(orderId(domain, order)),
      order: toWire(order),
      orderSignature: await rows.customer.signTypedData({
        domain,
        types: MESSAGE_TYPES,
        primaryType: 'Order',
        message: order,
      }),
      verdictHash: hash,
      maxPrice: order.maxPrice,
    })
    .returning()
  if (row === undefined) throw new Error('no job')
  await claimContents(db, row.id, null, [sha256])
  return row
}

let lastBlock = 100

/** The chain says these things about the job in one block. Returns the events, for `chainTakesBack`. */
export async function chainSays(
  rows: Rows,
  job: Pick<JobRow, 'orderId'>,
  ...said: readonly (readonly [string, Record<string, unknown>])[]
): Promise<ChainEvent[]> {
  const { db, deployment } = rows.ctx
  lastBlock++
  const block = {
    number: lastBlock,
    hash: `0x${lastBlock.toString(16).padStart(64, '0')}` as Hex,
    timestamp: 1_000_000 + lastBlock,
  }
  const events = said.map(([name, args], logIndex) => ({
    deploymentId: deployment.id,
    blockHash: block.hash,
    logIndex,
    blockNumber: block.number,
    blockTime: block.timestamp,
    transactionHash: `0x${randomBytes(32).toString('hex')}` as Hex,
    contract: 'taskMarket',
    name,
    args: { order: job.orderId, ...args },
    orderId: job.orderId,
  }))
  const projector = jobProjector(rows.ctx)
  await db.transaction(async (tx) => {
    await tx.insert(blocks).values({ deploymentId: deployment.id, parentHash: block.hash, ...block })
    await tx.insert(chainEvents).values(events)
    await projector.apply(tx, { block, events: events as never })
    await projector.finalize(tx, { throughBlock: block.number })
  })
  return events as never
}

/** A reorganisation takes the blocks of these events out of the chain. */
export async function chainTakesBack(rows: Rows, events: readonly ChainEvent[]): Promise<void> {
  const { db } = rows.ctx
  const removed = new Map(events.map((event) => [event.blockHash, event]))
  const projector = jobProjector(rows.ctx)
  await db.transaction(async (tx) => {
    for (const hash of removed.keys()) {
      await tx.delete(chainEvents).where(eq(chainEvents.blockHash, hash))
      await tx.delete(blocks).where(eq(blocks.hash, hash))
    }
    const removedBlocks = [...removed.values()].map((event) => ({
      number: event.blockNumber,
      hash: event.blockHash,
      timestamp: event.blockTime,
    }))
    await projector.undo(tx, { removedBlocks, events })
  })
}

export const submitted = (rows: Rows): [string, Record<string, unknown>] => [
  'Submitted',
  { customer: lower(rows.customer.address), locked: '4100000000000000000' },
]
export const awarded = (node: PrivateKeyAccount, attempt = 1): [string, Record<string, unknown>] => [
  'Awarded',
  {
    attempt,
    node: lower(node.address),
    price: '400000000000000000',
    rate: '1000000000000000',
    base: '500000000000000000',
    bond: '4000000000000000000',
    checkBps: 10_000,
    startBy: 1_010_000,
    softDeadline: 1_020_000,
    hardDeadline: 1_030_000,
  },
]
export const started = (node: PrivateKeyAccount, attempt = 1): [string, Record<string, unknown>] => [
  'Started',
  { attempt, node: lower(node.address) },
]
export const resulted = (
  node: PrivateKeyAccount,
  commitment: Hex,
  attempt = 1,
): [string, Record<string, unknown>] => [
  'ResultSubmitted',
  { attempt, node: lower(node.address), commitment, seedBlock: 1 },
]
export const drawn = (
  members: readonly PrivateKeyAccount[],
  firstSeat = 0,
): [string, Record<string, unknown>] => [
  'CommitteeDrawn',
  {
    attempt: 1,
    firstSeat,
    members: members.map((m) => lower(m.address)),
    sealBy: 2_000_000,
    revealBy: 2_000_200,
  },
]
export const sealedBy = (member: PrivateKeyAccount, seal: Hex): [string, Record<string, unknown>] => [
  'Sealed',
  { attempt: 1, member: lower(member.address), seal },
]

export async function jobNow(rows: Rows, id: string): Promise<JobRow> {
  const [row] = await rows.ctx.db.select().from(jobs).where(eq(jobs.id, id))
  if (row === undefined) throw new Error('no such job')
  return row
}
export async function leasesOf(rows: Rows, jobId: string): Promise<LeaseRow[]> {
  return rows.ctx.db.select().from(leases).where(eq(leases.jobId, jobId)).orderBy(asc(leases.fence))
}
export async function intentsOf(rows: Rows, jobId: string) {
  return rows.ctx.db.select().from(intents).where(eq(intents.jobId, jobId)).orderBy(asc(intents.createdAt))
}
export async function timelineOf(rows: Rows, jobId: string) {
  return rows.ctx.db.select().from(jobEvents).where(eq(jobEvents.jobId, jobId)).orderBy(asc(jobEvents.seq))
}

/** The grant for a node, as the dispatcher would claim it. */
export async function grantOf(rows: Rows, node: PrivateKeyAccount): Promise<Granted['grant']> {
  const [granted] = await claimWaiting(rows.ctx, [lower(node.address)])
  if (granted === undefined) throw new Error('nothing waits for this node')
  return granted.grant
}

/** Uploads an output under the grant and returns its manifest. */
export async function upload(
  rows: Rows,
  grant: Granted['grant'],
  stdout: string,
  exitCode = 0,
): Promise<Manifest> {
  const bytes = new TextEncoder().encode(stdout)
  const { createHash } = await import('node:crypto')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const lease = await authorizeLease(rows.ctx, grant.leaseId, grant.token)
  if (lease === null) throw new Error('the token opens nothing')
  await acceptArtifact(rows.ctx, lease, sha256, bytes)
  return { exitCode, artifacts: [{ kind: 'stdout', name: 'stdout', sha256, bytes: bytes.length }] }
}

/** A node's signed start. */
export async function startMessage(rows: Rows, node: PrivateKeyAccount, grant: Granted['grant']) {
  const message = { order: grant.orderId as Hex, attempt: grant.attempt, node: lower(node.address) }
  const signature = await node.signTypedData({
    domain: domainOf(rows),
    types: MESSAGE_TYPES,
    primaryType: 'Start',
    message,
  })
  return { leaseId: grant.leaseId, fence: grant.fence, start: { message, signature } }
}

/** A node's signed report of a run. */
export async function resultMessage(
  rows: Rows,
  node: PrivateKeyAccount,
  grant: Granted['grant'],
  manifest: Manifest,
) {
  const to = { order: grant.orderId as Hex, attempt: grant.attempt, node: lower(node.address) }
  const opening: Opening = {
    outcome: manifest.exitCode === 0 ? RUN_OUTCOME.success : RUN_OUTCOME.failure,
    outputHash: manifestOutputHash(grant.spec.comparator as JobSpec['comparator'], manifest),
    manifestHash: manifestHash(manifest),
    secondsUsed: 3,
    salt: `0x${randomBytes(32).toString('hex')}`,
  }
  const message = { ...to, commitment: resultCommitment(to, opening) }
  const signature = await node.signTypedData({
    domain: domainOf(rows),
    types: MESSAGE_TYPES,
    primaryType: 'Result',
    message,
  })
  const { leaseId, fence } = grant
  return { leaseId, fence, manifest, detail: '', truncated: false, result: { message, signature, opening } }
}

/** A member's signed seal over its output, and the reveal that opens it. */
export async function sealAndReveal(
  rows: Rows,
  member: PrivateKeyAccount,
  grant: Granted['grant'],
  manifest: Manifest,
) {
  const domain = domainOf(rows)
  const own = {
    order: grant.orderId as Hex,
    attempt: grant.attempt,
    member: lower(member.address),
    outcome: RUN_OUTCOME.success as number,
    outputHash: manifestOutputHash(grant.spec.comparator as JobSpec['comparator'], manifest),
    secondsUsed: 3,
    salt: `0x${randomBytes(32).toString('hex')}` as Hex,
  }
  const message = { order: own.order, attempt: own.attempt, member: own.member, seal: sealHash(own) }
  const { leaseId, fence } = grant
  const revealed = { ...own, agrees: 15 }
  return {
    seal: {
      leaseId,
      fence,
      manifest,
      detail: '',
      seal: {
        message,
        signature: await member.signTypedData({ domain, types: MESSAGE_TYPES, primaryType: 'Seal', message }),
      },
    },
    reveal: {
      leaseId,
      fence,
      reveal: {
        message: revealed,
        signature: await member.signTypedData({
          domain,
          types: MESSAGE_TYPES,
          primaryType: 'Reveal',
          message: revealed,
        }),
      },
    },
  }
}

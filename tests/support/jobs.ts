/** Ordering and following jobs in tests, the way a customer does: draft, sign, send. */
import { randomBytes } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import type { PrivateKeyAccount } from 'viem/accounts'
import { chainEvents } from '#lib/db/schema/chain.ts'
import { jobEvents, jobs } from '#lib/db/schema/jobs.ts'
import { type SentContent, sha256Hex } from '#lib/jobs/contents.ts'
import { lower } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import type { Runtime } from '#lib/process/shared.ts'
import { draftOrder } from '#lib/protocol/draftOrder.ts'
import { type JobSpec, jobSpecSchema } from '#lib/protocol/jobSpec.ts'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import { MESSAGE_TYPES, marketDomain } from '#lib/protocol/messages.ts'
import { until } from './nodeClient.ts'

export interface Wanted {
  readonly runtime?: JobSpec['runtime']
  readonly source: string
  readonly timeoutSeconds?: number
  readonly maxPrice?: bigint
  readonly comparator?: JobSpec['comparator']
  /** Default: always checked. */
  readonly validation?: 'always' | 'byRecord'
}

/** A script as it is sent along. */
export function contentOf(source: string | Uint8Array): SentContent {
  const data = typeof source === 'string' ? new TextEncoder().encode(source) : source
  return { sha256: sha256Hex(data), data }
}

/** A spec for the script. */
export function specFor(wanted: Wanted): JobSpec {
  const { sha256, data: bytes } = contentOf(wanted.source)
  const name = wanted.runtime ?? 'node'
  const entry = name === 'node' ? 'main.mjs' : 'main.py'
  return jobSpecSchema.parse({
    version: 1,
    title: 'a test job',
    runtime: name,
    entry,
    files: [{ path: entry, sha256, bytes: bytes.length }],
    args: [],
    stdin: null,
    comparator: wanted.comparator ?? { method: 'exact', on: { kind: 'stdout' } },
    resources: {
      gpuClass: 0,
      memoryMiB: 256,
      diskMiB: 64,
      processes: 32,
      timeoutSeconds: wanted.timeoutSeconds ?? 20,
    },
  })
}

/** A signed order for the wish, ready to be sent (more than once, if a test likes). */
export async function signedOrder(runtime: Runtime, customer: PrivateKeyAccount, wanted: Wanted) {
  const spec = specFor(wanted)
  const block = await runtime.chain.publicClient.getBlock()
  const order = draftOrder({
    customer: lower(customer.address),
    auctioneer: lower(runtime.auctioneer.address),
    spec,
    maxPrice: wanted.maxPrice ?? WEI_PER_OGPU,
    members: 3,
    ...(wanted.validation === undefined ? {} : { validation: wanted.validation }),
    chainNow: Number(block.timestamp),
    nonce: BigInt(`0x${randomBytes(32).toString('hex')}`),
  })
  const signature = await customer.signTypedData({
    domain: marketDomain(runtime.chain.chainId, runtime.deployment.addresses.taskMarket),
    types: MESSAGE_TYPES,
    primaryType: 'Order',
    message: order,
  })
  return { spec, order, signature, contents: [contentOf(wanted.source)] }
}

/** Sends a job and returns its id. */
export async function submit(runtime: Runtime, customer: PrivateKeyAccount, wanted: Wanted): Promise<string> {
  return (await runtime.createJob(await signedOrder(runtime, customer, wanted))).jobId
}

export async function jobRow(runtime: Runtime, jobId: string) {
  const [row] = await runtime.db.select().from(jobs).where(eq(jobs.id, jobId))
  if (row === undefined) throw new Error(`there is no job ${jobId}`)
  return row
}

/** Waits until the job has ended and its money is final. Throws with its timeline when it takes too long. */
export async function finished(runtime: Runtime, jobId: string, milliseconds = 60_000) {
  try {
    await until(async () => {
      const row = await jobRow(runtime, jobId)
      return FINAL_STATES.has(row.state) && (row.final || row.state === 'rejected')
    }, milliseconds)
  } catch (error) {
    throw new Error(`the job did not end: ${JSON.stringify(await story(runtime, jobId))}`, { cause: error })
  }
  return jobRow(runtime, jobId)
}

/** The kinds of the job's timeline, for messages and for tests of order. */
export async function story(runtime: Runtime, jobId: string): Promise<string[]> {
  const rows = await runtime.db
    .select()
    .from(jobEvents)
    .where(eq(jobEvents.jobId, jobId))
    .orderBy(asc(jobEvents.seq))
  return rows.map(({ kind, toState }) => `${kind}:${toState}`)
}

/** The chain's surviving events of the job, oldest first. */
export async function eventsOf(runtime: Runtime, jobId: string) {
  const { orderId } = await jobRow(runtime, jobId)
  return runtime.db
    .select()
    .from(chainEvents)
    .where(eq(chainEvents.orderId, orderId))
    .orderBy(asc(chainEvents.blockNumber), asc(chainEvents.logIndex))
}

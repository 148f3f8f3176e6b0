/** A job as its customer sees it: one object from the job's row, its timeline, bids, leases and chain events. Reads only. */
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { eventsOfOrder } from '../chain/events.ts'
import type { Db } from '../db/client.ts'
import { blocks, intents } from '../db/schema/chain.ts'
import { bids, leases } from '../db/schema/dispatch.ts'
import { jobEvents, jobs } from '../db/schema/jobs.ts'
import { nodeSessions } from '../db/schema/nodes.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { FINAL_STATES, type JobState } from '../protocol/jobState.ts'
import { differenceViewSchema, type JobSummary, type JobView } from '../protocol/views.ts'
import { verdictOf } from '../vetting/verdicts.ts'
import { chainNow } from './chainNow.ts'
import { readContent } from './contents.ts'
import type { JobsCtx } from './ctx.ts'
import { foldSeats, paysTheNode } from './rules/fold.ts'
import { type NodeOpening, outcomeName, seatAgrees, seatStage } from './rules/seatView.ts'
import type { Job } from './transition.ts'

export interface Viewer {
  readonly address: Address
  readonly admin: boolean
}

export interface JobFilter {
  readonly state?: JobState | undefined
  /** What the page before named as `next`: the id of its last job. */
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

const STDOUT_SHOWN = 64 * 1024
const CANCELLABLE: ReadonlySet<JobState> = new Set(['held', 'open', 'awarded', 'running'])

/** The customer's jobs, newest first (ids sort by birth). */
export async function listJobs(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  customer: Address,
  filter: JobFilter,
): Promise<{ jobs: JobSummary[]; next: string | null }> {
  const limit = filter.limit ?? 50
  const rows = await ctx.db
    .select(SUMMARY)
    .from(jobs)
    .where(
      and(
        eq(jobs.deploymentId, ctx.deployment.id),
        eq(jobs.customer, customer),
        filter.state === undefined ? undefined : eq(jobs.state, filter.state),
        filter.cursor === undefined ? undefined : lt(jobs.id, filter.cursor),
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(limit + 1)
  const shown = rows.slice(0, limit)
  const names = await namesOf(
    ctx,
    shown.flatMap((job) => (job.node === null ? [] : [job.node])),
  )
  return {
    jobs: shown.map((job) => summaryOf(job, names)),
    next: rows.length > limit ? (shown[shown.length - 1]?.id ?? null) : null,
  }
}

/** One job, or null when there is none or the viewer is neither its customer nor an admin: the two look the same. */
export async function jobView(ctx: JobsCtx, id: string, viewer: Viewer): Promise<JobView | null> {
  const [job] = await ctx.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.deploymentId, ctx.deployment.id)))
  if (job === undefined || (job.customer !== viewer.address && !viewer.admin)) return null
  const [timeline, jobBids, jobLeases, events, sent, verdict, now, head] = await Promise.all([
    ctx.db.select().from(jobEvents).where(eq(jobEvents.jobId, id)).orderBy(asc(jobEvents.seq)),
    ctx.db.select().from(bids).where(eq(bids.jobId, id)).orderBy(asc(bids.attempt), asc(bids.price)),
    ctx.db.select().from(leases).where(eq(leases.jobId, id)).orderBy(asc(leases.createdAt)),
    eventsOfOrder(ctx.db, job.deploymentId, job.orderId),
    ctx.db.select().from(intents).where(eq(intents.jobId, id)).orderBy(asc(intents.createdAt)),
    job.verdictHash === null ? null : verdictOf(ctx.db, job.verdictHash),
    timeOfChain(ctx, job),
    headOf(ctx.db, job.deploymentId),
  ])
  const names = await namesOf(ctx, [
    ...jobBids.map((bid) => bid.node),
    ...(job.members ?? []),
    ...(job.node === null ? [] : [job.node]),
  ])
  const released = isReleased(job)
  const runs = jobLeases.filter((lease) => lease.role === 'run')
  const result = runs.find(
    (lease) => lease.attempt === job.attempt && lease.node === job.node && lease.manifest !== null,
  )
  const artifacts = released && job.dataDeletedAt === null ? (result?.manifest?.artifacts ?? []) : []
  const over = FINAL_STATES.has(job.state)
  const opening = openingOf(events)
  const difference = [...timeline].reverse().find((entry) => entry.kind === 'difference')
  const mined = new Set(sent.flatMap((intent) => (intent.minedHash === null ? [] : [intent.minedHash])))
  return {
    ...summaryOf(job, names),
    exitCode: opening === null && !over ? null : job.exitCode,
    revision: job.revision,
    orderId: job.orderId,
    customer: job.customer,
    spec: job.spec,
    attempt: job.attempt,
    leaseId: runs[runs.length - 1]?.id ?? null,
    verdict:
      verdict === null
        ? null
        : { decision: verdict.decision, reasons: verdict.reasons, decidedBy: verdict.decidedBy },
    timeline: timeline.map((entry) => ({
      seq: entry.seq,
      kind: entry.kind,
      at: entry.at.toISOString(),
      transaction: entry.transactionHash,
      final: entry.blockNumber === null || entry.blockNumber <= head - ctx.confirmations + 1,
      data: entry.data,
    })),
    bids: jobBids.map((bid) => ({
      attempt: bid.attempt,
      node: bid.node,
      name: names.get(bid.node) ?? '',
      price: bid.price?.toString() ?? null,
      decision: bid.decision,
      reason: bid.reason,
    })),
    committee: foldSeats(events).map((seat) => {
      const lease = jobLeases.find(
        (item) => item.role === 'check' && item.node === seat.member && item.attempt === job.attempt,
      )
      return {
        seat: seat.seat,
        member: seat.member,
        name: names.get(seat.member) ?? '',
        stage: seatStage(seat, lease?.state === 'running', over),
        outcome: outcomeName(seat.outcome),
        agrees: seatAgrees(seat, opening, job.order.comparison),
        paid: seat.paid?.toString() ?? null,
        fined: seat.fined?.toString() ?? null,
        seconds: seat.seconds,
      }
    }),
    difference:
      difference === undefined || !over
        ? null
        : differenceViewSchema.nullable().catch(null).parse(difference.data),
    artifacts,
    released,
    stdout: released
      ? await stdoutOf(ctx.db, artifacts.find((artifact) => artifact.kind === 'stdout')?.sha256)
      : null,
    cost: {
      locked: job.locked?.toString() ?? null,
      price: job.price?.toString() ?? null,
      row: job.state === 'expired' || job.state === 'cancelled' ? job.state : job.settlement,
      nodePay: job.nodePay?.toString() ?? null,
      fee: job.fee?.toString() ?? null,
      membersPaid: job.membersPaid?.toString() ?? null,
      refund: job.refund?.toString() ?? null,
      slashed: job.slashed?.toString() ?? null,
      penalty: job.penalty?.toString() ?? null,
    },
    deadlines: {
      submitBy: Number(job.order.submitBy),
      startBy: job.startBy,
      soft: job.softDeadline,
      hard: job.hardDeadline,
    },
    chainNow: now,
    transactions: [
      ...sent.flatMap(({ kind, hashes, minedHash, status }) => {
        const hash = minedHash ?? hashes[hashes.length - 1]
        return hash === undefined ? [] : [{ kind, hash, status }]
      }),
      ...foreignTransactions(timeline, mined),
    ],
    may: {
      cancel: CANCELLABLE.has(job.state) && job.customer === viewer.address,
      deleteData: over && job.dataDeletedAt === null && job.customer === viewer.address,
    },
    waiting: job.waiting,
  }
}

/** A result is shown once the chain's word is final and its row of the outcome table is one in which the work was paid. */
export function isReleased(job: Pick<Job, 'final' | 'settlement'>): boolean {
  return job.final && job.settlement !== null && paysTheNode(job.settlement)
}

/** The artifact of a job by hash, when the viewer may see it now; null otherwise. The name is the job's own. */
export async function releasedArtifact(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  id: string,
  sha256: string,
  viewer: Viewer,
): Promise<{ name: string; bytes: number; kind: string } | null> {
  const [job] = await ctx.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.deploymentId, ctx.deployment.id)))
  if (job === undefined || (job.customer !== viewer.address && !viewer.admin)) return null
  if (!isReleased(job) || job.dataDeletedAt !== null || job.node === null) return null
  const rows = await ctx.db
    .select({ manifest: leases.manifest })
    .from(leases)
    .where(
      and(
        eq(leases.jobId, id),
        eq(leases.role, 'run'),
        eq(leases.attempt, job.attempt),
        eq(leases.node, job.node),
      ),
    )
  const found = rows
    .flatMap((row) => row.manifest?.artifacts ?? [])
    .find((artifact) => artifact.sha256 === sha256)
  return found === undefined ? null : { name: found.name, bytes: found.bytes, kind: found.kind }
}

/** What a line of the list is made of: without the spec, which names every file. */
const SUMMARY = {
  id: jobs.id,
  title: jobs.title,
  state: jobs.state,
  runtime: jobs.runtime,
  createdAt: jobs.createdAt,
  updatedAt: jobs.updatedAt,
  maxPrice: jobs.maxPrice,
  price: jobs.price,
  node: jobs.node,
  settlement: jobs.settlement,
  exitCode: jobs.exitCode,
} as const

function summaryOf(job: Pick<Job, keyof typeof SUMMARY>, names: ReadonlyMap<string, string>): JobSummary {
  return {
    id: job.id,
    title: job.title,
    state: job.state,
    runtime: job.runtime,
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
    maxPrice: job.maxPrice.toString(),
    price: job.price?.toString() ?? null,
    node: job.node,
    nodeName: job.node === null ? null : (names.get(job.node) ?? null),
    row: job.state === 'expired' || job.state === 'cancelled' ? job.state : job.settlement,
    // Before the verdict the exit code would tell members what to seal.
    exitCode: FINAL_STATES.has(job.state) ? job.exitCode : null,
  }
}

/** What nodes call themselves; a node that never had a session has no name. */
async function namesOf(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  nodes: readonly Address[],
): Promise<Map<string, string>> {
  if (nodes.length === 0) return new Map()
  const rows = await ctx.db
    .select({ node: nodeSessions.node, name: sql<string>`${nodeSessions.announcement}->>'name'` })
    .from(nodeSessions)
    .where(
      and(eq(nodeSessions.deploymentId, ctx.deployment.id), inArray(nodeSessions.node, [...new Set(nodes)])),
    )
  return new Map(rows.map((row) => [row.node, row.name]))
}

function openingOf(events: readonly { name: string; args: unknown }[]): NodeOpening | null {
  const opened = [...events].reverse().find((event) => event.name === 'Opened')
  const opening = (opened?.args as { opening?: { outcome: unknown; outputHash: unknown } } | undefined)
    ?.opening
  return opening === undefined
    ? null
    : { outcome: Number(opening.outcome), outputHash: String(opening.outputHash) }
}

function foreignTransactions(
  timeline: readonly (typeof jobEvents.$inferSelect)[],
  ours: ReadonlySet<string>,
) {
  const found = new Map<Hex, string>()
  for (const entry of timeline) {
    if (entry.transactionHash !== null && !ours.has(entry.transactionHash))
      found.set(entry.transactionHash, entry.kind)
  }
  return [...found].map(([hash, kind]) => ({ kind, hash, status: 'mined' }))
}

async function headOf(db: Db, deploymentId: string): Promise<number> {
  const [row] = await db
    .select({ head: sql<string | null>`max(${blocks.number})` })
    .from(blocks)
    .where(eq(blocks.deploymentId, deploymentId))
  return Number(row?.head ?? 0)
}

/** Chain time for countdowns; a job that ended has none, and a chain that does not answer must not hide the page. */
async function timeOfChain(ctx: JobsCtx, job: Job): Promise<number> {
  if (FINAL_STATES.has(job.state)) return job.finishedAt ?? 0
  try {
    return await chainNow(ctx)
  } catch {
    const [row] = await ctx.db
      .select({ time: sql<string | null>`max(${blocks.timestamp})` })
      .from(blocks)
      .where(eq(blocks.deploymentId, job.deploymentId))
    return Number(row?.time ?? 0)
  }
}

async function stdoutOf(db: Db, sha256: string | undefined): Promise<string | null> {
  if (sha256 === undefined) return null
  const bytes = await readContent(db, sha256)
  return bytes === null ? null : new TextDecoder().decode(bytes.subarray(0, STDOUT_SHOWN))
}

/** What the bearer of a lease's token may read and write over HTTP. */
import { timingSafeEqual } from 'node:crypto'
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { tokenHash } from '../auth/tokens.ts'
import { inTransaction } from '../db/retry.ts'
import { contents, contentUses } from '../db/schema/contents.ts'
import { leases } from '../db/schema/dispatch.ts'
import { jobs } from '../db/schema/jobs.ts'
import { claimContents, putContent } from '../jobs/contents.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { AppError } from '../kernel/errors.ts'
import { contentHashes } from '../protocol/jobSpec.ts'
import { type Lease, LIVE_STATES } from './leases.ts'

type Ctx = Pick<JobsCtx, 'db'>

/** Files, standard output and error of one run. */
const MOST_ARTIFACTS = 1026
const MIB = 1024 * 1024
/** Room for standard output and error beside the files of the job's disk. */
const LOG_BYTES = 64 * MIB

/** The live lease that this token opens, or null. */
export async function authorizeLease(ctx: Ctx, leaseId: string, token: string): Promise<Lease | null> {
  const [lease] = await ctx.db
    .select()
    .from(leases)
    .where(and(eq(leases.id, leaseId), inArray(leases.state, [...LIVE_STATES])))
  if (lease === undefined || lease.tokenHash === '') return null
  const given = Buffer.from(tokenHash(token))
  const kept = Buffer.from(lease.tokenHash)
  return given.length === kept.length && timingSafeEqual(given, kept) ? lease : null
}

/**
 * Whether the lease's node may read a content: the job's inputs always; outputs of the node and the other seats only for a
 * member, and only once every seat had sealed, or seals could be copied.
 */
export async function mayRead(ctx: Ctx, lease: Lease, sha256: string): Promise<boolean> {
  const [job] = await ctx.db.select({ spec: jobs.spec }).from(jobs).where(eq(jobs.id, lease.jobId))
  if (job?.spec && contentHashes(job.spec).includes(sha256)) return true
  if (lease.role !== 'check') return false
  // Read afresh: the caller's lease may have been read before the seats were opened, or before a reorganisation.
  const [seat] = await ctx.db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.id, lease.id), isNotNull(leases.openedAt), isNotNull(leases.seal)))
  if (seat === undefined) return false
  const [output] = await ctx.db
    .select({ id: leases.id })
    .from(leases)
    .innerJoin(contentUses, and(eq(contentUses.leaseId, leases.id), eq(contentUses.sha256, sha256)))
    .where(
      and(
        eq(leases.jobId, lease.jobId),
        eq(leases.attempt, lease.attempt),
        isNotNull(leases.manifest),
        inArray(leases.state, [...LIVE_STATES]),
      ),
    )
    .limit(1)
  return output !== undefined
}

/**
 * Stores an artifact of a run. One that is stored already is a repeat, which a process sends that took the lease up after
 * the one before it died. Throws AppError `lease-over` for a new one once the run was reported or the lease taken, and
 * `content-mismatch`. Room is asked for with `requireRoom` before the body is read.
 */
export async function acceptArtifact(
  ctx: Ctx,
  lease: Lease,
  sha256: string,
  bytes: Uint8Array,
): Promise<{ stored: boolean }> {
  const { stored } = await putContent(ctx.db, bytes, sha256)
  await inTransaction(ctx.db, async (tx) => {
    const [open] = await tx
      .select({ id: leases.id })
      .from(leases)
      .where(and(eq(leases.id, lease.id), inArray(leases.state, ['waiting', 'granted', 'running'])))
      .for('update')
    if (open === undefined) {
      const [known] = await tx
        .select({ sha256: contentUses.sha256 })
        .from(contentUses)
        .where(and(eq(contentUses.leaseId, lease.id), eq(contentUses.sha256, sha256)))
      if (known !== undefined) return
      throw new AppError('lease-over', 'This lease takes no artifacts any more.', { status: 409 })
    }
    await claimContents(tx, lease.jobId, lease.id, [sha256])
  })
  return { stored }
}

/** Whether so many more bytes fit; asked with the announced length before a body is read. */
export async function requireRoom(ctx: Ctx, lease: Lease, sha256: string, bytes: number): Promise<void> {
  const [job] = await ctx.db.select({ spec: jobs.spec }).from(jobs).where(eq(jobs.id, lease.jobId))
  if (!job?.spec) throw new AppError('lease-over', 'The data of this job was deleted.', { status: 409 })
  const [used] = await ctx.db
    .select({ count: sql<number>`count(*)::int`, bytes: sql<string>`coalesce(sum(${contents.bytes}), 0)` })
    .from(contentUses)
    .innerJoin(contents, eq(contents.sha256, contentUses.sha256))
    .where(and(eq(contentUses.leaseId, lease.id), sql`${contentUses.sha256} <> ${sha256}`))
  const most = job.spec.resources.diskMiB * MIB + LOG_BYTES
  if ((used?.count ?? 0) + 1 > MOST_ARTIFACTS || Number(used?.bytes ?? 0) + bytes > most) {
    throw new AppError('artifact-too-large', 'The run hands out more than the job asked room for.', {
      status: 413,
    })
  }
}

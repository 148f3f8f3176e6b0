/** Handing out waiting leases: the row is claimed, a fresh token made, and everything the node needs put together. */
import { randomBytes } from 'node:crypto'
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type * as z from 'zod'
import { tokenHash } from '../auth/tokens.ts'
import type { Tx } from '../db/client.ts'
import { inTransaction } from '../db/retry.ts'
import { leases } from '../db/schema/dispatch.ts'
import { jobs } from '../db/schema/jobs.ts'
import { contentSizes, readContent } from '../jobs/contents.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { isVetted } from '../jobs/isVetted.ts'
import type { Address } from '../kernel/ids.ts'
import { contentHashes, type JobSpec } from '../protocol/jobSpec.ts'
import { INLINE_BYTES, type leaseGrantSchema, SILENCE_SECONDS } from '../protocol/workerEvents.ts'

/** A grant as it goes out: amounts as decimal strings. */
export type LeaseGrant = z.input<typeof leaseGrantSchema>
export interface Granted {
  readonly node: Address
  readonly grant: LeaseGrant
}

const MOST_AT_ONCE = 32

/**
 * Claims waiting leases of these nodes, each for exactly one caller however many processes ask. Content that never passed
 * vetting, or is not what was vetted, is not handed out: the lease is revoked instead.
 */
export async function claimWaiting(
  ctx: Pick<JobsCtx, 'db' | 'deployment' | 'logger'>,
  nodes: readonly Address[],
): Promise<Granted[]> {
  if (nodes.length === 0) return []
  return inTransaction(ctx.db, async (tx) => {
    const waiting = await tx
      .select({
        id: leases.id,
        fence: leases.fence,
        role: leases.role,
        node: leases.node,
        attempt: leases.attempt,
        jobId: leases.jobId,
      })
      .from(leases)
      .where(
        and(
          eq(leases.deploymentId, ctx.deployment.id),
          eq(leases.state, 'waiting'),
          inArray(leases.node, [...nodes]),
        ),
      )
      .orderBy(asc(leases.createdAt))
      .limit(MOST_AT_ONCE)
      .for('update', { skipLocked: true })
    const granted: Granted[] = []
    for (const lease of waiting) {
      const [job] = await tx.select().from(jobs).where(eq(jobs.id, lease.jobId))
      if (job === undefined || job.spec === null || !(await isVetted(tx, job))) {
        ctx.logger.error(
          { lease: lease.id, job: lease.jobId },
          'content without a passing verdict is not dispatched',
        )
        await tx
          .update(leases)
          .set({ state: 'revoked', reason: 'the content has no passing verdict', endedAt: sql`now()` })
          .where(eq(leases.id, lease.id))
        continue
      }
      // Kept as its hash: the token itself goes to the node alone.
      const token = randomBytes(32).toString('base64url')
      await tx
        .update(leases)
        .set({
          state: 'granted',
          tokenHash: tokenHash(token),
          grantedAt: sql`now()`,
          leaseUntil: sql`now() + make_interval(secs => ${SILENCE_SECONDS})`,
        })
        .where(eq(leases.id, lease.id))
      granted.push({
        node: lease.node,
        grant: {
          leaseId: lease.id,
          fence: lease.fence,
          token,
          role: lease.role,
          jobId: job.id,
          orderId: job.orderId,
          attempt: lease.attempt,
          order: job.order,
          orderSignature: job.orderSignature,
          spec: job.spec,
          inline: await inlineContents(tx, job.spec),
        },
      })
    }
    return granted
  })
}

/** Contents that travel with the grant: the smallest ones, as many as fit. */
async function inlineContents(tx: Tx, spec: JobSpec): Promise<LeaseGrant['inline']> {
  const sizes = [...(await contentSizes(tx, contentHashes(spec)))].sort(([, a], [, b]) => a - b)
  const inline: LeaseGrant['inline'] = []
  let total = 0
  for (const [sha256, bytes] of sizes) {
    total += bytes
    if (total > INLINE_BYTES) break
    const data = await readContent(tx, sha256)
    if (data !== null) inline.push({ sha256, data })
  }
  return inline
}

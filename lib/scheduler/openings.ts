/** What members are shown once every seat has sealed: the node's opening, and by content hash what each seat found. */
import { and, asc, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type * as z from 'zod'
import { leases } from '../db/schema/dispatch.ts'
import { jobs } from '../db/schema/jobs.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import type { Address } from '../kernel/ids.ts'
import { APPEAL_SEAT } from '../protocol/jobState.ts'
import type { checkOpenSchema } from '../protocol/workerEvents.ts'

export type CheckOpen = z.input<typeof checkOpenSchema>
export interface Openable {
  readonly node: Address
  readonly payload: CheckOpen
}

/**
 * The messages `check:open` due to these nodes: members whose seats were opened and who have not revealed. Sent again at
 * every wake-up until the reveal came; a member ignores a repeat.
 */
export async function openable(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  nodes: readonly Address[],
): Promise<Openable[]> {
  if (nodes.length === 0) return []
  const due = await ctx.db
    .select()
    .from(leases)
    .where(
      and(
        eq(leases.deploymentId, ctx.deployment.id),
        inArray(leases.node, [...nodes]),
        eq(leases.role, 'check'),
        eq(leases.state, 'sealed'),
        isNotNull(leases.openedAt),
        isNull(leases.reveal),
      ),
    )
  const messages: Openable[] = []
  for (const lease of due) {
    const [job] = await ctx.db
      .select({ sealed: jobs.sealed, members: jobs.members, node: jobs.node, roundFrom: jobs.roundFrom })
      .from(jobs)
      .where(eq(jobs.id, lease.jobId))
    const all = await ctx.db
      .select()
      .from(leases)
      .where(
        and(
          eq(leases.jobId, lease.jobId),
          eq(leases.attempt, lease.attempt),
          inArray(leases.state, ['finished', 'sealed', 'revealed']),
        ),
      )
      .orderBy(asc(leases.seat))
    const run = all.find(({ role, node }) => role === 'run' && node === job?.node)
    if (!job?.members || !run?.opening || !run.manifest) continue
    // The committee that decides counts its seats from 0, an appeal's too.
    const first = job.roundFrom === APPEAL_SEAT ? APPEAL_SEAT : 0
    if ((lease.seat ?? 0) < first) continue
    const seats = job.members.map((member, seat) => {
      const sealed = job.sealed?.includes(member) ?? false
      const found = all.find((one) => one.role === 'check' && one.seat === first + seat)
      return { seat, member, manifest: sealed ? (found?.manifest ?? null) : null }
    })
    const payload = {
      leaseId: lease.id,
      fence: lease.fence,
      node: { opening: run.opening, manifest: run.manifest },
      seats,
    }
    messages.push({ node: lease.node, payload })
  }
  return messages
}

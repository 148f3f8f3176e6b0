/** When a committee did not simply agree: where the outputs part, and which comparator would have agreed. */
import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm'
import { eventsOfOrder } from '../chain/events.ts'
import { inTransaction } from '../db/retry.ts'
import { leases } from '../db/schema/dispatch.ts'
import { jobEvents, jobs } from '../db/schema/jobs.ts'
import { readContent } from '../jobs/contents.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { foldSeats, type JobEvent } from '../jobs/rules/fold.ts'
import { type Job, lockJob, transition } from '../jobs/transition.ts'
import { compareOutputs, LARGEST_TOLERANT_BYTES } from '../protocol/comparators/compare.ts'
import type { Difference, Output } from '../protocol/comparators/difference.ts'
import { formatComparator } from '../protocol/comparators/parse.ts'
import { proposeComparator } from '../protocol/comparators/propose.ts'
import type { Manifest } from '../protocol/jobSpec.ts'
import { comparedOutputs, manifestOutputHash } from '../protocol/runOutput.ts'

/** Adds a line `difference` to the timeline of a decided job, once, when seats and node did not all find the same. */
export async function explainDifference(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  jobId: string,
): Promise<void> {
  const [job] = await ctx.db.select().from(jobs).where(eq(jobs.id, jobId))
  if (!job?.spec || job.members === null || (await isExplained(ctx, jobId))) return
  const events = (await eventsOfOrder(ctx.db, job.deploymentId, job.orderId)) as readonly JobEvent[]
  const opened = events.find((event) => event.name === 'Opened')?.args.opening as
    | { outputHash?: string }
    | undefined
  const disagreed = foldSeats(events).some(
    (seat) => seat.outputHash !== null && seat.outputHash !== opened?.outputHash,
  )
  if (job.settlement === 'correct' && !disagreed) return
  const found = await firstDifference(ctx, job)
  if (found === null) return
  await inTransaction(ctx.db, async (tx) => {
    const current = await lockJob(tx, jobId)
    if (current === null || (await isExplained({ db: tx }, jobId))) return
    await transition(tx, current, { timeline: [{ kind: 'difference', data: found }] })
  })
}

async function isExplained(ctx: { db: Pick<JobsCtx['db'], 'select'> }, jobId: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ seq: jobEvents.seq })
    .from(jobEvents)
    .where(and(eq(jobEvents.jobId, jobId), eq(jobEvents.kind, 'difference')))
  return row !== undefined
}

interface Run {
  readonly of: string
  readonly manifest: Manifest
}

async function firstDifference(ctx: Pick<JobsCtx, 'db'>, job: Job): Promise<Record<string, unknown> | null> {
  if (job.spec === null) return null
  const { comparator } = job.spec
  const rows = await ctx.db
    .select({ role: leases.role, seat: leases.seat, manifest: leases.manifest })
    .from(leases)
    .where(
      and(
        eq(leases.jobId, job.id),
        eq(leases.attempt, job.attempt),
        inArray(leases.state, ['finished', 'sealed', 'revealed', 'done']),
        isNotNull(leases.manifest),
      ),
    )
    .orderBy(asc(leases.seat))
  const runs = rows.flatMap(({ role, seat, manifest }): Run[] =>
    manifest === null ? [] : [{ of: role === 'run' ? 'node' : `seat ${seat ?? '?'}`, manifest }],
  )
  // The node first, so that it stands on the left wherever it takes part.
  runs.sort((a, b) => Number(b.of === 'node') - Number(a.of === 'node'))
  const [left, ...others] = runs
  if (left === undefined) return null
  for (const right of others) {
    if (manifestOutputHash(comparator, left.manifest) === manifestOutputHash(comparator, right.manifest))
      continue
    const names = { leftOf: left.of, rightOf: right.of }
    if (left.manifest.exitCode !== right.manifest.exitCode) {
      const show = (run: Run): string => `exit code ${run.manifest.exitCode ?? 'none'}`
      return {
        name: 'exit code',
        at: '',
        left: show(left),
        right: show(right),
        ...names,
        why: 'exitCode',
        proposal: null,
        proposalText: null,
      }
    }
    const [a, b] = await Promise.all([outputsOf(ctx, job, left), outputsOf(ctx, job, right)])
    if (a === null || b === null) continue
    const compared = compareOutputs(comparator, a, b)
    if (compared.agrees) continue
    const proposal = proposeComparator(comparator.on, a, b)
    return {
      ...shown(compared.difference),
      ...names,
      proposal: proposal.comparator,
      proposalText:
        proposal.comparator === null ? proposal.explanation : formatComparator(proposal.comparator),
    }
  }
  return null
}

function shown({ name, at, left, right, why }: Difference): Record<string, unknown> {
  const place =
    at.kind === 'line'
      ? `line ${at.line}, column ${at.column}`
      : at.kind === 'byte'
        ? `byte ${at.offset}`
        : at.kind === 'json'
          ? at.path
          : ''
  return { name, at: place, left, right, why }
}

async function outputsOf(ctx: Pick<JobsCtx, 'db'>, job: Job, run: Run): Promise<Output[] | null> {
  if (job.spec === null) return null
  const outputs: Output[] = []
  for (const { name, sha256, bytes } of comparedOutputs(job.spec.comparator.on, run.manifest)) {
    if (bytes > LARGEST_TOLERANT_BYTES) return null
    const content = await readContent(ctx.db, sha256)
    if (content === null) return null
    outputs.push({ name, bytes: content })
  }
  return outputs
}

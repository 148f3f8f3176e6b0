/** What admins watch on one page. Ages are by database time; reads only, each query bounded. */
import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { intents, reorganisations } from '../db/schema/chain.ts'
import { leases } from '../db/schema/dispatch.ts'
import { jobs, outbox } from '../db/schema/jobs.ts'
import { verdicts } from '../db/schema/vetting.ts'
import type { OpsView } from '../protocol/views.ts'
import { reasonViewSchema } from '../protocol/views.ts'
import { latestDeeds } from './audit.ts'

const SHOWN = 50

const age = (column: unknown) => sql<number>`extract(epoch from now() - ${column})::float8`

/** Everything of OpsView that the database knows; health, relayer and nodes come from the parts themselves. */
export async function opsRows(
  db: Db,
  deploymentId: string,
): Promise<Omit<OpsView, 'health' | 'relayer' | 'nodes'>> {
  const [byState, waitingLeases, unsent, held, shownIntents, reorgs, audit, undelivered] = await Promise.all([
    db
      .select({ state: jobs.state, n: sql<number>`count(*)::int` })
      .from(jobs)
      .where(eq(jobs.deploymentId, deploymentId))
      .groupBy(jobs.state),
    db
      .select({
        role: leases.role,
        n: sql<number>`count(*)::int`,
        oldest: sql<number | null>`max(extract(epoch from now() - ${leases.createdAt}))::float8`,
      })
      .from(leases)
      .where(and(eq(leases.deploymentId, deploymentId), eq(leases.state, 'waiting')))
      .groupBy(leases.role),
    db
      .select({
        status: intents.status,
        n: sql<number>`count(*)::int`,
        oldest: sql<number | null>`max(extract(epoch from now() - ${intents.createdAt}))::float8`,
      })
      .from(intents)
      .where(and(eq(intents.deploymentId, deploymentId), inArray(intents.status, ['queued', 'sent'])))
      .groupBy(intents.status),
    db
      .select({
        jobId: jobs.id,
        title: jobs.title,
        customer: jobs.customer,
        at: jobs.createdAt,
        reasons: verdicts.reasons,
      })
      .from(jobs)
      .leftJoin(verdicts, eq(verdicts.contentHash, jobs.verdictHash))
      .where(and(eq(jobs.deploymentId, deploymentId), eq(jobs.state, 'held')))
      .orderBy(asc(jobs.createdAt))
      .limit(SHOWN),
    db
      .select({
        id: intents.id,
        kind: intents.kind,
        status: intents.status,
        ageSeconds: age(intents.createdAt),
        attempts: intents.attempts,
        hashes: intents.hashes,
        minedHash: intents.minedHash,
        error: intents.error,
      })
      .from(intents)
      .where(and(eq(intents.deploymentId, deploymentId), ne(intents.status, 'mined')))
      .orderBy(sql`${intents.status} = 'reverted'`, asc(intents.createdAt))
      .limit(SHOWN),
    db
      .select()
      .from(reorganisations)
      .where(eq(reorganisations.deploymentId, deploymentId))
      .orderBy(desc(reorganisations.at))
      .limit(20),
    latestDeeds(db, SHOWN),
    db
      .select({
        n: sql<number>`count(*)::int`,
        oldest: sql<number | null>`extract(epoch from now() - min(${outbox.createdAt}))::float8`,
      })
      .from(outbox),
  ])
  const queue = (name: string, row: { n: number; oldest: number | null } | undefined) => ({
    name,
    depth: row?.n ?? 0,
    oldestSeconds: row?.oldest ?? null,
  })
  return {
    jobsByState: Object.fromEntries(byState.map((row) => [row.state, row.n])),
    queues: [
      queue(
        'leases-run',
        waitingLeases.find((row) => row.role === 'run'),
      ),
      queue(
        'leases-check',
        waitingLeases.find((row) => row.role === 'check'),
      ),
      queue(
        'intents-queued',
        unsent.find((row) => row.status === 'queued'),
      ),
      queue(
        'intents-sent',
        unsent.find((row) => row.status === 'sent'),
      ),
      queue('outbox', undelivered[0]),
    ],
    intents: shownIntents.map(({ hashes, minedHash, ...row }) => ({
      ...row,
      hash: minedHash ?? hashes[hashes.length - 1] ?? null,
    })),
    holds: held.map((row) => ({
      ...row,
      at: row.at.toISOString(),
      reasons: reasonViewSchema
        .array()
        .catch([])
        .parse(row.reasons ?? []),
    })),
    reorganisations: reorgs.map((row) => ({
      at: row.at.toISOString(),
      depth: row.depth,
      undone: row.undone,
      notCarried: row.notCarried,
    })),
    audit: audit.map((row) => ({ ...row, at: row.at.toISOString() })),
  }
}

/**
 * Leases: who may run or check what, until when. Always by database time. Everything here is safe to run twice and in
 * several processes at once: rows are claimed with SKIP LOCKED, and changes name the state they leave.
 */
import { and, eq, gte, inArray, ne, or, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { CHANNELS } from '../db/listen.ts'
import { leases } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type Address, newId } from '../kernel/ids.ts'
import { SILENCE_SECONDS } from '../protocol/workerEvents.ts'

export type Lease = typeof leases.$inferSelect

/** States of a lease that still counts. */
export const LIVE_STATES = ['waiting', 'granted', 'running', 'finished', 'sealed', 'revealed'] as const
/** States in which a silent node loses the lease: its work is not done yet. */
const AT_WORK = ['waiting', 'granted', 'running'] as const

const fromNow = sql`now() + make_interval(secs => ${SILENCE_SECONDS})`

interface Award {
  readonly jobId: string
  readonly deploymentId: string
  readonly orderId: `0x${string}`
  readonly attempt: number
}

/** The node that was awarded the attempt may run it. A second call changes nothing. */
export async function leaseRun(tx: Tx, award: Award, node: Address): Promise<void> {
  await insertLeases(tx, [{ ...award, role: 'run', seat: null, node }])
}

/** The drawn members may check the attempt, on the seats from `firstSeat` on. A second call changes nothing. */
export async function leaseChecks(
  tx: Tx,
  award: Award,
  firstSeat: number,
  members: readonly Address[],
): Promise<void> {
  await insertLeases(
    tx,
    members.map((node, index) => ({ ...award, role: 'check' as const, seat: firstSeat + index, node })),
  )
}

async function insertLeases(
  tx: Tx,
  rows: (Award & { role: 'run' | 'check'; seat: number | null; node: Address })[],
): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insert(leases)
    .values(
      rows.map(({ deploymentId, jobId, orderId, attempt, role, seat, node }) => {
        const id = newId('lea')
        return {
          id,
          deploymentId,
          jobId,
          orderId,
          attempt,
          role,
          seat,
          node,
          tokenHash: '',
          leaseUntil: fromNow,
        }
      }),
    )
    .onConflictDoNothing()
  await wakeNodes(
    tx,
    rows.map((row) => row.node),
  )
}

/** Wakes whoever speaks with these nodes. */
export async function wakeNodes(tx: Tx, nodes: Iterable<Address>): Promise<void> {
  for (const node of new Set(nodes)) await tx.execute(sql`select pg_notify(${CHANNELS.leases}, ${node})`)
}

/** Which leases of a job to take away. */
export interface RevokeWhere {
  readonly role?: 'run' | 'check'
  /** All attempts but this one. */
  readonly exceptAttempt?: number
  readonly attempts?: readonly number[]
  /** Seats of checks from this one on. */
  readonly fromSeat?: number
  /** Only those whose member has not revealed. */
  readonly unrevealed?: boolean
}

/** Takes leases away; their nodes are told to stop. */
export async function revokeLeases(tx: Tx, jobId: string, where: RevokeWhere, reason: string): Promise<void> {
  const rows = await tx
    .update(leases)
    .set({ state: 'revoked', reason, endedAt: sql`now()` })
    .where(
      and(
        eq(leases.jobId, jobId),
        inArray(leases.state, [...LIVE_STATES]),
        where.role === undefined ? undefined : eq(leases.role, where.role),
        where.exceptAttempt === undefined ? undefined : ne(leases.attempt, where.exceptAttempt),
        where.attempts === undefined ? undefined : inArray(leases.attempt, [...where.attempts]),
        where.fromSeat === undefined ? undefined : gte(leases.seat, where.fromSeat),
        where.unrevealed ? ne(leases.state, 'revealed') : undefined,
      ),
    )
    .returning({ node: leases.node })
  await wakeNodes(
    tx,
    rows.map((row) => row.node),
  )
}

/** The job has ended: reported work is done, the rest is taken away. */
export async function endLeases(tx: Tx, jobId: string, reason: string): Promise<void> {
  const rows = await tx
    .update(leases)
    .set({
      state: sql`case when ${leases.state} in ('finished', 'sealed', 'revealed') then 'done' else 'revoked' end`,
      reason,
      endedAt: sql`coalesce(${leases.endedAt}, now())`,
    })
    .where(and(eq(leases.jobId, jobId), inArray(leases.state, [...LIVE_STATES])))
    .returning({ node: leases.node })
  await wakeNodes(
    tx,
    rows.map((row) => row.node),
  )
}

/** A reorganisation took the end of the job away: what was reported counts again as it was. */
export async function reviveLeases(tx: Tx, jobId: string): Promise<void> {
  await tx
    .update(leases)
    .set({
      state: sql`case when ${leases.reveal} is not null then 'revealed' when ${leases.seal} is not null then 'sealed' else 'finished' end`,
      reason: null,
    })
    .where(
      and(
        eq(leases.jobId, jobId),
        eq(leases.state, 'done'),
        sql`(${leases.seal} is not null or ${leases.commitment} is not null)`,
      ),
    )
}

/**
 * Renews the leases that a node says it holds. Returns the ids of those it must drop: unknown, another's, of an older
 * fence, taken away or ended.
 */
export async function heartbeat(
  ctx: Pick<JobsCtx, 'db'>,
  node: Address,
  held: readonly { leaseId: string; fence: number }[],
): Promise<string[]> {
  if (held.length === 0) return []
  const rows = await ctx.db
    .update(leases)
    .set({
      leaseUntil: fromNow,
      // A member that was silent for a while and still has the work goes on with it.
      state: sql`case when ${leases.state} = 'waiting' then 'running' else ${leases.state} end`,
    })
    .where(
      and(
        eq(leases.node, node),
        inArray(leases.state, [...LIVE_STATES]),
        or(ne(leases.state, 'waiting'), eq(leases.role, 'check')),
        or(...held.map(({ leaseId, fence }) => and(eq(leases.id, leaseId), eq(leases.fence, fence)))),
      ),
    )
    .returning({ id: leases.id })
  const alive = new Set(rows.map((row) => row.id))
  return held.map(({ leaseId }) => leaseId).filter((id) => !alive.has(id))
}

/**
 * Leases of nodes that fell silent. A run is lost (the caller seeks another node); a check is offered to its member
 * again, because nobody else can take the seat. Returns the jobs concerned.
 */
export async function loseSilent(db: Db, deploymentId: string): Promise<string[]> {
  const lost = await db.transaction(async (tx) => {
    const silent = await tx
      .select({
        id: leases.id,
        role: leases.role,
        state: leases.state,
        jobId: leases.jobId,
        node: leases.node,
      })
      .from(leases)
      .where(
        and(
          eq(leases.deploymentId, deploymentId),
          inArray(leases.state, [...AT_WORK]),
          sql`${leases.leaseUntil} < now()`,
          or(eq(leases.role, 'run'), ne(leases.state, 'waiting')),
        ),
      )
      .limit(500)
      .for('update', { skipLocked: true })
    const runs = silent.filter((lease) => lease.role === 'run')
    const checks = silent.filter((lease) => lease.role === 'check')
    if (runs.length > 0) {
      await tx
        .update(leases)
        .set({ state: 'lost', reason: 'silent', endedAt: sql`now()` })
        .where(
          inArray(
            leases.id,
            runs.map((lease) => lease.id),
          ),
        )
    }
    if (checks.length > 0) {
      await tx
        .update(leases)
        .set({ state: 'waiting', reason: 'silent' })
        .where(
          inArray(
            leases.id,
            checks.map((lease) => lease.id),
          ),
        )
    }
    await wakeNodes(
      tx,
      silent.map((lease) => lease.node),
    )
    return silent.map((lease) => lease.jobId)
  })
  return [...new Set(lost)]
}

/** Takes a run from a node that does not do it, so that another one is sought; the node is told to stop. */
export async function loseRun(tx: Tx, jobId: string, attempt: number, reason: string): Promise<void> {
  const rows = await tx
    .update(leases)
    .set({ state: 'lost', reason, endedAt: sql`now()` })
    .where(
      and(
        eq(leases.jobId, jobId),
        eq(leases.attempt, attempt),
        eq(leases.role, 'run'),
        inArray(leases.state, [...AT_WORK]),
      ),
    )
    .returning({ node: leases.node })
  await wakeNodes(
    tx,
    rows.map((row) => row.node),
  )
}

/** Gives every lease at work a fresh term: the network itself was away, so the nodes' silence was not theirs. */
export async function forgiveSilence(db: Db, deploymentId: string): Promise<void> {
  await db
    .update(leases)
    .set({ leaseUntil: sql`greatest(${leases.leaseUntil}, ${fromNow})` })
    .where(and(eq(leases.deploymentId, deploymentId), inArray(leases.state, [...AT_WORK])))
}

/**
 * A grant that did not arrive or was refused goes back. A refused run is lost, so that another node gets it; a member is
 * asked again at the next wake-up.
 */
export async function unclaim(
  ctx: Pick<JobsCtx, 'db'>,
  leaseId: string,
  fence: number,
  why: { refused: boolean; reason: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const rows = await tx
      .update(leases)
      .set({
        state: sql`case when ${leases.role} = 'run' and ${why.refused} then 'lost' else 'waiting' end`,
        reason: why.reason.slice(0, 500),
        endedAt: sql`case when ${leases.role} = 'run' and ${why.refused} then now() end`,
      })
      .where(and(eq(leases.id, leaseId), eq(leases.fence, fence), eq(leases.state, 'granted')))
      .returning({ jobId: leases.jobId })
    for (const { jobId } of rows) await tx.execute(sql`select pg_notify(${CHANNELS.jobs}, ${jobId})`)
  })
}

/** Leases taken from these nodes in the last moments, to tell them at once; heartbeats tell the rest. Repeats are harmless. */
export async function takeStops(
  ctx: Pick<JobsCtx, 'db'>,
  nodes: readonly Address[],
): Promise<{ node: Address; leaseId: string; reason: string }[]> {
  if (nodes.length === 0) return []
  const rows = await ctx.db
    .select({ node: leases.node, leaseId: leases.id, reason: leases.reason })
    .from(leases)
    .where(
      and(
        inArray(leases.node, [...nodes]),
        inArray(leases.state, ['revoked', 'lost', 'done']),
        sql`${leases.endedAt} > now() - interval '10 seconds'`,
      ),
    )
  return rows.map((row) => ({ ...row, reason: row.reason ?? 'ended' }))
}

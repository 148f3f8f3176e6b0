/**
 * What each message of a worker does to the rows. Every one names its lease and fence; one about a lease that is not (or
 * no longer) the sender's is answered `gone` and changes nothing, a repeat is answered `ok` and changes nothing.
 */
import { and, eq, sql } from 'drizzle-orm'
import type * as z from 'zod'
import type { Tx } from '../db/client.ts'
import { CHANNELS } from '../db/listen.ts'
import { inTransaction } from '../db/retry.ts'
import { leases, logEntries } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { publish } from '../jobs/outbox.ts'
import { outcomeName } from '../jobs/rules/seatView.ts'
import { isNodeSignature } from '../jobs/signatures.ts'
import { type Job, lockJob, transition } from '../jobs/transition.ts'
import type { Address } from '../kernel/ids.ts'
import { toWire } from '../protocol/wire.ts'
import {
  type checkRevealedSchema,
  type checkSealedSchema,
  type handBackSchema,
  type LeaseReply,
  type runFinishedSchema,
  type runLogSchema,
  type runStartedSchema,
  SILENCE_SECONDS,
} from '../protocol/workerEvents.ts'
import { carryHandBack, carryResult, carryStart } from './carry.ts'
import { type Lease, LIVE_STATES } from './leases.ts'
import { missingArtifact, resultProblem, revealProblem, wrongAddressee } from './verifyRun.ts'

type Ctx = Pick<JobsCtx, 'db' | 'chain' | 'deployment'>

const OK: LeaseReply = { kind: 'ok' }
const gone = (reason: string): LeaseReply => ({ kind: 'gone', reason: reason.slice(0, 200) })
const invalid = (reason: string): LeaseReply => ({ kind: 'invalid', reason: reason.slice(0, 500) })

const fresh = sql`now() + make_interval(secs => ${SILENCE_SECONDS})`
const LIVE: ReadonlySet<string> = new Set(LIVE_STATES)
/** More log text than this a lease is not kept: the program floods. */
const MOST_LOG_ENTRIES = 20_000

/**
 * Locks the job, then the lease, in the order everybody does; answers `gone` unless the lease is live, the sender's, and
 * of this fence. Work runs in the same transaction.
 */
async function withLease(
  ctx: Ctx,
  node: Address,
  held: { leaseId: string; fence: number },
  work: (tx: Tx, lease: Lease, job: Job) => Promise<LeaseReply>,
): Promise<LeaseReply> {
  return inTransaction(ctx.db, async (tx) => {
    const [named] = await tx.select({ jobId: leases.jobId }).from(leases).where(eq(leases.id, held.leaseId))
    if (named === undefined) return gone('there is no such lease')
    const job = await lockJob(tx, named.jobId)
    const [lease] = await tx.select().from(leases).where(eq(leases.id, held.leaseId)).for('update')
    if (job === null || lease === undefined) return gone('there is no such lease')
    if (lease.node !== node) return gone('the lease is another node’s')
    if (lease.fence !== held.fence) return gone('the lease was handed out again')
    if (!LIVE.has(lease.state)) {
      // The end of the job makes a repeat of what was reported no news, and anything else too late.
      return lease.state === 'done' ? OK : gone(lease.reason ?? `the lease is ${lease.state}`)
    }
    return work(tx, lease, job)
  })
}

/** The program's process exists. For a node that runs, its signed Start is carried to the chain. */
export function runStarted(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof runStartedSchema>,
): Promise<LeaseReply> {
  return withLease(ctx, node, message, async (tx, lease, job) => {
    if (lease.startedAt !== null && (lease.role === 'check' || lease.startSignature !== null)) return OK
    let startSignature = null
    if (lease.role === 'run') {
      if (message.start === null) return invalid('the node that runs must sign its start')
      const wrong = wrongAddressee(lease, message.start.message, message.start.message.node)
      if (wrong !== null) return invalid(wrong)
      startSignature = message.start.signature
      if (!(await isNodeSignature(ctx, node, { primaryType: 'Start', ...message.start })))
        return invalid('the start is not signed by the node')
      await carryStart(tx, ctx, job, message.start.message, startSignature)
    }
    await tx
      .update(leases)
      .set({ state: 'running', startedAt: sql`now()`, startSignature, leaseUntil: fresh })
      .where(eq(leases.id, lease.id))
    if (lease.role === 'run') {
      const data = { node, attempt: lease.attempt, leaseId: lease.id }
      await transition(tx, job, { set: { waiting: null }, timeline: [{ kind: 'processStarted', data }] })
    }
    return OK
  })
}

/** Log entries of a run, in order. Members' logs are their own business and are not kept. */
export function runLogs(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof runLogSchema>,
): Promise<LeaseReply> {
  return inTransaction(ctx.db, async (tx) => {
    // The one message that comes often: it needs no lock on the job, only the lease itself.
    const [lease] = await tx
      .update(leases)
      .set({ leaseUntil: sql`greatest(${leases.leaseUntil}, ${fresh})` })
      .where(and(eq(leases.id, message.leaseId), eq(leases.fence, message.fence), eq(leases.node, node)))
      .returning()
    if (lease === undefined) return gone('the lease is not yours')
    if (!LIVE.has(lease.state)) return lease.state === 'done' ? OK : gone(lease.reason ?? lease.state)
    if (lease.role === 'check') return OK
    const entries = message.entries.filter(({ seq }) => seq < MOST_LOG_ENTRIES)
    if (entries.length === 0) return OK
    // PostgreSQL has no text with NUL in it.
    const rows = entries.map((entry) => ({
      leaseId: lease.id,
      ...entry,
      text: entry.text.replaceAll('\u0000', '\uFFFD'),
    }))
    await tx.insert(logEntries).values(rows).onConflictDoNothing()
    const through = Math.max(...entries.map(({ seq }) => seq))
    await publish(tx, 'logs', { jobId: lease.jobId, leaseId: lease.id, through })
    return OK
  })
}

/** How the run ended. The commitment is carried as soon as the chain knows the start. */
export function runFinished(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof runFinishedSchema>,
): Promise<LeaseReply> {
  return withLease(ctx, node, message, async (tx, lease, job) => {
    if (lease.role !== 'run') return invalid('this lease is not for running')
    const { result, manifest, detail, truncated } = message
    if (lease.state === 'finished') {
      const same = lease.commitment === result.message.commitment
      return same ? OK : gone('another result was reported for this lease')
    }
    if (lease.startSignature === null) return invalid('the start was not reported yet')
    const problem = await resultProblem(ctx, tx, lease, job, message)
    if (problem !== null) return invalid(problem)
    const { commitment } = result.message
    await tx
      .update(leases)
      .set({
        state: 'finished',
        manifest,
        detail,
        truncated,
        opening: result.opening,
        commitment,
        resultSignature: result.signature,
        endedAt: sql`now()`,
      })
      .where(eq(leases.id, lease.id))
    await tx.execute(sql`select pg_notify(${CHANNELS.leases}, ${node})`)
    if (job.state === 'running' && job.attempt === lease.attempt) {
      await carryResult(tx, ctx, job, {
        attempt: lease.attempt,
        node,
        commitment,
        signature: result.signature,
      })
    }
    const outcome = outcomeName(result.opening.outcome)
    await transition(tx, job, {
      set: { outcome, exitCode: manifest.exitCode },
      timeline: [
        {
          kind: 'runFinished',
          // How it ended stays unsaid until the verdict: it would tell members what to seal.
          data: { node, attempt: lease.attempt },
        },
      ],
    })
    return OK
  })
}

/** A member's seal over its own output, given before it is shown any other. */
export function checkSealed(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof checkSealedSchema>,
): Promise<LeaseReply> {
  return withLease(ctx, node, message, async (tx, lease, job) => {
    if (lease.role !== 'check') return invalid('this lease is not for checking')
    const { seal, manifest, detail } = message
    // The first seal counts: after it the member may have been shown what others found.
    if (lease.seal !== null)
      return lease.seal === seal.message.seal ? OK : gone('another seal was given before')
    const wrong = wrongAddressee(lease, seal.message, seal.message.member)
    if (wrong !== null) return invalid(wrong)
    const missing = await missingArtifact(tx, lease, manifest)
    if (missing !== null) return invalid(missing)
    if (!(await isNodeSignature(ctx, node, { primaryType: 'Seal', ...seal })))
      return invalid('the seal is not signed by the member')
    await tx
      .update(leases)
      .set({
        state: 'sealed',
        manifest,
        detail,
        seal: seal.message.seal,
        sealSignature: seal.signature,
        endedAt: sql`now()`,
      })
      .where(eq(leases.id, lease.id))
    await transition(tx, job, {
      timeline: [{ kind: 'memberSealed', data: { member: node, seat: lease.seat } }],
    })
    return OK
  })
}

/** What a member had sealed, opened, with its word on which outputs agree. */
export function checkRevealed(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof checkRevealedSchema>,
): Promise<LeaseReply> {
  return withLease(ctx, node, message, async (tx, lease, job) => {
    if (lease.role !== 'check') return invalid('this lease is not for checking')
    if (lease.seal === null) return invalid('nothing was sealed under this lease')
    if (lease.reveal !== null) return OK
    if (lease.openedAt === null) return invalid('the seats have not all sealed yet')
    const problem = await revealProblem(ctx, lease, job, message)
    if (problem !== null) return invalid(problem)
    await tx
      .update(leases)
      .set({
        state: 'revealed',
        reveal: toWire(message.reveal.message) as typeof message.reveal.message,
        revealSignature: message.reveal.signature,
      })
      .where(eq(leases.id, lease.id))
    await transition(tx, job, {
      timeline: [{ kind: 'memberRevealed', data: { member: node, seat: lease.seat } }],
    })
    return OK
  })
}

/** The node gives the attempt back; another one is sought at once. */
export function handBack(
  ctx: Ctx,
  node: Address,
  message: z.output<typeof handBackSchema>,
): Promise<LeaseReply> {
  return withLease(ctx, node, message, async (tx, lease, job) => {
    if (lease.role !== 'run') return invalid('a check cannot be handed back')
    if (lease.state === 'finished') return gone('the run was reported as finished')
    const { handBack: signed, reason } = message
    const wrong = wrongAddressee(lease, signed.message, signed.message.node)
    if (wrong !== null) return invalid(wrong)
    if (!(await isNodeSignature(ctx, node, { primaryType: 'HandBack', ...signed })))
      return invalid('the hand-back is not signed by the node')
    await carryHandBack(tx, ctx, job, signed.message, signed.signature)
    await tx
      .update(leases)
      .set({ state: 'revoked', reason: `handed back: ${reason}`.slice(0, 500), endedAt: sql`now()` })
      .where(eq(leases.id, lease.id))
    await transition(tx, job, {
      timeline: [{ kind: 'nodeHandsBack', data: { node, attempt: lease.attempt, reason } }],
    })
    return OK
  })
}

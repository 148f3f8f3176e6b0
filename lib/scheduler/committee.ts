/** One step of a job whose result is on chain: draw, seals, opening, reveals, settlement. Inside the job's lock. */
import { and, asc, eq, gte, inArray, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { blocks } from '../db/schema/chain.ts'
import { leases } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type Job, transition } from '../jobs/transition.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { APPEAL_SEAT } from '../protocol/jobState.ts'
import type { Opening, RevealMessage } from '../protocol/messages.ts'
import { carryDraw, carryReveals, carrySeals, carrySettle, NO_OPENING } from './carry.ts'
import { type Lease, LIVE_STATES, wakeNodes } from './leases.ts'
import { openBy, sealsAreDue, toReveal } from './rules/committee.ts'

/** What the engine must do outside of the transaction. `overdue`: ask the chain whether anyone may end the job now. */
export type After = { kind: 'nothing' } | { kind: 'mine'; through: number } | { kind: 'overdue' }

const NOTHING: After = { kind: 'nothing' }
/** How long a draw may fail, or an opening be missing, before the chain is asked for the deadline. */
const PATIENCE_SECONDS = 30

/** `chainNow` in seconds of chain time. */
export async function stepCommittee(tx: Tx, ctx: JobsCtx, job: Job, chainNow: number): Promise<After> {
  switch (job.stage) {
    case 'committee':
      return stepRound(tx, ctx, job, chainNow)
    case 'unchecked':
      return stepUnchecked(tx, ctx, job, chainNow)
    case 'judged':
      if (chainNow > (job.stageBy ?? Number.MAX_SAFE_INTEGER)) await carrySettle(tx, ctx, job)
      return NOTHING
    default:
      return stepDraw(tx, ctx, job, chainNow)
  }
}

async function stepRound(tx: Tx, ctx: JobsCtx, job: Job, chainNow: number): Promise<After> {
  const { sealBy, revealBy } = job
  if (sealBy === null || revealBy === null) return NOTHING
  const seats = await seatsOf(tx, job)
  const members = roundMembers(job)
  const sealed = new Set((job.sealed ?? []).filter((member) => members.has(member)))
  if (sealed.size < members.size && chainNow <= sealBy) {
    await stepSeals(tx, ctx, job, seats, sealed, chainNow)
    return NOTHING
  }
  if (sealed.size === 0 || chainNow > revealBy) {
    await carrySettle(tx, ctx, job)
    return NOTHING
  }
  await stepOpen(tx, ctx, job, seats, sealed)
  await stepReveals(tx, ctx, job, seats, sealed, chainNow)
  return NOTHING
}

/** Members of the present round: in an enlargement those that were added, in an appeal its own. */
function roundMembers(job: Job): ReadonlySet<Address> {
  const { members, roundFrom } = job
  return new Set((members ?? []).slice(roundFrom === APPEAL_SEAT ? 0 : (roundFrom ?? 0)))
}

/** Nobody checks it: once the customer may not challenge any more, its opening settles it. */
async function stepUnchecked(tx: Tx, ctx: JobsCtx, job: Job, chainNow: number): Promise<After> {
  const challengeBy = job.stageBy ?? Number.MAX_SAFE_INTEGER
  if (chainNow <= challengeBy) return NOTHING
  const opening = await openingOf(tx, job)
  if (opening !== null) await carryReveals(tx, ctx, job, opening, [], true)
  return chainNow > challengeBy + PATIENCE_SECONDS ? { kind: 'overdue' } : NOTHING
}

/** The seed is the hash of a block that must exist first; on the embedded chain nobody else makes it. */
async function stepDraw(tx: Tx, ctx: JobsCtx, job: Job, chainNow: number): Promise<After> {
  const seedBlock = job.seedBlock ?? 0
  const head = await headBlock(tx, ctx)
  if (head < seedBlock) return ctx.embedded ? { kind: 'mine', through: seedBlock } : NOTHING
  await carryDraw(tx, ctx, job)
  return chainNow > (job.stageAt ?? chainNow) + PATIENCE_SECONDS ? { kind: 'overdue' } : NOTHING
}

async function headBlock(tx: Tx, ctx: Pick<JobsCtx, 'deployment'>): Promise<number> {
  const [row] = await tx
    .select({ number: sql<string>`coalesce(max(${blocks.number}), 0)` })
    .from(blocks)
    .where(eq(blocks.deploymentId, ctx.deployment.id))
  return Number(row?.number ?? 0)
}

async function seatsOf(tx: Tx, job: Job): Promise<Lease[]> {
  return tx
    .select()
    .from(leases)
    .where(
      and(
        eq(leases.jobId, job.id),
        eq(leases.attempt, job.attempt),
        eq(leases.role, 'check'),
        gte(leases.seat, job.roundFrom ?? 0),
        inArray(leases.state, [...LIVE_STATES]),
      ),
    )
    .orderBy(asc(leases.seat))
}

/** All seals in one call once everybody sealed; near the deadline those that are there. */
async function stepSeals(
  tx: Tx,
  ctx: JobsCtx,
  job: Job,
  seats: readonly Lease[],
  sealed: ReadonlySet<Address>,
  chainNow: number,
): Promise<void> {
  const given = seats.flatMap((seat) =>
    seat.seal === null || seat.sealSignature === null
      ? []
      : [
          {
            message: { order: job.orderId, attempt: job.attempt, member: seat.node, seal: seat.seal },
            signature: seat.sealSignature,
          },
        ],
  )
  const open = given.filter(({ message }) => !sealed.has(message.member))
  if (open.length === 0) return
  const everybody = [...roundMembers(job)].every(
    (member) => sealed.has(member) || given.some(({ message }) => message.member === member),
  )
  if (everybody || sealsAreDue(job.sealBy ?? 0, chainNow)) await carrySeals(tx, ctx, job, open, everybody)
}

/** Members whose seal is on chain, and deep enough that it stays there, are shown what the others found. */
async function stepOpen(
  tx: Tx,
  ctx: JobsCtx,
  job: Job,
  seats: readonly Lease[],
  sealed: ReadonlySet<Address>,
): Promise<void> {
  const due = seats.filter((seat) => sealed.has(seat.node) && seat.openedAt === null && seat.seal !== null)
  if (due.length === 0) return
  const head = await headBlock(tx, ctx)
  if ((job.lastEventBlock ?? head) + ctx.confirmations - 1 > head) return
  await tx
    .update(leases)
    .set({ openedAt: sql`now()` })
    .where(
      and(
        inArray(
          leases.id,
          due.map(({ id }) => id),
        ),
        isNull(leases.openedAt),
      ),
    )
  await wakeNodes(
    tx,
    due.map(({ node }) => node),
  )
  await transition(tx, job, {
    timeline: [{ kind: 'seatsOpened', data: { members: due.map(({ node }) => node) } }],
  })
}

async function stepReveals(
  tx: Tx,
  ctx: JobsCtx,
  job: Job,
  seats: readonly Lease[],
  sealed: ReadonlySet<Address>,
  chainNow: number,
): Promise<void> {
  const members = roundMembers(job)
  const onChain = new Set((job.revealed ?? []).filter((member) => members.has(member)))
  const given = seats.flatMap((seat) =>
    seat.reveal === null || seat.revealSignature === null || !sealed.has(seat.node)
      ? []
      : [{ message: seat.reveal as RevealMessage, signature: seat.revealSignature as Hex }],
  )
  const plan = toReveal({
    sealed: sealed.size,
    given: given.map(({ message }) => message.member),
    onChain,
    sealBy: job.sealBy ?? 0,
    revealBy: job.revealBy ?? 0,
    chainNow,
  })
  if (plan === 'wait') return
  const opening = await openingOf(tx, job)
  // Without an opening the contract takes reveals only once nobody can open any more.
  if (opening === null && chainNow <= openBy(job.sealBy ?? 0, job.revealBy ?? 0)) return
  const rest = given.filter(({ message }) => !onChain.has(message.member))
  await carryReveals(tx, ctx, job, opening ?? NO_OPENING, rest, plan === 'all')
}

/** What the node that ran reported; null while there is none. */
async function openingOf(tx: Tx, job: Job): Promise<Opening | null> {
  const [run] = await tx
    .select({ opening: leases.opening })
    .from(leases)
    .where(
      and(
        eq(leases.jobId, job.id),
        eq(leases.attempt, job.attempt),
        eq(leases.role, 'run'),
        eq(leases.state, 'finished'),
      ),
    )
  return run?.opening ?? null
}

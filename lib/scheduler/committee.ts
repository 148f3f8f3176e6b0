/** One step of a job whose result is on chain: draw, seals, opening, reveals, settlement. Inside the job's lock. */
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { blocks } from '../db/schema/chain.ts'
import { leases } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type Job, transition } from '../jobs/transition.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import type { RevealMessage } from '../protocol/messages.ts'
import { carryDraw, carryReveals, carrySeals, carrySettle, NO_OPENING } from './carry.ts'
import { type Lease, LIVE_STATES, wakeNodes } from './leases.ts'
import { openBy, sealsAreDue, toReveal } from './rules/committee.ts'

/** What the engine must do outside of the transaction. */
export type After = { kind: 'nothing' } | { kind: 'mine'; through: number }

const NOTHING: After = { kind: 'nothing' }

/** `chainNow` in seconds of chain time. */
export async function stepCommittee(tx: Tx, ctx: JobsCtx, job: Job, chainNow: number): Promise<After> {
  if (job.members === null) return stepDraw(tx, ctx, job)
  const { sealBy, revealBy } = job
  if (sealBy === null || revealBy === null) return NOTHING
  const seats = await seatsOf(tx, job)
  const sealed = new Set(job.sealed ?? [])
  if (sealed.size < job.members.length && chainNow <= sealBy) {
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

/** The seed is the hash of a block that must exist first; on the embedded chain nobody else makes it. */
async function stepDraw(tx: Tx, ctx: JobsCtx, job: Job): Promise<After> {
  const seedBlock = job.seedBlock ?? 0
  const head = await headBlock(tx, ctx)
  if (head < seedBlock) return ctx.embedded ? { kind: 'mine', through: seedBlock } : NOTHING
  await carryDraw(tx, ctx, job)
  return NOTHING
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
  const everybody = (job.members ?? []).every(
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
  const onChain = new Set(job.revealed ?? [])
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
  const opening = run?.opening ?? null
  // Without an opening the contract takes reveals only once nobody can open any more.
  if (opening === null && chainNow <= openBy(job.sealBy ?? 0, job.revealBy ?? 0)) return
  const rest = given.filter(({ message }) => !onChain.has(message.member))
  await carryReveals(tx, ctx, job, opening ?? NO_OPENING, rest, plan === 'all')
}

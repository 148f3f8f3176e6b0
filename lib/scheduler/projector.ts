/** The chain's word about a job turned into leases, in the transaction that applies it: no award without its lease. */
import { and, eq } from 'drizzle-orm'
import type { Projector } from '../chain/indexer/projector.ts'
import type { Tx } from '../db/client.ts'
import { leases } from '../db/schema/dispatch.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type ChainChange, createJobProjector } from '../jobs/projector.ts'
import { REORGANISED } from '../jobs/rules/reasons.ts'
import type { Address } from '../kernel/ids.ts'
import { FINAL_STATES } from '../protocol/jobState.ts'
import { carryResult } from './carry.ts'
import { endLeases, leaseChecks, leaseRun, reviveLeases, revokeLeases, wakeNodes } from './leases.ts'

/** The projector of jobs and their leases. */
export function jobProjector(ctx: Pick<JobsCtx, 'deployment'>): Projector {
  return createJobProjector(ctx.deployment.id, (tx, change) => react(tx, ctx, change))
}

async function react(tx: Tx, ctx: Pick<JobsCtx, 'deployment'>, change: ChainChange): Promise<void> {
  const { before, after, view, events, rewound } = change
  const named = (name: string) => events.filter((event) => event.name === name)
  if (rewound) await takeBack(tx, change)
  if (FINAL_STATES.has(after.state)) {
    await endLeases(tx, after.id, `the job is ${after.state}`)
    return
  }
  if (rewound && FINAL_STATES.has(before.state)) await reviveLeases(tx, after.id)
  if (view.commitment === null && view.node !== null && named('Awarded').length > 0 && !rewound) {
    await revokeLeases(tx, after.id, { role: 'run', exceptAttempt: view.attempt }, 'the attempt was replaced')
    await leaseRun(tx, { ...after, jobId: after.id, attempt: view.attempt }, view.node)
  }
  if (named('HandedBack').length > 0 && !rewound && after.state === 'awarded') {
    await revokeLeases(tx, after.id, { role: 'run' }, 'handed back')
  }
  if (named('Started').length > 0 && after.state === 'running') await carryReported(tx, ctx, change)
  if (!rewound) await followRounds(tx, change)
  if (view.members !== null && named('Sealed').length > 0) await wakeNodes(tx, view.members)
}

/** The end of a round takes its seats from those that did not speak; a draw gives the seats of the next one. */
async function followRounds(tx: Tx, { after, view, events }: ChainChange): Promise<void> {
  for (const { name, args } of events) {
    if (name === 'Enlarged' || name === 'Judged') {
      await revokeLeases(tx, after.id, { role: 'check', unrevealed: true }, 'the round is over')
    } else if (name === 'CommitteeDrawn') {
      const award = { ...after, jobId: after.id, attempt: view.attempt }
      await leaseChecks(tx, award, args.firstSeat, args.members as Address[])
    }
  }
}

/** A reorganisation took events away: leases that stood on them end. */
async function takeBack(tx: Tx, { after, events }: ChainChange): Promise<void> {
  const awards = events.filter((event) => event.name === 'Awarded')
  if (awards.length > 0) {
    const attempts = awards.map((event) => Number((event.args as { attempt: number }).attempt))
    await revokeLeases(tx, after.id, { attempts }, REORGANISED)
  }
  const firstSeats = events.flatMap((event) =>
    event.name === 'ResultSubmitted' ? [0] : event.name === 'CommitteeDrawn' ? [event.args.firstSeat] : [],
  )
  if (firstSeats.length > 0) {
    const fromSeat = Math.min(...firstSeats)
    await revokeLeases(tx, after.id, { role: 'check', fromSeat }, REORGANISED)
  }
}

/** The result came in before the start was on chain: now it may be carried. */
async function carryReported(
  tx: Tx,
  ctx: Pick<JobsCtx, 'deployment'>,
  { after, view }: ChainChange,
): Promise<void> {
  const [run] = await tx
    .select()
    .from(leases)
    .where(
      and(
        eq(leases.jobId, after.id),
        eq(leases.attempt, view.attempt),
        eq(leases.role, 'run'),
        eq(leases.state, 'finished'),
      ),
    )
  if (run?.commitment && run.resultSignature) {
    await carryResult(tx, ctx, after, { ...run, commitment: run.commitment, signature: run.resultSignature })
  }
}

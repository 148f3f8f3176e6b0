/**
 * Brings the chain's word into the jobs, inside the indexer's own transaction: a job's chain columns are always the fold
 * of its surviving events. What follows from a change (leases) is given in as `react`, because it lives in a room above.
 */
import { and, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm'
import { type ChainEvent, eventsOfOrder } from '../chain/events.ts'
import type { Projector } from '../chain/indexer/projector.ts'
import type { Tx } from '../db/client.ts'
import { jobs } from '../db/schema/jobs.ts'
import type { Hex } from '../kernel/ids.ts'
import { FINAL_STATES } from '../protocol/jobState.ts'
import { type ChainView, fold, JOB_EVENT_NAMES } from './rules/fold.ts'
import { isLegalMove } from './rules/states.ts'
import { type Job, type TimelineEntry, transition } from './transition.ts'

/** What changed. `after` is committed with it. */
export interface ChainChange {
  readonly before: Job
  readonly after: Job
  readonly view: ChainView
  readonly events: readonly ChainEvent[]
  readonly rewound: boolean
}

export type React = (tx: Tx, change: ChainChange) => Promise<void>

const NAMES: ReadonlySet<string> = new Set(JOB_EVENT_NAMES)

/** The projector of jobs. `react` runs in the same transaction after each job that changed. */
export function createJobProjector(deploymentId: string, react: React): Projector {
  return {
    async apply(tx, { events }) {
      for (const [orderId, news] of byOrder(events)) {
        const [job, story] = await jobWithStory(tx, deploymentId, orderId)
        // An order that came to the chain past this server: there is no spec to run, its exits are open to anyone.
        if (job === null) continue
        await refold(tx, job, story, news, false, react)
      }
    },
    async undo(tx, { events }) {
      for (const [orderId, removed] of byOrder(events)) {
        const [job, story] = await jobWithStory(tx, deploymentId, orderId)
        if (job !== null) await refold(tx, job, story, removed, true, react)
      }
    },
    async finalize(tx, { throughBlock }) {
      const ripe = await tx
        .select()
        .from(jobs)
        .where(
          and(
            eq(jobs.deploymentId, deploymentId),
            // As the partial index has it; a parameter would hide from the planner that it fits.
            sql`not ${jobs.final}`,
            inArray(jobs.state, [...FINAL_STATES]),
            isNotNull(jobs.lastEventBlock),
            lte(jobs.lastEventBlock, throughBlock),
          ),
        )
        .orderBy(jobs.id)
        .for('update')
      for (const job of ripe) {
        await transition(tx, job, { set: { final: true }, timeline: [{ kind: 'final' }] })
      }
    },
  }
}

async function refold(
  tx: Tx,
  job: Job,
  story: readonly ChainEvent[],
  events: readonly ChainEvent[],
  rewound: boolean,
  react: React,
): Promise<void> {
  const view = fold(story)
  const { state, ...columns } = view
  const lines = rewound
    ? [{ kind: 'rewound', data: { removed: events.map((event) => event.name) } }]
    : events.map(lineOf)
  const [first, ...rest] = lines
  if (first === undefined) return
  // A job that waits for a person or was refused has nothing on chain; events then tell of a carrier that went past us.
  const to = job.state === 'held' || job.state === 'rejected' ? undefined : state
  const after = await transition(tx, job, {
    ...(to === undefined ? {} : { to }),
    set: { ...columns, final: false, waiting: rewound ? job.waiting : null },
    timeline: [first, ...rest],
    // The chain is right even where our own table thought the job had ended (given up at the last moment, say).
    rewound: rewound || (to !== undefined && !isLegalMove(job.state, to)),
  })
  // The row is locked by this transaction since it was read.
  if (after === null) throw new Error(`the row of job ${job.id} changed under its lock`)
  await react(tx, { before: job, after, view, events, rewound })
}

function lineOf(event: ChainEvent): TimelineEntry {
  const { orderData: _bulky, order: _known, ...data } = event.args as Record<string, unknown>
  const { transactionHash, blockHash, blockNumber } = event
  return {
    kind: event.name.charAt(0).toLowerCase() + event.name.slice(1),
    data,
    chain: { transactionHash, blockHash, blockNumber },
  }
}

function byOrder(events: readonly ChainEvent[]): Map<Hex, ChainEvent[]> {
  const groups = new Map<Hex, ChainEvent[]>()
  for (const event of events) {
    if (event.orderId === null || !NAMES.has(event.name)) continue
    groups.set(event.orderId, [...(groups.get(event.orderId) ?? []), event])
  }
  // One order of locking for everybody, so that two transactions never wait for each other.
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The job of an order, locked, and every surviving event of it. */
async function jobWithStory(
  tx: Tx,
  deploymentId: string,
  orderId: Hex,
): Promise<readonly [Job | null, readonly ChainEvent[]]> {
  const [[row], story] = await Promise.all([
    tx
      .select()
      .from(jobs)
      .where(and(eq(jobs.deploymentId, deploymentId), eq(jobs.orderId, orderId)))
      .for('update'),
    eventsOfOrder(tx, deploymentId, orderId),
  ])
  return [row ?? null, story]
}

/** Price and time estimate of a job from live asks and the network's own history (never a guess passed off as one). */
import { and, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { nodeSessions, nodes } from '../db/schema/nodes.ts'
import type { Address } from '../kernel/ids.ts'
import { bpsDown } from '../kernel/money.ts'
import type { EstimateView } from '../protocol/jobRequest.ts'
import { type JobSpec, specHash } from '../protocol/jobSpec.ts'
import { mostPaidSeats } from '../protocol/payFunction.ts'
import { SILENCE_SECONDS } from '../protocol/workerEvents.ts'
import { likeRuns } from './predict.ts'
import { priceInterval, secondsInterval, suggestMaxPrice } from './rules/estimate.ts'

/** Smallest maximum price we suggest: 0.001 oGPU. A bid of nothing is no market. */
const LEAST_SUGGESTION = 10n ** 15n

export interface EstimateParameters {
  readonly members: number
  readonly depositBps: number
  /** Wei a GPU second. */
  readonly floorRate: bigint
}

/** Live nodes (database time) of the class that run the runtime, with what they ask and can import. */
async function offers(db: Db, deploymentId: string, spec: JobSpec, customer: Address | null) {
  const rows = await db
    .select({ owner: nodes.owner, announcement: nodeSessions.announcement })
    .from(nodes)
    .innerJoin(
      nodeSessions,
      and(eq(nodeSessions.node, nodes.node), eq(nodeSessions.deploymentId, nodes.deploymentId)),
    )
    .where(
      and(
        eq(nodes.deploymentId, deploymentId),
        eq(nodes.active, true),
        inArray(nodes.gpuClass, [spec.resources.gpuClass]),
        eq(nodeSessions.draining, false),
        or(isNull(nodeSessions.disconnectedAt), gt(nodeSessions.lastSeenAt, nodeSessions.disconnectedAt)),
        gt(nodeSessions.lastSeenAt, sql`now() - make_interval(secs => ${SILENCE_SECONDS})`),
      ),
    )
  return rows.filter(
    (row) =>
      row.owner !== customer && row.announcement.runtimes.some((runtime) => runtime.name === spec.runtime),
  )
}

/**
 * The estimate shown before anything is signed. Locks follow the contract: maximum price, members x the base that the
 * maximum price implies, and the security deposit (rounded down).
 */
export async function estimateJob(
  db: Db,
  deploymentId: string,
  input: { spec: JobSpec; customer: Address | null; parameters: EstimateParameters },
): Promise<EstimateView> {
  const { spec, parameters } = input
  const [samples, live] = await Promise.all([
    input.customer === null
      ? []
      : likeRuns(db, {
          deploymentId,
          customer: input.customer,
          specHash: specHash(spec),
          runtime: spec.runtime,
          entry: spec.entry,
        }),
    offers(db, deploymentId, spec, input.customer),
  ])
  const seconds = secondsInterval(samples)
  const price = priceInterval(
    live.map((offer) => BigInt(offer.announcement.ask)),
    seconds,
    spec.resources.timeoutSeconds,
  )
  const maxPrice = suggestMaxPrice(price, LEAST_SUGGESTION)
  const floor = parameters.floorRate * BigInt(spec.resources.timeoutSeconds)
  const validation = (maxPrice > floor ? maxPrice : floor) * BigInt(mostPaidSeats(parameters.members))
  const deposit = bpsDown(maxPrice, parameters.depositBps)
  return {
    samples: samples.length,
    nodes: live.length,
    seconds,
    price:
      price === null
        ? null
        : { low: price.low.toString(), expected: price.expected.toString(), high: price.high.toString() },
    suggestedMaxPrice: maxPrice.toString(),
    locks: {
      price: maxPrice.toString(),
      validation: validation.toString(),
      deposit: deposit.toString(),
      total: (maxPrice + validation + deposit).toString(),
    },
  }
}

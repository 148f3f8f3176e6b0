/**
 * One auction for one attempt: ask the eligible nodes in parallel, take the lowest bid, keep every answer with the reason,
 * and queue the one transaction that awards.
 *
 * Bids are asked for outside of any transaction. Two processes that hold the same auction do no harm: the job's revision
 * decides whose outcome counts, and the intent's key is unique.
 */
import { and, eq, inArray, sql } from 'drizzle-orm'
import { queueIntent } from '../chain/intents.ts'
import { parameters } from '../chain/read/market.ts'
import type { Call } from '../chain/write/index.ts'
import { award, replace, submitAndAward } from '../chain/write/index.ts'
import type { Tx } from '../db/client.ts'
import { inTransaction } from '../db/retry.ts'
import { bids, leases } from '../db/schema/dispatch.ts'
import type { BidAnswer, JobsCtx } from '../jobs/ctx.ts'
import { liveNodes } from '../jobs/liveNodes.ts'
import type { LiveNode } from '../jobs/rules/liveNode.ts'
import { REORGANISED } from '../jobs/rules/reasons.ts'
import { isNodeSignature } from '../jobs/signatures.ts'
import { type Job, lockJob, transition } from '../jobs/transition.ts'
import { AWARDING, underWay } from '../jobs/underWay.ts'
import { type Address, type Hex, lower, newId } from '../kernel/ids.ts'
import { formatOgpu } from '../kernel/money.ts'
import { tracePoint } from '../kernel/trace.ts'
import { type Bid, MESSAGE_TYPES, marketDomain, type Order, orderId } from '../protocol/messages.ts'
import { bondFor } from '../protocol/payFunction.ts'
import { orderSchema } from '../protocol/wire.ts'
import { predictSeconds } from './predict.ts'
import { bidProblem, chooseLowest } from './rules/choose.ts'
import { type Field, field, otherOwners, type Wanted } from './rules/eligible.ts'

/** The most attempts a job gets, as the contract counts them: the first award and three replacements. */
export const MOST_ATTEMPTS = 4

export type AuctionOutcome =
  | { kind: 'awarded'; node: Address }
  | { kind: 'nobody'; why: string }
  | { kind: 'stale' }

interface Offer {
  readonly node: Address
  readonly price: bigint
  readonly bid: Bid
  readonly signature: Hex
}

interface Verdict {
  readonly node: Address
  readonly offer: Offer | null
  readonly decision: 'won' | 'passed' | 'declined'
  readonly reason: string
}

/** Holds an auction for the next attempt of the job as it was read, at chain time `now`. */
export async function holdAuction(ctx: JobsCtx, job: Job, now: number): Promise<AuctionOutcome> {
  if (job.spec === null) return { kind: 'nobody', why: 'The data of this job was deleted.' }
  const attempt = job.attempt + 1
  tracePoint(ctx.logger, 'auctionBegan', { jobId: job.id, attempt })
  const order = orderSchema.parse(job.order)
  const [nodes, failed, predictedSeconds, { floorRate }] = await Promise.all([
    liveNodes(ctx.db, ctx.deployment.id),
    failedNodes(ctx, job),
    predictSeconds(ctx.db, job),
    parameters(ctx.chain, ctx.deployment),
  ])
  const wanted: Wanted = {
    customer: job.customer,
    gpuClass: order.gpuClass,
    runtime: job.spec.runtime,
    memoryMiB: job.spec.resources.memoryMiB,
    members: order.members,
    bond: bondFor(order, 0n, floorRate),
    failed,
  }
  const { eligible, passedOver } = field(nodes, wanted)
  if (eligible.length === 0) return { kind: 'nobody', why: whyNobody(passedOver) }

  const answers = await ctx.askBids(
    eligible.map(({ node }) => node),
    {
      orderId: job.orderId,
      order: job.order,
      attempt,
      runtime: job.spec.runtime,
      predictedSeconds,
      memoryMiB: job.spec.resources.memoryMiB,
      diskMiB: job.spec.resources.diskMiB,
    },
  )
  tracePoint(ctx.logger, 'bidsIn', { jobId: job.id, attempt })
  const facts = { job, order, attempt, now, floorRate }
  const judged = eligible.map((node) => judge(facts, node, answers.get(node.node)))
  const winner = await pickWinner(
    ctx,
    job,
    judged,
    (node) => otherOwners(nodes, node, wanted) >= order.members,
  )
  const offers = judged.filter(({ offer }) => offer !== null)
  if (winner === null) {
    const why =
      offers.length > 0
        ? 'Too few other owners are live to check the result.'
        : 'No node offered a bid at this price; trying again.'
    return { kind: 'nobody', why }
  }
  const verdicts = [...judged.map((each) => decide(each, winner)), ...passedOver.map(passed)]
  const call = await awardCall(ctx, job, order, winner, attempt)
  const done = await inTransaction(ctx.db, (tx) => record(tx, ctx, job, attempt, winner, verdicts, call))
  tracePoint(ctx.logger, 'awardQueued', { jobId: job.id, attempt })
  return done ? { kind: 'awarded', node: winner.node } : { kind: 'stale' }
}

/** Nodes that lost, gave back or were refused this job: they do not get it again. */
async function failedNodes(ctx: JobsCtx, job: Job): Promise<Set<Address>> {
  const rows = await ctx.db
    .selectDistinct({ node: leases.node })
    .from(leases)
    .where(
      and(
        eq(leases.jobId, job.id),
        eq(leases.role, 'run'),
        inArray(leases.state, ['lost', 'revoked']),
        sql`${leases.reason} is distinct from ${REORGANISED}`,
      ),
    )
  return new Set(rows.map(({ node }) => node))
}

interface Facts {
  readonly job: Job
  readonly order: Order
  readonly attempt: number
  readonly now: number
  readonly floorRate: bigint
}

function judge(
  { job, order, attempt, now, floorRate }: Facts,
  node: LiveNode,
  answer: BidAnswer | undefined,
): Verdict {
  if (answer === undefined || answer.kind === 'silent')
    return declined(node.node, 'it did not answer in time')
  if (answer.kind === 'decline') return declined(node.node, `it declined: ${answer.reason}`)
  const { bid, signature } = answer
  const expected = { orderId: job.orderId, attempt, node: node.node, order, chainNow: now }
  const problem = bidProblem(bid, expected)
  if (problem !== null) return declined(node.node, problem)
  if (bondFor(order, bid.price, floorRate) > node.freeBond)
    return declined(node.node, 'too little of its bond is free')
  const offer = { node: node.node, price: bid.price, bid, signature }
  return { node: node.node, offer, decision: 'passed', reason: '' }
}

function declined(node: Address, reason: string): Verdict {
  return { node, offer: null, decision: 'declined', reason }
}

/**
 * The lowest offer that its node really signed and that leaves a committee. Signatures are looked at from the lowest bid
 * on, because each costs milliseconds and only the winner's goes on chain; `judged` is told of a forged one.
 */
async function pickWinner(
  ctx: JobsCtx,
  job: Job,
  judged: Verdict[],
  leavesCommittee: (node: Address) => boolean,
): Promise<Offer | null> {
  for (;;) {
    const offers = judged.flatMap(({ offer }) =>
      offer !== null && leavesCommittee(offer.node) ? [offer] : [],
    )
    const lowest = chooseLowest(job.orderId, offers)
    if (lowest === null) return null
    const { node, bid: message, signature } = lowest
    if (await isNodeSignature(ctx, node, { primaryType: 'Bid', message, signature })) return lowest
    const at = judged.findIndex((verdict) => verdict.node === node)
    judged[at] = declined(node, 'the bid is not signed by the node')
  }
}

function decide(verdict: Verdict, winner: Offer): Verdict {
  if (verdict.offer === null) return verdict
  if (verdict.node === winner.node) return { ...verdict, decision: 'won', reason: 'the lowest bid' }
  const reason =
    verdict.offer.price === winner.price
      ? 'the same price; the draw of order and node favoured another'
      : `another bid was lower by ${formatOgpu(verdict.offer.price - winner.price, 6)} oGPU`
  return { ...verdict, reason }
}

function passed({ node, reason }: Field['passedOver'][number]): Verdict {
  return { node, offer: null, decision: 'passed', reason }
}

function whyNobody(passedOver: Field['passedOver']): string {
  if (passedOver.length === 0) return 'No node is live at the moment.'
  const counts = new Map<string, number>()
  for (const { reason } of passedOver) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return `No node can take the job now (${passedOver.length} live; mostly: ${most?.[0] ?? 'unknown'}).`
}

/** The one call that gives the attempt to the winner: with the order, without it, or in place of another node. */
async function awardCall(
  ctx: JobsCtx,
  job: Job,
  order: Order,
  winner: Offer,
  attempt: number,
): Promise<Call & { kind: string }> {
  const domain = marketDomain(ctx.chain.chainId, ctx.deployment.addresses.taskMarket)
  if (lower(orderId(domain, order)) !== job.orderId)
    throw new Error(`the stored order of job ${job.id} is damaged`)
  const auctioneerSignature = await ctx.auctioneer.signTypedData({
    domain,
    types: MESSAGE_TYPES,
    primaryType: 'Bid',
    message: winner.bid,
  })
  const parts = { order, bid: winner.bid, nodeSignature: winner.signature }
  if (attempt > 1) {
    const approver = lower(ctx.auctioneer.address)
    const call = replace(ctx.deployment, { ...parts, approver, approverSignature: auctioneerSignature })
    return { ...call, kind: 'replace' }
  }
  if (job.onChain) return { ...award(ctx.deployment, { ...parts, auctioneerSignature }), kind: 'award' }
  const call = submitAndAward(ctx.deployment, {
    ...parts,
    signature: job.orderSignature,
    auctioneerSignature,
  })
  return { ...call, kind: 'submitAndAward' }
}

/** Writes bids, intent and timeline, if the job still stands where it was read. */
async function record(
  tx: Tx,
  ctx: JobsCtx,
  read: Job,
  attempt: number,
  winner: Offer,
  verdicts: readonly Verdict[],
  call: Call & { kind: string },
): Promise<boolean> {
  const job = await lockJob(tx, read.id)
  if (
    job === null ||
    job.state !== read.state ||
    job.attempt !== read.attempt ||
    job.onChain !== read.onChain
  )
    return false
  const [isUnderWay, [last]] = await Promise.all([
    underWay(tx, job.id, AWARDING),
    tx
      .select({ round: sql<number>`coalesce(max(${bids.round}), 0)::int` })
      .from(bids)
      .where(and(eq(bids.jobId, job.id), eq(bids.attempt, attempt))),
  ])
  if (isUnderWay) return false
  const round = (last?.round ?? 0) + 1
  const { kind, to, data } = call
  const queued = await queueIntent(tx, {
    deploymentId: ctx.deployment.id,
    key: `award:${job.orderId}:${attempt}:${round}`,
    kind,
    orderId: job.orderId,
    jobId: job.id,
    to,
    data,
  })
  if (!queued) return false
  await tx.insert(bids).values(
    verdicts.map(({ node, offer, decision, reason }) => ({
      id: newId('bid'),
      jobId: job.id,
      attempt,
      round,
      node,
      price: offer?.price ?? null,
      rate: offer?.bid.rate ?? null,
      validUntil: offer?.bid.validUntil ?? null,
      signature: offer?.signature ?? null,
      decision,
      reason,
    })),
  )
  const told = {
    attempt,
    round,
    node: winner.node,
    price: winner.price.toString(),
    bids: verdicts.filter((v) => v.offer).length,
  }
  const move = { set: { waiting: null }, timeline: [{ kind: 'auction', data: told }] } as const
  await transition(tx, job, move)
  return true
}

/** From a signed order to a job: everything that can be refused is refused here, before anything is locked. */
import { and, eq } from 'drizzle-orm'
import { contractsOf } from '../chain/contracts.ts'
import { inTransaction } from '../db/retry.ts'
import { jobs } from '../db/schema/jobs.ts'
import { AppError } from '../kernel/errors.ts'
import { type Address, type Hex, lower, newId } from '../kernel/ids.ts'
import { formatOgpu } from '../kernel/money.ts'
import { contentHashes, JOB_LIMITS, type JobSpec } from '../protocol/jobSpec.ts'
import type { JobState } from '../protocol/jobState.ts'
import { marketDomain, type Order, orderId } from '../protocol/messages.ts'
import { toWire } from '../protocol/wire.ts'
import { requireCapacity } from './capacity.ts'
import { chainNow } from './chainNow.ts'
import { checkContent, requireContents } from './checkContent.ts'
import { claimContents, putContent, type SentContent, unpaidBytes } from './contents.ts'
import type { JobsCtx } from './ctx.ts'
import { fromChain } from './fromChain.ts'
import { orderProblem } from './rules/orderProblem.ts'
import { isCustomerSignature } from './signatures.ts'
import { tell } from './transition.ts'

/** Eight of the largest jobs. */
const MOST_UNPAID_BYTES = 8 * JOB_LIMITS.totalBytes

export interface NewJob {
  readonly spec: JobSpec
  readonly order: Order
  readonly signature: Hex
  /** What came along of the spec's contents; the others must be inputs of earlier jobs of this customer. */
  readonly contents: readonly SentContent[]
  /** Who sends it, when known: a signed-in customer may send only his own orders. */
  readonly caller?: Address | null
}

export interface Created {
  readonly jobId: string
  readonly state: JobState
  /** False when this very order was sent before: the same job is named again and nothing happened twice. */
  readonly created: boolean
}

/**
 * Takes an order, and stores what came with it once nothing speaks against that. States: `open` (the auction begins), `held` (a person must
 * approve), `rejected`; in the last two nothing is locked and nothing goes on chain.
 *
 * Throws AppError: price-zero, spec-mismatch, wrong-auctioneer, order-mismatch, deadline-past, not-your-order,
 * bad-signature, content-missing, too-much-kept, missing-module, no-class, no-runtime, too-few-owners, balance-too-low, order-refused,
 * chain-down.
 */
export async function createJob(ctx: JobsCtx, input: NewJob): Promise<Created> {
  const { spec, order, signature, contents: sent } = input
  const domain = marketDomain(ctx.chain.chainId, ctx.deployment.addresses.taskMarket)
  const id = lower(orderId(domain, order))
  if (input.caller && input.caller !== order.customer) {
    throw new AppError('not-your-order', 'The order was signed for another account than the one signed in.', {
      status: 403,
    })
  }
  const known = await jobOf(ctx, id)
  if (known !== null) return { ...known, created: false }
  // Asked side by side, because a customer waits; answered in this order, so that the first thing wrong is what he hears.
  const asked = {
    now: fromChain(() => chainNow(ctx)),
    signature: requireSignature(ctx, order, signature),
    content: requireContents(ctx, spec, { customer: order.customer, sent }).then(() =>
      checkContent(ctx, spec, sent),
    ),
    capacity: requireCapacity(ctx, spec, order),
    funds: requireFunds(ctx, order, signature),
  }
  await Promise.allSettled(Object.values(asked))
  const facts = { auctioneer: lower(ctx.auctioneer.address), chainNow: await asked.now }
  const problem = orderProblem(order, spec, facts)
  if (problem !== null) throw new AppError(problem.code, problem.message, { status: 422 })
  await asked.signature
  const verdict = await asked.content
  await asked.capacity
  const funded = asked.funds.then(
    () => true,
    () => false,
  )
  if (verdict.decision !== 'reject') await asked.funds
  // Strangers without money may hear what the rules say, and leave nothing here.
  if (await funded) await store(ctx, order.customer, sent)

  const state: JobState =
    verdict.decision === 'pass' ? 'open' : verdict.decision === 'hold' ? 'held' : 'rejected'
  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx
      .insert(jobs)
      .values({
        id: newId('job'),
        deploymentId: ctx.deployment.id,
        customer: order.customer,
        title: spec.title,
        state,
        spec,
        runtime: spec.runtime,
        specHash: order.specHash,
        orderId: id,
        order: toWire(order),
        orderSignature: signature,
        verdictHash: verdict.contentHash,
        maxPrice: order.maxPrice,
        waiting: state === 'held' ? 'An admin must look at the script before anything is locked.' : null,
      })
      .onConflictDoNothing({ target: [jobs.deploymentId, jobs.orderId] })
      .returning()
    if (row === undefined) {
      const [there] = await tx
        .select({ jobId: jobs.id, state: jobs.state })
        .from(jobs)
        .where(and(eq(jobs.deploymentId, ctx.deployment.id), eq(jobs.orderId, id)))
      if (there === undefined) throw new Error(`order ${id} is neither new nor known`)
      return { ...there, created: false }
    }
    const vetted = {
      decision: verdict.decision,
      decidedBy: verdict.decidedBy,
      reasons: verdict.reasons.length,
    }
    await Promise.all([
      claimContents(tx, row.id, null, contentHashes(spec)),
      tell(tx, row, null, [{ kind: 'received' }, { kind: 'vetted', data: vetted }]),
    ])
    return { jobId: row.id, state, created: true }
  })
}

/** Keeps the bytes. Throws AppError `too-much-kept` to a customer whose jobs keep too much here without paying for it. */
async function store(ctx: JobsCtx, customer: Address, sent: readonly SentContent[]): Promise<void> {
  const more = sent.reduce((sum, { data }) => sum + data.length, 0)
  if (more > 0 && (await unpaidBytes(ctx.db, customer)) + more > MOST_UNPAID_BYTES) {
    throw new AppError(
      'too-much-kept',
      'Your jobs that wait, were rejected or cancelled keep too many files here. Delete the data of some first.',
      { status: 429 },
    )
  }
  await Promise.all(sent.map(({ sha256, data }) => putContent(ctx.db, data, sha256)))
}

async function jobOf(ctx: JobsCtx, id: Hex): Promise<{ jobId: string; state: JobState } | null> {
  const [row] = await ctx.db
    .select({ jobId: jobs.id, state: jobs.state })
    .from(jobs)
    .where(and(eq(jobs.deploymentId, ctx.deployment.id), eq(jobs.orderId, id)))
  return row ?? null
}

async function requireSignature(ctx: JobsCtx, order: Order, signature: Hex): Promise<void> {
  const signed = { primaryType: 'Order', message: order, signature } as const
  if (!(await isCustomerSignature(ctx, order.customer, signed))) {
    throw new AppError('bad-signature', `The order is not signed by its customer ${order.customer}.`, {
      status: 422,
    })
  }
}

/** Asks the chain what would be locked, whether it is there, and whether the order would be taken at all. */
async function requireFunds(ctx: JobsCtx, order: Order, signature: Hex): Promise<void> {
  const { taskMarket, escrow } = contractsOf(ctx.deployment)
  const { publicClient } = ctx.chain
  const trial = fromChain(() =>
    publicClient.simulateContract({
      ...taskMarket,
      functionName: 'submit',
      args: [order, signature],
      account: ctx.auctioneer.address,
    }),
  )
  // What it says is asked for last: too little money has words of its own.
  trial.catch(() => undefined)
  const [[, , , total], balance] = await Promise.all([
    fromChain(() => publicClient.readContract({ ...taskMarket, functionName: 'budgetOf', args: [order] })),
    fromChain(() =>
      publicClient.readContract({ ...escrow, functionName: 'balanceOf', args: [order.customer] }),
    ),
  ])
  if (balance < total) {
    throw new AppError(
      'balance-too-low',
      `The job locks up to ${formatOgpu(total)} oGPU, but the balance is ${formatOgpu(balance)}. Deposit more or offer less.`,
      { status: 422, details: { needed: total.toString(), balance: balance.toString() } },
    )
  }
  await trial
}

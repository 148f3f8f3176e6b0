/** Ending a job before its result, by its customer. */
import { sql } from 'drizzle-orm'
import { queueIntent } from '../chain/intents.ts'
import { cancel } from '../chain/write/index.ts'
import type { Tx } from '../db/client.ts'
import { inTransaction } from '../db/retry.ts'
import { intents } from '../db/schema/chain.ts'
import { AppError } from '../kernel/errors.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import type { JobState } from '../protocol/jobState.ts'
import { orderSchema } from '../protocol/wire.ts'
import type { JobsCtx } from './ctx.ts'
import { ownJob } from './ownJob.ts'
import { isCustomerSignature } from './signatures.ts'
import { type Job, transition } from './transition.ts'
import { AWARDING, underWay } from './underWay.ts'

export interface CancelRequest {
  readonly jobId: string
  readonly caller: Address
  /** The customer's signed Cancel message; needed once the order is, or is on its way, on chain. */
  readonly signature: Hex | null
}

/**
 * Cancels a job. One that is not on chain ends at once; for any other the signed message is carried, and the job ends when
 * the chain says so. Sending it again while it is on its way changes nothing.
 *
 * Throws AppError `job-not-found`, `too-late-to-cancel` (result or end is there), `signature-needed`, `bad-signature`,
 * `on-its-way` (the order is being put on chain this moment; try again in a second), `chain-down`.
 */
export async function cancelJob(ctx: JobsCtx, request: CancelRequest): Promise<{ state: JobState }> {
  const { signature } = request
  const seen = await inTransaction(ctx.db, (tx) => ownJob(tx, request))
  if (signature !== null && !(await isCancelSigned(ctx, seen, signature))) {
    throw new AppError('bad-signature', 'The cancellation is not signed by the customer of this job.', {
      status: 422,
    })
  }
  return inTransaction(ctx.db, async (tx) => {
    const job = await ownJob(tx, request)
    if (job.state === 'cancelled') return { state: job.state }
    if (job.state === 'held') return endNow(tx, job)
    if (job.state !== 'open' && job.state !== 'awarded' && job.state !== 'running') {
      throw new AppError('too-late-to-cancel', `A job that is ${job.state} cannot be cancelled any more.`, {
        status: 409,
      })
    }
    if (!job.onChain) {
      if (!(await underWay(tx, job.id, AWARDING))) return endNow(tx, job)
      throw new AppError(
        'on-its-way',
        'The order is being put on chain this moment. Try again in a second.',
        {
          status: 409,
        },
      )
    }
    if (signature === null) {
      throw new AppError('signature-needed', 'The job is on chain: sign the cancellation with your wallet.', {
        status: 422,
      })
    }
    if (await underWay(tx, job.id, ['cancel'])) return { state: job.state }
    const [tries] = await tx
      .select({ n: sql<number>`count(*)::int` })
      .from(intents)
      .where(sql`${intents.jobId} = ${job.id} and ${intents.kind} = 'cancel'`)
    await queueIntent(tx, {
      deploymentId: ctx.deployment.id,
      key: `cancel:${job.orderId}:${tries?.n ?? 0}`,
      kind: 'cancel',
      orderId: job.orderId,
      jobId: job.id,
      ...cancel(ctx.deployment, { order: orderSchema.parse(job.order), signature }),
    })
    await transition(tx, job, { timeline: [{ kind: 'cancelRequested' }] })
    return { state: job.state }
  })
}

async function endNow(tx: Tx, job: Job): Promise<{ state: JobState }> {
  const move = { to: 'cancelled' as const, set: { waiting: null, final: true } }
  await transition(tx, job, { ...move, timeline: [{ kind: 'cancelledBeforeChain' }] })
  return { state: 'cancelled' }
}

function isCancelSigned(ctx: JobsCtx, job: Job, signature: Hex): Promise<boolean> {
  const message = { order: job.orderId }
  return isCustomerSignature(ctx, job.customer, { primaryType: 'Cancel', message, signature })
}

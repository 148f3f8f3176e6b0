/** Whether the network, as it is now, could run and check a job. Said before anything is locked. */
import { AppError } from '../kernel/errors.ts'
import type { JobSpec } from '../protocol/jobSpec.ts'
import type { Order } from '../protocol/messages.ts'
import type { JobsCtx } from './ctx.ts'
import { liveNodes } from './liveNodes.ts'

/** Throws AppError `no-class`, `no-runtime` or `too-few-owners` when the live nodes cannot run the job and check it. */
export async function requireCapacity(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  spec: JobSpec,
  order: Order,
): Promise<void> {
  const inClass = (await liveNodes(ctx.db, ctx.deployment.id)).filter(
    (node) => node.gpuClass === order.gpuClass && node.accepts && node.owner !== order.customer,
  )
  if (inClass.length === 0) {
    throw new AppError(
      'no-class',
      `No node of GPU class ${order.gpuClass} is live now. Choose another class.`,
      {
        status: 422,
      },
    )
  }
  const able = inClass.filter((node) => node.sandboxed && node.runtimes.includes(spec.runtime))
  if (able.length === 0) {
    throw new AppError('no-runtime', `No live node of this class can run ${spec.runtime} in a sandbox.`, {
      status: 422,
    })
  }
  // The committee comes from owners other than the one that runs.
  const owners = new Set(able.map((node) => node.owner)).size
  if (owners < order.members + 1) {
    throw new AppError(
      'too-few-owners',
      `One owner runs and ${order.members} others check: ${order.members + 1} are needed, ${owners} are live now.`,
      { status: 422, details: { owners, needed: order.members + 1 } },
    )
  }
}

/** The gateway's questions, answered by the scheduler. */
import type { JobsCtx } from '../jobs/ctx.ts'
import { claimWaiting } from '../scheduler/grants.ts'
import { heartbeat, takeStops, unclaim } from '../scheduler/leases.ts'
import {
  checkRevealed,
  checkSealed,
  handBack,
  runFinished,
  runLogs,
  runStarted,
} from '../scheduler/messages.ts'
import { openable } from '../scheduler/openings.ts'
import type { Duties } from './ports.ts'

export function createDuties(ctx: Omit<JobsCtx, 'askBids'>): Duties {
  return {
    claim: async (nodes) =>
      (await claimWaiting(ctx, nodes)).map(({ node, grant }) => ({ node, message: grant })),
    openings: async (nodes) =>
      (await openable(ctx, nodes)).map(({ node, payload }) => ({ node, message: payload })),
    unclaim: (lease, why) => unclaim(ctx, lease.leaseId, lease.fence, why),
    stops: async (nodes) =>
      (await takeStops(ctx, nodes)).map(({ node, leaseId, reason }) => ({
        node,
        message: { leaseId, reason: reason.slice(0, 200) },
      })),
    renew: (node, held) => heartbeat(ctx, node, held),
    runStarted: (node, message) => runStarted(ctx, node, message),
    runLogs: (node, message) => runLogs(ctx, node, message),
    runFinished: (node, message) => runFinished(ctx, node, message),
    checkSealed: (node, message) => checkSealed(ctx, node, message),
    checkRevealed: (node, message) => checkRevealed(ctx, node, message),
    handBack: (node, message) => handBack(ctx, node, message),
  }
}

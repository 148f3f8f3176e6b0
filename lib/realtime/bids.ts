/** Asking nodes for bids over their live sockets. */
import type { AskBids, BidAnswer } from '../jobs/ctx.ts'
import { type Address, lower } from '../kernel/ids.ts'
import { BID_MILLISECONDS, bidAnswerSchema, GATEWAY_EVENTS } from '../protocol/workerEvents.ts'
import type { WorkerSessions } from './workerSessions.ts'

/** Asks the nodes connected to this process. Answers that do not parse, or name another order or node, count as silence. */
export function createAskBids(sessions: WorkerSessions): AskBids {
  return async (nodes, request) => {
    const answers = await Promise.all(
      [...new Set(nodes.map(lower))].map(async (node): Promise<[Address, BidAnswer]> => {
        const session = sessions.assignable(node)
        if (session === undefined) return [node, { kind: 'silent' }]
        try {
          const raw: unknown = await session.socket
            .timeout(BID_MILLISECONDS)
            .emitWithAck(GATEWAY_EVENTS.bidRequest, request)
          const answer = bidAnswerSchema.parse(raw)
          const aboutThis =
            answer.kind === 'decline' ||
            (answer.bid.order === request.orderId &&
              answer.bid.node === node &&
              answer.bid.attempt === request.attempt)
          return [node, aboutThis ? answer : { kind: 'silent' }]
        } catch {
          return [node, { kind: 'silent' }]
        }
      }),
    )
    return new Map(answers)
  }
}

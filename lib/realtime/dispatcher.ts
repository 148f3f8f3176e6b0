/**
 * Hands leases to the nodes connected to this process. Woken by NOTIFY, by a node that settles, and by a slow safety
 * tick; it never asks whether something changed, it claims what waits. Two processes never claim the same row.
 */
import type { Sql } from 'postgres'
import type { Socket } from 'socket.io'
import { CHANNELS, listen } from '../db/listen.ts'
import { messageOf } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { tracePoint } from '../kernel/trace.ts'
import { GATEWAY_EVENTS, leaseAckSchema } from '../protocol/workerEvents.ts'
import { sendBounded } from './connection.ts'
import type { Duties, For, GrantMessage, Running } from './ports.ts'
import { LIMITS } from './rules/limits.ts'
import type { WorkerSessions } from './workerSessions.ts'

const SAFETY_MILLISECONDS = 2_000
const AGAIN_MILLISECONDS = 10_000

export interface Dispatcher extends Running {
  /** Looks for leases of this node, or of all nodes when null. Returns at once. */
  wake(node: Address | null): void
}

export async function startDispatcher(options: {
  readonly sql: Sql
  readonly logger: Logger
  readonly sessions: WorkerSessions
  readonly duties: Duties
}): Promise<Dispatcher> {
  const { sessions, duties, logger } = options
  let stopped = false

  // Each with a round of its own: a lease that waits is not kept waiting by a look at what else there is to tell.
  const claims = createRounds(async (nodes) => {
    for (const grant of await duties.claim(nodes)) void send(grant)
  })
  const tidings = createRounds(async (nodes) => {
    for (const opening of await duties.openings(nodes)) tell(opening, GATEWAY_EVENTS.checkOpen)
    for (const stop of await duties.stops(nodes)) tell(stop, GATEWAY_EVENTS.leaseStop)
  })

  function wake(node: Address | null): void {
    claims.wake(node)
    tidings.wake(node)
  }

  /** Looks for the nodes it was woken for, one look at a time; what it is woken for meanwhile comes in the next. */
  function createRounds(look: (nodes: readonly Address[]) => Promise<void>) {
    let all = false
    const wanted = new Set<Address>()
    let running: Promise<void> | null = null
    let problem: string | null = null

    async function round(): Promise<void> {
      while (!stopped && (all || wanted.size > 0)) {
        const nodes = all
          ? sessions.assignableNodes()
          : [...wanted].filter((node) => sessions.assignable(node))
        all = false
        wanted.clear()
        if (nodes.length === 0) continue
        try {
          await look(nodes)
          problem = null
        } catch (error) {
          // The safety tick looks again.
          problem = messageOf(error)
          logger.warn({ error: problem }, 'leases could not be handed out')
          return
        }
      }
    }

    function wakeRound(node: Address | null): void {
      if (stopped) return
      if (node === null) all = true
      else wanted.add(node)
      running ??= round().finally(() => {
        running = null
        if (all || wanted.size > 0) wakeRound(null)
      })
    }
    return { wake: wakeRound, problem: () => problem, ended: async () => running }
  }

  async function send({ node, message }: For<GrantMessage>): Promise<void> {
    const lease = { leaseId: message.leaseId, fence: message.fence }
    const session = sessions.assignable(node)
    tracePoint(logger, 'leaseSent', { jobId: message.jobId, role: message.role })
    try {
      if (session === undefined) throw new Error('the node left')
      const answer = leaseAckSchema.parse(
        await session.socket
          .timeout(LIMITS.grantAnswerWithin)
          .emitWithAck(GATEWAY_EVENTS.leaseGrant, message),
      )
      if (answer.kind === 'refused') await duties.unclaim(lease, { refused: true, reason: answer.reason })
    } catch (error) {
      logger.info({ node, ...lease, error: messageOf(error) }, 'a lease was handed out without an answer')
      // Should the node have it after all and say that it runs, then the row is not `granted` any more and stays.
      await duties
        .unclaim(lease, { refused: false, reason: 'the grant was not answered' })
        .catch((again: unknown) => {
          logger.warn({ ...lease, error: messageOf(again) }, 'a lease could not be taken back; it runs out')
        })
    }
  }

  /** What was told over a socket and when; told again over the same one only after a while, at once over a new one. */
  const told = new WeakMap<Socket, Map<string, number>>()

  function tell(news: For<{ leaseId: string }>, event: string): void {
    const session = sessions.assignable(news.node)
    if (session === undefined) return
    const sent = told.get(session.socket) ?? new Map<string, number>()
    told.set(session.socket, sent)
    const now = performance.now()
    for (const [key, at] of sent) if (now - at >= AGAIN_MILLISECONDS) sent.delete(key)
    const key = `${event} ${news.message.leaseId}`
    if (sent.has(key)) return
    sent.set(key, now)
    sendBounded(session.socket, LIMITS.workerBacklogBytes, event, news.message)
  }

  const unlisten = await listen(options.sql, CHANNELS.leases, (payload) =>
    wake(payload === null || payload === '' ? null : (payload as Address)),
  )
  const tick = setInterval(() => wake(null), SAFETY_MILLISECONDS)
  return {
    wake,
    async stop() {
      stopped = true
      clearInterval(tick)
      await unlisten()
      await Promise.all([claims.ended(), tidings.ended()])
    },
    health: () => {
      const problem = claims.problem() ?? tidings.problem()
      return { ok: problem === null, detail: problem ?? `${sessions.size()} nodes connected` }
    },
  }
}

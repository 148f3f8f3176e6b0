/**
 * Nodes' sockets. A connection is challenged, proves a registered node's key once, and from then on speaks for that node
 * until a newer connection of the same node takes over. Everything it says is parsed; what cannot be parsed or comes from
 * a stranger changes nothing.
 */
import { randomBytes } from 'node:crypto'
import type { Namespace, Socket } from 'socket.io'
import { recoverMessageAddress } from 'viem'
import type * as z from 'zod'
import type { Db } from '../db/client.ts'
import { messageOf } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { announce, disconnect, heartbeat, ownerOfNode } from '../nodes/sessions.ts'
import {
  type authenticatedSchema,
  authenticateSchema,
  type Challenge,
  challengeText,
  checkRevealedSchema,
  checkSealedSchema,
  GATEWAY_EVENTS,
  handBackSchema,
  heartbeatSchema,
  type LeaseReply,
  runFinishedSchema,
  runLogSchema,
  runStartedSchema,
  WORKER_EVENTS,
} from '../protocol/workerEvents.ts'
import { allowNodeMessages } from './connection.ts'
import type { Duties } from './ports.ts'
import { createFlapGuard } from './rules/flapping.ts'
import { LIMITS } from './rules/limits.ts'
import type { WorkerSession, WorkerSessions } from './workerSessions.ts'

export interface WorkerNamespaceOptions {
  readonly db: Db
  readonly logger: Logger
  readonly serverId: string
  readonly deployment: { readonly id: string; readonly chainId: number; readonly taskMarket: Address }
  readonly sessions: WorkerSessions
  readonly duties: Duties
  /** A node may be given work from now on. */
  readonly onAssignable: (node: Address) => void
  /** A node came or went. */
  readonly onChange: () => void
  /** Log entries of a lease were stored. */
  readonly onLogs: (leaseId: string) => void
}

type Reply = (answer: unknown) => void
type Refusal = Extract<z.input<typeof authenticatedSchema>, { kind: 'refused' }>

const refusal = (code: string, reason: string): Refusal => ({ kind: 'refused', code, reason })

/** Serves the namespace. Nothing is kept outside `sessions`. */
export function serveWorkers(namespace: Namespace, options: WorkerNamespaceOptions): void {
  const flapping = createFlapGuard()
  namespace.on('connection', (socket) => {
    allowNodeMessages(socket)
    const challenge: Challenge = {
      nonce: randomBytes(24).toString('base64url'),
      chainId: options.deployment.chainId,
      taskMarket: options.deployment.taskMarket,
      deploymentId: options.deployment.id,
    }
    const impatient = setTimeout(() => socket.disconnect(true), LIMITS.authenticateWithin)
    socket.on('disconnect', () => clearTimeout(impatient))
    // `once`: the nonce is used up by the first try, whatever comes of it.
    socket.once(WORKER_EVENTS.authenticate, (raw: unknown, reply: unknown) => {
      clearTimeout(impatient)
      void admit(socket, raw, challenge, options, flapping)
        .catch((error: unknown) => {
          options.logger.warn({ error: messageOf(error) }, 'a node could not be admitted')
          return refusal('try-again', 'the server cannot check this now; connect again in a moment')
        })
        .then((answer) => {
          if (typeof reply === 'function') (reply as Reply)(answer)
          // The answer goes out before the connection ends.
          if (answer.kind === 'refused') setTimeout(() => socket.disconnect(true), 50)
        })
    })
    socket.emit(GATEWAY_EVENTS.challenge, challenge)
  })
}

async function admit(
  socket: Socket,
  raw: unknown,
  challenge: Challenge,
  options: WorkerNamespaceOptions,
  flapping: ReturnType<typeof createFlapGuard>,
): Promise<z.input<typeof authenticatedSchema>> {
  const parsed = authenticateSchema.safeParse(raw)
  if (!parsed.success) return refusal('invalid', problemOf(parsed.error))
  const { node, signature, announcement } = parsed.data
  if (!(await signedBy(node, challenge, signature))) {
    return refusal(
      'wrong-signature',
      'the signature is not this node key over the challenge of this connection',
    )
  }
  const verdict = flapping(node)
  if (!verdict.allowed) {
    return refusal(
      'flapping',
      `this node connected too often; try again in ${Math.ceil(verdict.wait / 1000)} s`,
    )
  }
  const owner = await ownerOfNode(options.db, options.deployment.id, node)
  if (owner === null) return refusal('not-registered', 'the node is not registered on chain, or it has left')

  const key = { deploymentId: options.deployment.id, node, serverId: options.serverId, socketId: socket.id }
  const session: WorkerSession = { node, owner, socket, key, settledAt: performance.now() + verdict.wait }
  await announce(options.db, key, announcement)
  if (!socket.connected) {
    await disconnect(options.db, key)
    return refusal('gone', 'the connection ended')
  }
  const older = options.sessions.take(session)
  if (older !== undefined) supersede(older)
  listenTo(session, options)
  const settle = setTimeout(() => options.onAssignable(node), verdict.wait)
  socket.on('disconnect', () => {
    clearTimeout(settle)
    if (!options.sessions.drop(session)) return
    options.onChange()
    disconnect(options.db, key).catch((error: unknown) => {
      options.logger.debug(
        { error: messageOf(error) },
        'a session could not be closed; its silence will tell',
      )
    })
  })
  options.onChange()
  return { kind: 'welcome', node, owner }
}

async function signedBy(node: Address, challenge: Challenge, signature: `0x${string}`): Promise<boolean> {
  try {
    return lower(await recoverMessageAddress({ message: challengeText(challenge, node), signature })) === node
  } catch {
    return false
  }
}

/** Tells an older connection of the node that it speaks for nobody any more, and ends it. */
export function supersede(session: WorkerSession): void {
  session.socket.emit(GATEWAY_EVENTS.superseded)
  setTimeout(() => session.socket.disconnect(true), 50)
}

function listenTo(session: WorkerSession, options: WorkerNamespaceOptions): void {
  const { socket, node } = session
  const { duties } = options
  let pending = 0
  /** Reports about one lease are handled one after the other, in the order they came. */
  const chains = new Map<string, Promise<void>>()

  function on<Schema extends z.ZodType>(
    event: string,
    schema: Schema,
    handle: (message: z.output<Schema>) => Promise<unknown>,
  ): void {
    socket.on(event, (raw: unknown, reply: unknown) => {
      if (typeof reply !== 'function' || !options.sessions.holds(session)) return
      const parsed = schema.safeParse(raw)
      if (!parsed.success) {
        ;(reply as Reply)({ kind: 'invalid', reason: problemOf(parsed.error) } satisfies LeaseReply)
        return
      }
      if (pending >= LIMITS.pendingPerWorker) {
        socket.disconnect(true)
        return
      }
      pending++
      const lane = laneOf(parsed.data)
      const work = (chains.get(lane) ?? Promise.resolve()).then(async () => {
        try {
          ;(reply as Reply)(await handle(parsed.data))
        } catch (error) {
          // Unanswered: the worker repeats it, and a repeat is harmless.
          options.logger.warn(
            { node, event, error: messageOf(error) },
            'a message of a node could not be handled',
          )
        } finally {
          pending--
          if (chains.get(lane) === work) chains.delete(lane)
        }
      })
      chains.set(lane, work)
    })
  }

  on(WORKER_EVENTS.heartbeat, heartbeatSchema, async (beat) => {
    if (!(await heartbeat(options.db, session.key, beat))) {
      supersede(session)
      return { stop: beat.leases.map(({ leaseId }) => leaseId) }
    }
    return { stop: await duties.renew(node, beat.leases) }
  })
  on(WORKER_EVENTS.runStarted, runStartedSchema, (message) => duties.runStarted(node, message))
  on(WORKER_EVENTS.runLog, runLogSchema, async (message) => {
    const reply = await duties.runLogs(node, message)
    if (reply.kind === 'ok') options.onLogs(message.leaseId)
    return reply
  })
  on(WORKER_EVENTS.runFinished, runFinishedSchema, (message) => duties.runFinished(node, message))
  on(WORKER_EVENTS.checkSealed, checkSealedSchema, (message) => duties.checkSealed(node, message))
  on(WORKER_EVENTS.checkRevealed, checkRevealedSchema, (message) => duties.checkRevealed(node, message))
  on(WORKER_EVENTS.handBack, handBackSchema, (message) => duties.handBack(node, message))
}

function laneOf(message: unknown): string {
  const { leaseId } = message as { leaseId?: unknown }
  return typeof leaseId === 'string' ? leaseId : ''
}

/** The first thing a schema did not like, short. */
export function problemOf(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined
    ? 'not readable'
    : `${issue.path.join('.') || 'message'}: ${issue.message}`.slice(0, 300)
}

/**
 * The node's connection to the network: proves its key, beats, comes back after every loss with jitter, and hands on what
 * the gateway says, parsed. It holds no state of leases: whoever wants to be heard for certain uses `deliver`.
 */
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import type { PrivateKeyAccount } from 'viem/accounts'
import type * as z from 'zod'
import { messageOf } from '#lib/kernel/errors.ts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import type { Logger } from '#lib/kernel/logger.ts'
import {
  type Announcement,
  authenticatedSchema,
  type bidAnswerSchema,
  bidRequestSchema,
  type Challenge,
  challengeSchema,
  challengeText,
  checkOpenSchema,
  GATEWAY_EVENTS,
  HEARTBEAT_SECONDS,
  heartbeatAckSchema,
  type LeaseReply,
  type leaseAckSchema,
  leaseGrantSchema,
  leaseReplySchema,
  leaseStopSchema,
  WORKER_EVENTS,
} from '#lib/protocol/workerEvents.ts'
import { abortable } from './abortable.ts'

export type BidRequest = z.output<typeof bidRequestSchema>
export type BidAnswer = z.input<typeof bidAnswerSchema>
export type LeaseGrant = z.output<typeof leaseGrantSchema>
export type LeaseAck = z.input<typeof leaseAckSchema>
export type CheckOpen = z.output<typeof checkOpenSchema>
export type Heartbeat = { leases: { leaseId: string; fence: number }[]; load: number; draining: boolean }

/** What the rest of the worker does about the gateway's messages. */
export interface ConnectionHandlers {
  announcement(): Announcement
  heartbeat(): Heartbeat
  onBidRequest(request: BidRequest): Promise<BidAnswer>
  onGrant(grant: LeaseGrant): Promise<LeaseAck>
  onOpen(opening: CheckOpen): void
  onStop(leaseId: string, reason: string): void
}

const ANSWER_MILLISECONDS = 10_000
const RETRY_LEAST = 500
const RETRY_MOST = 8_000
/** Connections of another process with the same key: so many in a minute and this one gives up. */
const SUPERSEDED_MOST = 3

type WorkerEvent = Exclude<keyof typeof WORKER_EVENTS, 'authenticate' | 'heartbeat'>

export class NodeConnection {
  private readonly socket: Socket
  private readonly account: PrivateKeyAccount
  private readonly node: Address
  private readonly handlers: ConnectionHandlers
  private readonly logger: Logger
  private readonly news = new EventEmitter<{ welcome: [Challenge]; gaveUp: [string] }>()
  private readonly supersededAt: number[] = []
  private challenge: Challenge | null = null
  private admitted = false
  private closed = false
  private refusals = 0
  private beat: NodeJS.Timeout | null = null
  private again: NodeJS.Timeout | null = null

  constructor(url: string, account: PrivateKeyAccount, handlers: ConnectionHandlers, logger: Logger) {
    this.account = account
    this.node = lower(account.address)
    this.handlers = handlers
    this.logger = logger
    this.news.setMaxListeners(0)
    this.socket = io(`${url}/worker`, {
      transports: ['websocket'],
      reconnectionDelay: RETRY_LEAST,
      reconnectionDelayMax: RETRY_MOST,
      randomizationFactor: 0.5,
      autoConnect: false,
    })
    this.listen()
  }

  open(): void {
    this.socket.connect()
  }

  close(): void {
    this.closed = true
    this.lose()
    if (this.again !== null) clearTimeout(this.again)
    this.socket.disconnect()
  }

  /** Whether the gateway knows us now. */
  get isAdmitted(): boolean {
    return this.admitted
  }

  /** The network's chain and contract, once known; waits for the first admission. */
  async network(): Promise<Challenge> {
    if (this.challenge !== null && this.admitted) return this.challenge
    const [challenge] = (await once(this.news, 'welcome')) as [Challenge]
    return challenge
  }

  /** Resolves with a reason when this process must not go on with this key. */
  async untilGivenUp(): Promise<string> {
    const [reason] = (await once(this.news, 'gaveUp')) as [string]
    return reason
  }

  /**
   * Says something about a lease until the gateway has answered it, over as many connections as it takes. An answer that
   * did not reach us is a repeat, and a repeat changes nothing. Throws when `signal` aborts.
   */
  async deliver(event: WorkerEvent, message: object, signal: AbortSignal): Promise<LeaseReply> {
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted()
      if (!this.admitted) await abortable(this.network(), signal)
      try {
        const sent = this.socket.timeout(ANSWER_MILLISECONDS).emitWithAck(WORKER_EVENTS[event], message)
        const raw: unknown = await abortable(sent, signal)
        return leaseReplySchema.parse(raw)
      } catch (error) {
        this.logger.debug({ event, tries, error: messageOf(error) }, 'not answered; said again')
        await pause(jittered(Math.min(RETRY_MOST, 200 * 2 ** tries)), undefined, { signal })
      }
    }
  }

  private listen(): void {
    const { socket } = this
    socket.on(GATEWAY_EVENTS.challenge, (raw: unknown) => {
      this.prove(raw).catch((error: unknown) => {
        this.logger.warn({ error: messageOf(error) }, 'not admitted')
        socket.disconnect()
        this.comeBack()
      })
    })
    socket.on('disconnect', (reason) => {
      const was = this.admitted
      this.lose()
      if (was) this.logger.info({ reason }, 'connection lost')
      // socket.io comes back by itself unless an end closed the connection on purpose.
      if (reason === 'io server disconnect') this.comeBack()
    })
    socket.on('connect_error', (error) => this.logger.debug({ error: messageOf(error) }, 'no connection yet'))
    socket.on(GATEWAY_EVENTS.superseded, () => this.superseded())
    socket.on(GATEWAY_EVENTS.bidRequest, (raw: unknown, reply: unknown) => {
      const request = bidRequestSchema.safeParse(raw)
      if (!request.success || typeof reply !== 'function') return
      this.handlers
        .onBidRequest(request.data)
        .then((answer) => reply(answer))
        .catch((error: unknown) => this.logger.warn({ error: messageOf(error) }, 'a bid could not be made'))
    })
    socket.on(GATEWAY_EVENTS.leaseGrant, (raw: unknown, reply: unknown) => {
      if (typeof reply !== 'function') return
      const grant = leaseGrantSchema.safeParse(withBytes(raw))
      if (!grant.success) {
        reply({
          kind: 'refused',
          reason: `not readable: ${grant.error.issues[0]?.message ?? ''}`.slice(0, 500),
        } satisfies LeaseAck)
        return
      }
      this.handlers
        .onGrant(grant.data)
        .then((answer) => reply(answer))
        .catch((error: unknown) =>
          reply({ kind: 'refused', reason: messageOf(error).slice(0, 500) } satisfies LeaseAck),
        )
    })
    socket.on(GATEWAY_EVENTS.checkOpen, (raw: unknown) => {
      const opening = checkOpenSchema.safeParse(raw)
      if (opening.success) this.handlers.onOpen(opening.data)
      else this.logger.warn({ problem: opening.error.issues[0]?.message }, 'an opening was not readable')
    })
    socket.on(GATEWAY_EVENTS.leaseStop, (raw: unknown) => {
      const stop = leaseStopSchema.safeParse(raw)
      if (stop.success) this.handlers.onStop(stop.data.leaseId, stop.data.reason)
    })
  }

  private async prove(raw: unknown): Promise<void> {
    const challenge = challengeSchema.parse(raw)
    const signature = await this.account.signMessage({ message: challengeText(challenge, this.node) })
    const announcement = this.handlers.announcement()
    const answer = authenticatedSchema.parse(
      await this.socket
        .timeout(ANSWER_MILLISECONDS)
        .emitWithAck(WORKER_EVENTS.authenticate, { node: this.node, signature, announcement }),
    )
    if (answer.kind === 'refused') throw new Error(`${answer.code}: ${answer.reason}`)
    this.refusals = 0
    this.challenge = challenge
    this.admitted = true
    this.logger.info(
      { node: this.node, owner: answer.owner, chainId: challenge.chainId },
      'admitted to the network',
    )
    this.beat = setInterval(() => void this.sendHeartbeat(), HEARTBEAT_SECONDS * 1000)
    void this.sendHeartbeat()
    this.news.emit('welcome', challenge)
  }

  private async sendHeartbeat(): Promise<void> {
    try {
      const raw: unknown = await this.socket
        .timeout(HEARTBEAT_SECONDS * 2000)
        .emitWithAck(WORKER_EVENTS.heartbeat, this.handlers.heartbeat())
      for (const leaseId of heartbeatAckSchema.parse(raw).stop)
        this.handlers.onStop(leaseId, 'the network has no such lease')
    } catch (error) {
      this.logger.debug({ error: messageOf(error) }, 'a heartbeat was not answered')
    }
  }

  private lose(): void {
    this.admitted = false
    if (this.beat !== null) clearInterval(this.beat)
    this.beat = null
  }

  private comeBack(): void {
    if (this.closed || this.again !== null) return
    const wait = jittered(Math.min(RETRY_MOST, RETRY_LEAST * 2 ** this.refusals++))
    this.again = setTimeout(() => {
      this.again = null
      if (!this.closed) this.socket.connect()
    }, wait)
  }

  private superseded(): void {
    const now = Date.now()
    this.supersededAt.push(now)
    const recent = this.supersededAt.filter((at) => now - at < 60_000)
    this.logger.warn('another connection with this node key took over')
    if (recent.length >= SUPERSEDED_MOST) {
      this.close()
      this.news.emit('gaveUp', 'another process runs with the same node key')
    }
  }
}

/** Half to one and a half of the time, so that many nodes do not come back at once. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random())
}

/** Socket.IO hands binary attachments over as Buffers or ArrayBuffers; the schema wants bytes. */
function withBytes(raw: unknown): unknown {
  if (raw === null || typeof raw !== 'object' || !('inline' in raw) || !Array.isArray(raw.inline)) return raw
  const inline = raw.inline.map((item: unknown) =>
    item !== null && typeof item === 'object' && 'data' in item && item.data instanceof ArrayBuffer
      ? { ...item, data: new Uint8Array(item.data) }
      : item,
  )
  return { ...raw, inline }
}

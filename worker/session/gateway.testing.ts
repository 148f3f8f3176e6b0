/**
 * The other side of the wire for the worker's tests: a Socket.IO and HTTP server that follows the protocol's schemas and
 * records what the node says. The network's own gateway is tested elsewhere.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { recoverMessageAddress } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type * as z from 'zod'
import { type Address, type Hex, lower } from '#lib/kernel/ids.ts'
import { chainComparison } from '#lib/protocol/comparators/parse.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import { type JobSpec, specHash } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, marketDomain, type Order, orderId } from '#lib/protocol/messages.ts'
import { toWire } from '#lib/protocol/wire.ts'
import {
  authenticateSchema,
  bidAnswerSchema,
  type Challenge,
  challengeText,
  checkRevealedSchema,
  checkSealedSchema,
  GATEWAY_EVENTS,
  handBackSchema,
  heartbeatSchema,
  type LeaseReply,
  leaseAckSchema,
  type leaseGrantSchema,
  runFinishedSchema,
  runLogSchema,
  runStartedSchema,
  WORKER_EVENTS,
} from '#lib/protocol/workerEvents.ts'

export const CHAIN_ID = 31337
export const MARKET: Address = '0x00000000000000000000000000000000000000aa'
export const DOMAIN = marketDomain(CHAIN_ID, MARKET)

const SCHEMAS = {
  [WORKER_EVENTS.runStarted]: runStartedSchema,
  [WORKER_EVENTS.runLog]: runLogSchema,
  [WORKER_EVENTS.runFinished]: runFinishedSchema,
  [WORKER_EVENTS.checkSealed]: checkSealedSchema,
  [WORKER_EVENTS.checkRevealed]: checkRevealedSchema,
  [WORKER_EVENTS.handBack]: handBackSchema,
}
type ReportEvent = keyof typeof SCHEMAS

export interface Said {
  readonly event: ReportEvent
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every kind
  readonly message: any
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

export class TestGateway {
  readonly said: Said[] = []
  readonly artifacts = new Map<string, Buffer>()
  readonly contents = new Map<string, Buffer>()
  readonly beats: z.output<typeof heartbeatSchema>[] = []
  announcement: z.output<typeof authenticateSchema>['announcement'] | null = null
  /** What a message is answered with; null stays silent. */
  answer: (event: ReportEvent, message: unknown) => LeaseReply | null = () => ({ kind: 'ok' })
  stopNext: string[] = []
  admissions = 0
  node: Socket | null = null
  private readonly customer: PrivateKeyAccount = privateKeyToAccount(generatePrivateKey())
  private http: HttpServer | null = null
  private io: Server | null = null
  private port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const http = createServer((request, response) => this.serve(request, response))
    const io = new Server(http, { destroyUpgrade: false })
    io.of('/worker').on('connection', (socket) => this.welcome(socket))
    await new Promise<void>((resolve) => http.listen(this.port, '127.0.0.1', resolve))
    this.port = (http.address() as AddressInfo).port
    this.http = http
    this.io = io
  }

  /** Ends as a crash would: no word to anybody. */
  async stop(): Promise<void> {
    this.node = null
    for (const socket of this.io?.of('/worker').sockets.values() ?? []) socket.conn.close(true)
    await this.io?.close()
    this.http?.closeAllConnections()
  }

  private welcome(socket: Socket): void {
    const challenge: Challenge = {
      nonce: randomBytes(24).toString('base64url'),
      chainId: CHAIN_ID,
      taskMarket: MARKET,
      deploymentId: 'test',
    }
    socket.on(WORKER_EVENTS.authenticate, async (raw: unknown, reply: (answer: unknown) => void) => {
      const { node, signature, announcement } = authenticateSchema.parse(raw)
      const signer = await recoverMessageAddress({ message: challengeText(challenge, node), signature })
      if (lower(signer) !== node) return reply({ kind: 'refused', code: 'wrong-signature', reason: 'wrong' })
      this.announcement = announcement
      this.node = socket
      this.admissions++
      reply({ kind: 'welcome', node, owner: '0x00000000000000000000000000000000000000bb' })
    })
    socket.on(WORKER_EVENTS.heartbeat, (raw: unknown, reply: (answer: unknown) => void) => {
      this.beats.push(heartbeatSchema.parse(raw))
      reply({ stop: this.stopNext.splice(0) })
    })
    for (const [event, schema] of Object.entries(SCHEMAS) as [ReportEvent, z.ZodType][]) {
      socket.on(event, (raw: unknown, reply: (answer: unknown) => void) => {
        const message = schema.parse(raw)
        this.said.push({ event, message })
        const answer = this.answer(event, message)
        if (answer !== null) reply(answer)
      })
    }
    socket.emit(GATEWAY_EVENTS.challenge, challenge)
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const [, folder, hash = ''] =
      /^\/api\/leases\/[^/]+\/(contents|artifacts)\/([0-9a-f]{64})$/.exec(request.url ?? '') ?? []
    if (!request.headers.authorization?.startsWith('Bearer ')) return void response.writeHead(401).end()
    if (folder === 'contents') {
      const content = this.contents.get(hash) ?? this.artifacts.get(hash)
      return void (content === undefined
        ? response.writeHead(503).end()
        : response.writeHead(200).end(content))
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      if (sha256(body) !== hash) return void response.writeHead(422).end()
      this.artifacts.set(hash, body)
      response.writeHead(201).end('{}')
    })
  }

  /** An order signed by a customer, with its grant. Files are text by path. */
  async grantFor(
    files: Record<string, string>,
    options: {
      runtime?: 'python' | 'node'
      role?: 'run' | 'check'
      comparator?: Comparator
      stdin?: string
      args?: string[]
      timeout?: number
      memoryMiB?: number
    } = {},
  ): Promise<z.input<typeof leaseGrantSchema>> {
    const entries = Object.entries(files)
    const timeout = options.timeout ?? 20
    const spec: JobSpec = {
      version: 1,
      title: 'test',
      runtime: options.runtime ?? 'python',
      entry: entries[0]?.[0] ?? '',
      files: entries.map(([path, text]) => ({ path, sha256: sha256(text), bytes: Buffer.byteLength(text) })),
      args: options.args ?? [],
      stdin:
        options.stdin === undefined
          ? null
          : { sha256: sha256(options.stdin), bytes: Buffer.byteLength(options.stdin) },
      comparator: options.comparator ?? { method: 'exact', on: { kind: 'stdout' } },
      resources: {
        gpuClass: 0,
        memoryMiB: options.memoryMiB ?? 512,
        diskMiB: 64,
        processes: 16,
        timeoutSeconds: timeout,
      },
    }
    const order: Order = {
      customer: lower(this.customer.address),
      auctioneer: '0x00000000000000000000000000000000000000cc',
      specHash: specHash(spec),
      maxPrice: 10n ** 18n,
      gpuClass: 0,
      validation: 1,
      comparison: chainComparison(spec.comparator),
      members: 3,
      timeout,
      softSeconds: 60,
      hardSeconds: 120,
      floorBps: 5000,
      submitBy: BigInt(Math.floor(Date.now() / 1000) + 60),
      nonce: BigInt(`0x${randomBytes(16).toString('hex')}`),
    }
    const orderSignature = await this.customer.signTypedData({
      domain: DOMAIN,
      types: MESSAGE_TYPES,
      primaryType: 'Order',
      message: order,
    })
    const texts = [...Object.values(files), ...(options.stdin === undefined ? [] : [options.stdin])]
    return {
      leaseId: `lea_${randomBytes(10).toString('hex')}`,
      fence: 1,
      token: randomBytes(20).toString('base64url'),
      role: options.role ?? 'run',
      jobId: 'job_1',
      orderId: orderId(DOMAIN, order),
      attempt: 1,
      order: toWire(order),
      orderSignature,
      spec,
      inline: texts.map((text) => ({ sha256: sha256(text), data: new Uint8Array(Buffer.from(text)) })),
    }
  }

  private get socket(): Socket {
    if (this.node === null) throw new Error('no node is connected')
    return this.node
  }

  async give(grant: z.input<typeof leaseGrantSchema>): Promise<z.output<typeof leaseAckSchema>> {
    return leaseAckSchema.parse(await this.socket.timeout(5000).emitWithAck(GATEWAY_EVENTS.leaseGrant, grant))
  }

  async askBid(
    grant: z.input<typeof leaseGrantSchema>,
    predictedSeconds: number | null,
  ): Promise<z.output<typeof bidAnswerSchema>> {
    const { orderId: id, order, attempt, spec } = grant
    const request = {
      orderId: id,
      order,
      attempt,
      runtime: spec.runtime,
      predictedSeconds,
      memoryMiB: spec.resources.memoryMiB,
      diskMiB: spec.resources.diskMiB,
    }
    return bidAnswerSchema.parse(
      await this.socket.timeout(2000).emitWithAck(GATEWAY_EVENTS.bidRequest, request),
    )
  }

  show(opening: unknown): void {
    this.socket.emit(GATEWAY_EVENTS.checkOpen, opening)
  }

  /** The messages of one kind so far. */
  // biome-ignore lint/suspicious/noExplicitAny: see Said
  of(event: ReportEvent): any[] {
    return this.said.filter((said) => said.event === event).map((said) => said.message)
  }

  /** Waits until something holds; throws with what was said when it does not in time. */
  async until(condition: () => boolean, milliseconds = 30_000): Promise<void> {
    const end = Date.now() + milliseconds
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`not in time; said so far: ${JSON.stringify(this.said.map(({ event }) => event))}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Signs an order's digest with a stranger's key. */
  async strangersSignature(order: Order): Promise<Hex> {
    const stranger = privateKeyToAccount(generatePrivateKey())
    return stranger.signTypedData({
      domain: DOMAIN,
      types: MESSAGE_TYPES,
      primaryType: 'Order',
      message: order,
    })
  }
}

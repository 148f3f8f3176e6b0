import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSession } from '#lib/auth/sessions.ts'
import type { Deployment } from '#lib/chain/deployment.ts'
import { type Database, openDatabase } from '#lib/db/client.ts'
import { leases, logEntries } from '#lib/db/schema/dispatch.ts'
import { jobs } from '#lib/db/schema/jobs.ts'
import { nodeSessions, nodes } from '#lib/db/schema/nodes.ts'
import { publish } from '#lib/jobs/outbox.ts'
import { type Address, newId } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { DASHBOARD_EVENTS, type LogEntry } from '#lib/protocol/dashboardEvents.ts'
import { challengeText, GATEWAY_EVENTS, WORKER_EVENTS } from '#lib/protocol/workerEvents.ts'
import { attachGateway, type Gateway } from '#lib/realtime/gateway.ts'
import type { Duties, GrantMessage } from '#lib/realtime/ports.ts'
import { LIMITS } from '#lib/realtime/rules/limits.ts'
import {
  authenticate,
  connectNode,
  type NodeKey,
  newNodeKey,
  openSocket,
  until,
} from '#tests/support/nodeClient.ts'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'

const fill = (byte: string, bytes: number) => `0x${byte.repeat(bytes)}` as const
const OWNER: Address = fill('0a', 20)
const CUSTOMER: Address = fill('0c', 20)
const STRANGER: Address = fill('0d', 20)
const deployment: Deployment = {
  id: fill('dd', 32),
  chainId: 31337,
  blockNumber: 0n,
  codeHash: fill('01', 32),
  addresses: {
    ogpu: fill('a1', 20),
    nodeRegistry: fill('a2', 20),
    escrow: fill('a3', 20),
    taskMarket: fill('a4', 20),
    vesting: fill('b1', 20),
    merkleAirdrop: fill('b2', 20),
    providerEmission: fill('b3', 20),
    taxRouter: fill('b4', 20),
    stakingPool: fill('b9', 20),
    streamPayments: fill('ba', 20),
    timelock: fill('bb', 20),
    governor: fill('bc', 20),
    exchangeFactory: fill('b5', 20),
    exchangeRouter: fill('b6', 20),
    weth: fill('b7', 20),
    pair: fill('b8', 20),
  },
  treasury: fill('a5', 20),
}

/** The gateway's neighbours to the left, reduced to what it asked of them. */
function recorder() {
  const asked: string[] = []
  const waiting: { node: Address; message: GrantMessage }[] = []
  const note = (event: string) => async (node: Address) => {
    asked.push(`${event} ${node}`)
    return { kind: 'ok' } as const
  }
  const duties: Duties = {
    claim: async (for_) => {
      const mine = waiting.filter(({ node }) => for_.includes(node))
      for (const grant of mine) waiting.splice(waiting.indexOf(grant), 1)
      return mine
    },
    openings: async () => [],
    unclaim: async () => undefined,
    stops: async () => [],
    renew: async () => [],
    runStarted: note('runStarted'),
    runLogs: note('runLogs'),
    runFinished: note('runFinished'),
    checkSealed: note('checkSealed'),
    checkRevealed: note('checkRevealed'),
    handBack: note('handBack'),
  }
  return { duties, asked, waiting }
}

describe('the gateway', () => {
  let database: TestDatabase
  let open: Database
  let http: Server
  let url: string
  let gateway: Gateway
  let record: ReturnType<typeof recorder>
  const sockets: Socket[] = []

  beforeAll(async () => {
    database = await startPostgres()
    open = openDatabase(database.url)
  })
  afterAll(async () => {
    await open.close()
    await database.stop()
  })
  beforeEach(async () => {
    record = recorder()
    http = createServer((_request, response) => response.end('site'))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    url = `http://127.0.0.1:${port}`
    gateway = await attachGateway(http, {
      db: open.db,
      sql: open.sql,
      databaseUrl: database.url,
      logger: createLogger('test', 'silent'),
      deployment,
      site: { publicUrl: null, port: () => port },
      isAdmin: () => false,
      duties: record.duties,
    })
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect()
    await gateway.stop()
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })

  async function registered(): Promise<NodeKey> {
    const key = newNodeKey()
    await open.db.insert(nodes).values({
      deploymentId: deployment.id,
      node: key.address,
      owner: OWNER,
      gpuClass: 0,
      ask: 1n,
      bond: 10n,
      lockedBond: 0n,
      active: true,
      registeredAt: 1,
    })
    return key
  }
  async function connected(key: NodeKey): Promise<Socket> {
    const socket = await connectNode(url, key)
    sockets.push(socket)
    return socket
  }
  async function opened() {
    const both = await openSocket(url)
    sockets.push(both.socket)
    return both
  }

  describe('nodes', () => {
    it('are welcome with their own key over the challenge of their own connection', async () => {
      const key = await registered()
      await connected(key)
      expect(gateway.connectedNodes()).toEqual([key.address])
      const [session] = await open.db.select().from(nodeSessions)
      expect(session).toMatchObject({ node: key.address, serverId: gateway.serverId, disconnectedAt: null })
    })

    it('[case 60] cannot use the signature of another session, nor try twice on one challenge', async () => {
      const key = await registered()
      const first = await opened()
      const signature = await key.account.signMessage({
        message: challengeText(first.challenge, key.address),
      })
      expect(await authenticate(first, key, signature)).toMatchObject({ kind: 'welcome' })
      const second = await opened()
      expect(await authenticate(second, key, signature)).toMatchObject({
        kind: 'refused',
        code: 'wrong-signature',
      })
      await expect(authenticate(second, key)).rejects.toThrow()
      await until(() => second.socket.disconnected)
      expect(gateway.connectedNodes()).toEqual([key.address])
    })

    it('are refused when the registry does not know them, and when somebody else signs for them', async () => {
      const stranger = newNodeKey()
      expect(await authenticate(await opened(), stranger)).toMatchObject({ code: 'not-registered' })
      const key = await registered()
      const { challenge, socket } = await opened()
      const forged = await stranger.account.signMessage({ message: challengeText(challenge, key.address) })
      expect(await authenticate({ challenge, socket }, key, forged)).toMatchObject({
        code: 'wrong-signature',
      })
    })

    it('have one live session: the newer speaks for the node, the older is told and changes nothing more', async () => {
      const key = await registered()
      const older = await connected(key)
      let told = false
      older.on(GATEWAY_EVENTS.superseded, () => {
        told = true
      })
      await connected(key)
      await until(() => told && older.disconnected)
      const session = (await open.db.select().from(nodeSessions)).find(({ node }) => node === key.address)
      expect(session).toMatchObject({ disconnectedAt: null })
      expect(gateway.connectedNodes()).toEqual([key.address])
    })

    it('[case 82] that connect again and again are refused, and get no work before they stayed for a while', async () => {
      const key = await registered()
      const verdicts: string[] = []
      for (let i = 0; i < 20; i++) {
        const both = await opened()
        const answer = await authenticate(both, key)
        verdicts.push(answer.kind === 'refused' ? answer.code : answer.kind)
        both.socket.disconnect()
      }
      expect(verdicts.filter((verdict) => verdict === 'welcome')).toHaveLength(12)
      expect(verdicts.slice(12)).toEqual(Array(8).fill('flapping'))

      const shaky = await registered()
      for (let i = 0; i < 3; i++) (await connected(shaky)).disconnect()
      const socket = await connected(shaky)
      let grants = 0
      socket.on(GATEWAY_EVENTS.leaseGrant, (_grant, reply) => {
        grants++
        reply({ kind: 'accepted' })
      })
      record.waiting.push({ node: shaky.address, message: { leaseId: 'lease', fence: 1 } as GrantMessage })
      await open.sql.notify('opengpu_leases', shaky.address)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(grants).toBe(0)
      await until(() => grants === 1, 3_000)
    })

    it('are asked for bids, and whoever is slow, unknown or answers nonsense is silent', async () => {
      const [good, slow, odd, absent] = await Promise.all([
        registered(),
        registered(),
        registered(),
        registered(),
      ])
      const answers = {
        [good.address]: { kind: 'decline', reason: 'busy' },
        [odd.address]: { kind: 'bid', price: -1 },
      }
      for (const key of [good, slow, odd]) {
        const socket = await connected(key)
        socket.on(GATEWAY_EVENTS.bidRequest, (_request, reply) => {
          if (key !== slow) reply(answers[key.address])
        })
      }
      const started = performance.now()
      const bids = await gateway.askBids(
        [good, slow, odd, absent].map(({ address }) => address),
        {} as never,
      )
      expect(performance.now() - started).toBeLessThan(1_000)
      expect(Object.fromEntries(bids)).toEqual({
        [good.address]: { kind: 'decline', reason: 'busy' },
        [slow.address]: { kind: 'silent' },
        [odd.address]: { kind: 'silent' },
        [absent.address]: { kind: 'silent' },
      })
    })

    it('that send what is no message get an answer that says so, and a flood ends the connection', async () => {
      const key = await registered()
      const socket = await connected(key)
      for (const junk of [null, 'text', { leaseId: 'x' }, { __proto__: { leaseId: 1 } }, Array(5)]) {
        expect(await socket.timeout(2_000).emitWithAck(WORKER_EVENTS.runStarted, junk)).toMatchObject({
          kind: 'invalid',
        })
      }
      expect(record.asked).toEqual([])
      socket.emit('constructor', {})
      socket.emit('toString', {})
      for (let i = 0; i < LIMITS.worker.messageBurst + 500; i++)
        socket.emit(WORKER_EVENTS.heartbeat, { leases: [] })
      await until(() => socket.disconnected)
      const other = await connected(await registered())
      expect(other.connected).toBe(true)
    })
  })

  describe('dashboards', () => {
    async function dashboard(headers: Record<string, string>): Promise<Socket> {
      const socket = io(`${url}/dashboard`, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        extraHeaders: headers,
      })
      sockets.push(socket)
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('connect_error', reject)
      })
      return socket
    }
    async function someJob(): Promise<{ jobId: string; leaseId: string }> {
      const jobId = newId('job')
      await open.db.insert(jobs).values({
        id: jobId,
        deploymentId: deployment.id,
        customer: CUSTOMER,
        title: 'a job',
        state: 'running',
        runtime: 'node',
        specHash: fill('05', 32),
        orderId: `0x${jobId.slice(4).padEnd(64, '0')}`,
        order: {} as never,
        orderSignature: '0x00',
        maxPrice: 1n,
      })
      const leaseId = newId('lse')
      await open.db.insert(leases).values({
        id: leaseId,
        deploymentId: deployment.id,
        jobId,
        orderId: fill('06', 32),
        attempt: 1,
        role: 'run',
        node: OWNER,
        state: 'running',
        tokenHash: 'x',
        leaseUntil: new Date(),
      })
      return { jobId, leaseId }
    }
    const cookieOf = async (address: Address) => ({
      cookie: `opengpu_session=${await startSession(open.db, { address, chainId: 31337 })}`,
      origin: url,
    })
    const write = (leaseId: string, from: number, count: number, text = 'line\n') =>
      open.db.insert(logEntries).values(
        Array.from({ length: count }, (_, i) => ({
          leaseId,
          seq: from + i,
          stream: 'stdout' as const,
          text,
        })),
      )

    it('refuse a page of another site and a cookie without an origin', async () => {
      const { cookie } = await cookieOf(CUSTOMER)
      await expect(dashboard({ cookie, origin: 'https://evil.example' })).rejects.toThrow(/foreign-origin/)
      await expect(dashboard({ cookie })).rejects.toThrow(/foreign-origin/)
    })

    it('[case 126] show a job to its customer alone; for others it does not exist', async () => {
      const { jobId } = await someJob()
      const ask = { jobId, leaseId: null, afterLog: -1 }
      for (const headers of [await cookieOf(STRANGER), { origin: url }]) {
        const socket = await dashboard(headers)
        const answers = [
          await socket.emitWithAck(DASHBOARD_EVENTS.watchJob, ask),
          await socket.emitWithAck(DASHBOARD_EVENTS.watchJob, { ...ask, jobId: 'job_unknown' }),
        ]
        expect(answers).toEqual(Array(2).fill({ kind: 'refused', code: 'not-found' }))
      }
      const socket = await dashboard(await cookieOf(CUSTOMER))
      expect(await socket.emitWithAck(DASHBOARD_EVENTS.watchJob, ask)).toMatchObject({ kind: 'watching' })
    })

    it('get every log entry once and in order, from the last one seen, and news of the job', async () => {
      const { jobId, leaseId } = await someJob()
      await write(leaseId, 0, 600)
      const socket = await dashboard(await cookieOf(CUSTOMER))
      const entries: LogEntry[] = []
      const changes: unknown[] = []
      socket.on(DASHBOARD_EVENTS.jobLogs, (message: { entries: LogEntry[] }) =>
        entries.push(...message.entries),
      )
      socket.on(DASHBOARD_EVENTS.jobChanged, (message: unknown) => changes.push(message))
      await socket.emitWithAck(DASHBOARD_EVENTS.watchJob, { jobId, leaseId, afterLog: 99 })
      await until(() => entries.length === 500)
      await open.db.transaction(async (tx) => {
        await tx.insert(logEntries).values({ leaseId, seq: 600, stream: 'stderr', text: 'last' })
        await publish(tx, 'logs', { jobId, leaseId, through: 600 })
        await publish(tx, 'job', { jobId, revision: 7, state: 'checking', customer: CUSTOMER })
      })
      await until(() => entries.length === 501 && changes.length === 1)
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 501 }, (_, i) => 100 + i))
      expect(changes).toEqual([{ jobId, revision: 7, state: 'checking' }])
    })

    it('[case 80] a tab that stops reading costs a bounded buffer and then its connection', async () => {
      const { jobId, leaseId } = await someJob()
      const text = 'x'.repeat(60_000)
      for (let i = 0; i < 40; i++) await write(leaseId, i * 10, 10, text)
      const written: { bytesWritten: number }[] = []
      http.on('connection', (connection) => written.push(connection))
      const socket = await dashboard(await cookieOf(CUSTOMER))
      await socket.emitWithAck(DASHBOARD_EVENTS.watchJob, { jobId, leaseId: null, afterLog: -1 })
      ;(socket.io.engine.transport as unknown as { ws: { pause(): void } }).ws.pause()
      for (let i = 0; i < 200; i++) {
        await open.db.transaction((tx) => publish(tx, 'logs', { jobId, leaseId, through: i }))
        gateway.networkChanged('jobs')
      }
      // 24 MB of log text lie in the database. What was handed to the connection (kernel and queue together) is far less.
      const handed = written.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
      expect(handed).toBeGreaterThan(0)
      expect(handed).toBeLessThan(12 * 1024 * 1024)
      // Pings go unanswered: the connection ends on the server's side without the client's help.
      await until(async () => (await connections(http)) === 0, 30_000)
    }, 60_000)
  })

  it('leaves upgrades that are not its own alone', async () => {
    const seen: string[] = []
    http.on('upgrade', (request, socket) => {
      if (request.url?.startsWith('/socket.io')) return
      seen.push(request.url ?? '')
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const { request } = await import('node:http')
    await new Promise<void>((resolve, reject) => {
      const upgrade = request(`${url}/_next/webpack-hmr`, {
        headers: { connection: 'Upgrade', upgrade: 'websocket' },
      })
      upgrade.on('upgrade', () => resolve())
      upgrade.on('error', reject)
      upgrade.end()
    })
    expect(seen).toEqual(['/_next/webpack-hmr'])
  })
})

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}

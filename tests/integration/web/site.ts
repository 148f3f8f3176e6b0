/** The site as strangers meet it: server.ts with its built pages in a process of its own, on a network of the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PrivateKeyAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { lower } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { startGuard } from '#lib/process/embedded/guard.ts'
import { draftOrder } from '#lib/protocol/draftOrder.ts'
import type { JobSpec } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, marketDomain, type Order } from '#lib/protocol/messages.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { freePort, type TestNetwork } from '#tests/support/network.ts'
import { until } from '#tests/support/nodeClient.ts'
import { buildSite } from '../../../scripts/start/build.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Site {
  readonly url: string
  readonly port: number
  /** Where its pages were built. */
  readonly folder: string
  stop(): Promise<void>
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  readonly json: () => Record<string, unknown>
}

/** A person with a wallet who signed in. */
export interface Person {
  readonly account: PrivateKeyAccount
  readonly token: string
  /** What a page of the site sends with a change of state. */
  readonly browser: Readonly<Record<string, string>>
  /** What a program sends. */
  readonly program: Readonly<Record<string, string>>
}

/** Starts the server process with pages; the engine and the nodes' sockets are the network's. Builds only what is not built. */
export async function startSite(network: TestNetwork, admin: string): Promise<Site> {
  const guard = await startGuard()
  let folder: string
  try {
    folder = (await buildSite(guard)).folder
  } finally {
    await guard.stop()
  }
  const port = await freePort()
  const lines: string[] = []
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      OPENGPU_SITE_BUILD: folder,
      DATABASE_URL: network.database.url,
      RPC_URL: network.chain.url,
      PORT: String(port),
      OPENGPU_HOME: network.home,
      OPENGPU_ROLE: 'web',
      RELAYER_KEY_FILE: join(network.home, 'keys', 'relayer.key'),
      AUCTIONEER_KEY_FILE: join(network.home, 'keys', 'auctioneer.key'),
      ADMIN_ADDRESSES: admin,
      LOG_LEVEL: 'warn',
    },
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => lines.push(String(data)))
  const url = `http://127.0.0.1:${port}`
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${lines.join('')}`)
    return ask(url, '/api/v1/network').then(
      ({ status }) => status === 200,
      () => false,
    )
  }, 180_000)
  return {
    url,
    port,
    folder: join(ROOT, folder),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await ended
      }
    },
  }
}

/** One request, exactly as written: no path is normalized, no header left out, no redirect followed. */
export function ask(url: string, path: string, options: Ask = {}): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const body = typeof options.body === 'string' ? Buffer.from(options.body) : options.body
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        path,
        method: options.method ?? 'GET',
        agent: false,
        headers: {
          ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
          ...options.headers,
        },
      },
      (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8')
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          })
        })
      },
    )
    outgoing.on('error', reject)
    if (body !== undefined) outgoing.write(body)
    outgoing.end()
  })
}

/** Signs in over HTTP, the way a program does. */
export async function signIn(site: Site, account: PrivateKeyAccount): Promise<Person> {
  const json = { 'content-type': 'application/json' }
  const { nonce } = (await ask(site.url, '/api/v1/auth/nonce', { method: 'POST' })).json()
  const message = createSiweMessage({
    address: account.address,
    chainId: 31337,
    domain: new URL(site.url).host,
    uri: site.url,
    nonce: String(nonce),
    version: '1',
    issuedAt: new Date(),
  })
  const signature = await account.signMessage({ message })
  const answer = await ask(site.url, '/api/v1/auth/verify', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ message, signature }),
  })
  const token = String(answer.json().token)
  return {
    account,
    token,
    browser: { ...json, cookie: `opengpu_session=${token}`, origin: site.url },
    program: { ...json, authorization: `Bearer ${token}` },
  }
}

export interface Wish {
  readonly bytes: Uint8Array
  readonly title?: string
  readonly runtime?: JobSpec['runtime']
  readonly entry?: string
  readonly maxPrice?: bigint
  /** Fields of the order that are set otherwise before it is signed. */
  readonly change?: Partial<Order>
}

/** An order for one script, signed by its customer; nothing is stored or sent. */
export async function signOrder(network: TestNetwork, customer: PrivateKeyAccount, wish: Wish) {
  const { runtime } = network.server
  const entry = wish.entry ?? 'main.mjs'
  const sha256 = createHash('sha256').update(wish.bytes).digest('hex')
  const spec: JobSpec = {
    version: 1,
    title: wish.title ?? 'a test job',
    runtime: wish.runtime ?? 'node',
    entry,
    files: [{ path: entry, sha256, bytes: wish.bytes.length }],
    args: [],
    stdin: null,
    comparator: { method: 'exact', on: { kind: 'stdout' } },
    resources: { gpuClass: 0, memoryMiB: 256, diskMiB: 64, processes: 32, timeoutSeconds: 20 },
  }
  const { timestamp } = await runtime.chain.publicClient.getBlock()
  const order: Order = {
    ...draftOrder({
      customer: lower(customer.address),
      auctioneer: lower(runtime.auctioneer.address),
      spec,
      maxPrice: wish.maxPrice ?? WEI_PER_OGPU,
      members: 3,
      chainNow: Number(timestamp),
      nonce: BigInt(`0x${randomBytes(32).toString('hex')}`),
    }),
    ...wish.change,
  }
  const domain = marketDomain(runtime.chain.chainId, runtime.deployment.addresses.taskMarket)
  const typed = { domain, types: MESSAGE_TYPES, primaryType: 'Order' } as const
  return { spec, order, signature: await customer.signTypedData({ ...typed, message: order }) }
}

/** Sends an order with its files. `change` alters the JSON after it was signed. */
export async function sendOrder(
  site: Site,
  sent: { spec: JobSpec; order: Order; signature: string },
  files: readonly Uint8Array[],
  change: { order?: Record<string, unknown>; spec?: Record<string, unknown> } = {},
): Promise<Answer> {
  const form = new FormData()
  const job = {
    spec: { ...sent.spec, ...change.spec },
    order: { ...toWire(sent.order), ...change.order },
    signature: sent.signature,
  }
  form.set('job', JSON.stringify(job))
  for (const file of files) form.append('content', new Blob([file as Uint8Array<ArrayBuffer>]))
  const encoded = new Response(form)
  return ask(site.url, '/api/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    body: new Uint8Array(await encoded.arrayBuffer()),
  })
}

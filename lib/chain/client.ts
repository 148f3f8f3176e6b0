/** The one way to the chain: requests, and a call for every new head. */
import { createPublicClient, custom, http, type PublicClient } from 'viem'
import { messageOf } from '../kernel/errors.ts'
import type { Hex } from '../kernel/ids.ts'
import { openRpcSocket } from './socket.ts'

/** What the network needs to know of a block. */
export interface Header {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  /** Chain time, seconds. */
  readonly timestamp: number
  readonly logsBloom: Hex
  /** Wei; 0 on chains without a base fee. */
  readonly baseFeePerGas: bigint
}

export interface Chain {
  readonly publicClient: PublicClient
  readonly chainId: number
  /** A raw request; throws RpcError (the node said no) or ChainDownError (no answer). */
  request<T>(method: string, params: readonly unknown[]): Promise<T>
  /**
   * Calls back with every new head, and with null when heads may have been missed (connected, or connected again).
   * Returns the way to stop.
   */
  onHead(handler: (head: Header | null) => void): () => void
  /** Null when the chain answers and is the right one; else what is wrong, for people. */
  problem(): string | null
  close(): Promise<void>
}

const HEX32 = /^0x[0-9a-f]{64}$/

/** Reads a header as nodes write it. Throws on anything that is not one: an answer that cannot be read proves nothing. */
export function parseHeader(value: unknown): Header {
  const raw = value as Record<string, unknown> | null
  const text = (name: string): string => {
    const field = raw?.[name]
    if (typeof field !== 'string') throw new TypeError(`the chain node sent a block without ${name}`)
    return field.toLowerCase()
  }
  const hash = text('hash')
  const parentHash = text('parentHash')
  if (!HEX32.test(hash) || !HEX32.test(parentHash))
    throw new TypeError('the chain node sent a block with a broken hash')
  const number = Number(text('number'))
  const timestamp = Number(text('timestamp'))
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(timestamp))
    throw new TypeError('the chain node sent a block with a broken number or time')
  return {
    number,
    hash: hash as Hex,
    parentHash: parentHash as Hex,
    timestamp,
    logsBloom: text('logsBloom') as Hex,
    baseFeePerGas: typeof raw?.baseFeePerGas === 'string' ? BigInt(raw.baseFeePerGas) : 0n,
  }
}

/**
 * Opens the chain at `rpcUrl`, which must serve `chainId`: any other chain is refused on every connection and every
 * request fails. Over ws(s):// heads come by subscription; over http(s):// they are asked for once a second.
 */
export function openChain(options: { rpcUrl: string; chainId: number }): Chain {
  return /^wss?:/.test(options.rpcUrl) ? overSocket(options) : overHttp(options)
}

function overSocket({ rpcUrl, chainId }: { rpcUrl: string; chainId: number }): Chain {
  const handlers = new Set<(head: Header | null) => void>()
  const tell = (head: Header | null): void => {
    for (const handler of [...handlers]) handler(head)
  }
  const socket = openRpcSocket({
    url: rpcUrl,
    chainId,
    onHead: (value) => {
      let head: Header | null = null
      try {
        head = parseHeader(value)
      } catch {
        // A header that cannot be read still says that something is new: null makes everybody look.
      }
      tell(head)
    },
    onConnected: () => tell(null),
  })
  return {
    publicClient: createPublicClient({
      transport: custom(
        { request: ({ method, params }) => socket.request(method, params ?? []) },
        { retryCount: 1 },
      ),
    }),
    chainId,
    request: <T>(method: string, params: readonly unknown[]) => socket.request(method, params) as Promise<T>,
    onHead: (handler) => {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    problem: socket.problem,
    close: async () => socket.close(),
  }
}

function overHttp({ rpcUrl, chainId }: { rpcUrl: string; chainId: number }): Chain {
  const transport = http(rpcUrl, { retryCount: 1, timeout: 15_000 })
  const raw = transport({}).request as (args: {
    method: string
    params: readonly unknown[]
  }) => Promise<unknown>
  const handlers = new Set<(head: Header | null) => void>()
  let why: string | null = 'not connected yet'
  let verified: Promise<void> | null = null
  let lastHash: string | null = null

  async function verify(): Promise<void> {
    const id = Number(await raw({ method: 'eth_chainId', params: [] }))
    if (id !== chainId)
      throw new Error(
        `the chain node at ${rpcUrl} serves chain ${id}, but this network lives on chain ${chainId}`,
      )
  }
  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    verified ??= verify()
    try {
      await verified
      const result = await raw({ method, params })
      why = null
      return result
    } catch (error) {
      // After any failure the node behind the address may be another one: it names its chain again.
      verified = null
      why = messageOf(error)
      throw error
    }
  }
  async function look(): Promise<void> {
    if (handlers.size === 0) return
    const wasDown = why !== null
    const head = parseHeader(await request('eth_getBlockByNumber', ['latest', false]))
    if (wasDown) for (const handler of [...handlers]) handler(null)
    if (head.hash === lastHash) return
    lastHash = head.hash
    for (const handler of [...handlers]) handler(head)
  }
  const timer = setInterval(() => void look().catch(() => undefined), 1_000)
  timer.unref()
  return {
    publicClient: createPublicClient({
      transport: custom(
        { request: ({ method, params }) => request(method, params ?? []) },
        { retryCount: 1 },
      ),
    }),
    chainId,
    request: <T>(method: string, params: readonly unknown[]) => request(method, params) as Promise<T>,
    onHead: (handler) => {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    problem: () => why,
    close: async () => clearInterval(timer),
  }
}

/**
 * JSON-RPC over one WebSocket that comes back by itself: every lost connection is made again with back-off for as long as
 * the object lives, and nobody is told that a chain is there before it has named the right chain id.
 *
 * The WebSocket client of viem gives up after its first failed reconnection, which an indexer cannot afford.
 */
import { WebSocket } from 'ws'
import { messageOf } from '../kernel/errors.ts'

/** The answer of the node was an error. `data` carries revert data where there is some. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(message: string, code: number, data: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** No answer at all: not connected, connection lost, or too slow. What was asked may have happened. */
export class ChainDownError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ChainDownError'
  }
}

export interface RpcSocket {
  /** Asks the node. Waits at most `patience` ms for a connection. Throws RpcError or ChainDownError. */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  /** Null while the connection stands and speaks for the right chain; else what is wrong. */
  problem(): string | null
  close(): void
}

interface Options {
  readonly url: string
  readonly chainId: number
  /** Milliseconds that a request waits for a connection (default 3000). */
  readonly patience?: number
  /** Milliseconds after which an answer is given up (default 15000). */
  readonly timeout?: number
  /** A block header came by subscription. */
  readonly onHead: (header: unknown) => void
  /** A connection stands (the first one too); headers may have been missed before it. */
  readonly onConnected: () => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

const BACKOFF_START = 100
const BACKOFF_MAX = 2_000
const PING_EVERY = 15_000

export function openRpcSocket(options: Options): RpcSocket {
  const patience = options.patience ?? 3_000
  const timeout = options.timeout ?? 15_000
  const waiting = new Map<number, Waiting>()
  const onReady = new Set<() => void>()
  let nextId = 1
  let closed = false
  let ready: WebSocket | null = null
  let current: WebSocket | null = null
  let why: string = 'not connected yet'
  let backoff = BACKOFF_START
  let retry: NodeJS.Timeout | undefined

  function ask(socket: WebSocket, method: string, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = nextId++
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new ChainDownError(`the chain node did not answer ${method} within ${timeout} ms`))
      }, timeout)
      waiting.set(id, { resolve, reject, timer })
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }), (error) => {
        if (error) settle(id, (w) => w.reject(new ChainDownError(messageOf(error))))
      })
    })
  }

  function settle(id: number, how: (entry: Waiting) => void): void {
    const entry = waiting.get(id)
    if (!entry) return
    waiting.delete(id)
    clearTimeout(entry.timer)
    how(entry)
  }

  function onMessage(socket: WebSocket, text: string): void {
    let message: { id?: unknown; method?: unknown; params?: unknown; result?: unknown; error?: unknown }
    try {
      message = JSON.parse(text)
      if (message === null || typeof message !== 'object') throw new SyntaxError('not an object')
    } catch {
      // Nothing that follows on this connection can be trusted to belong to what was asked.
      why = 'the chain node answered with something that is not JSON-RPC'
      socket.terminate()
      return
    }
    if (message.method === 'eth_subscription') {
      const head = (message.params as { result?: unknown } | undefined)?.result
      if (head) options.onHead(head)
      return
    }
    if (typeof message.id !== 'number') return
    settle(message.id, (entry) => {
      const error = message.error as { message?: unknown; code?: unknown; data?: unknown } | undefined
      if (error)
        entry.reject(new RpcError(String(error.message ?? 'error'), Number(error.code ?? 0), error.data))
      else if ('result' in message) entry.resolve(message.result)
      else entry.reject(new ChainDownError('the chain node answered without a result'))
    })
  }

  function connect(): void {
    const socket = new WebSocket(options.url, { handshakeTimeout: 5_000, perMessageDeflate: false })
    current = socket
    let alive = true
    const ping = setInterval(() => {
      if (!alive) return socket.terminate()
      alive = false
      socket.ping()
    }, PING_EVERY)
    ping.unref()
    socket.on('pong', () => {
      alive = true
    })
    socket.on('message', (data) => {
      alive = true
      onMessage(socket, data.toString())
      // Nodes that write with Nagle's algorithm hold the next small message (a new head, the next answer) until this one is
      // acknowledged, and an idle receiver acknowledges after 40 ms. An unasked pong carries the acknowledgement at once.
      if (socket.readyState === WebSocket.OPEN) socket.pong()
    })
    socket.on('error', (error) => {
      why = `no connection to the chain node: ${messageOf(error)}`
    })
    socket.on('open', () => {
      greet(socket).catch((error) => {
        why = messageOf(error)
        socket.terminate()
      })
    })
    socket.on('close', () => {
      clearInterval(ping)
      if (ready === socket) {
        ready = null
        why = 'the connection to the chain node was lost'
      }
      for (const id of [...waiting.keys()]) settle(id, (w) => w.reject(new ChainDownError(why)))
      if (closed) return
      retry = setTimeout(connect, backoff * (0.75 + Math.random() / 2))
      backoff = Math.min(BACKOFF_MAX, backoff * 2)
    })
  }

  async function greet(socket: WebSocket): Promise<void> {
    const id = Number(await ask(socket, 'eth_chainId', []))
    if (id !== options.chainId)
      throw new Error(
        `the chain node at ${options.url} serves chain ${id}, but this network lives on chain ${options.chainId}`,
      )
    await ask(socket, 'eth_subscribe', ['newHeads'])
    ready = socket
    backoff = BACKOFF_START
    for (const go of [...onReady]) go()
    options.onConnected()
  }

  function connection(): Promise<WebSocket> {
    if (ready) return Promise.resolve(ready)
    if (closed) return Promise.reject(new ChainDownError('the connection to the chain was closed'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        onReady.delete(go)
        reject(new ChainDownError(why))
      }, patience)
      const go = (): void => {
        clearTimeout(timer)
        onReady.delete(go)
        if (ready) resolve(ready)
        else reject(new ChainDownError(why))
      }
      onReady.add(go)
    })
  }

  connect()
  return {
    request: async (method, params) => ask(await connection(), method, params),
    problem: () => (ready ? null : why),
    close: () => {
      closed = true
      why = 'the connection to the chain was closed'
      ready = null
      clearTimeout(retry)
      for (const go of [...onReady]) go()
      current?.terminate()
    },
  }
}

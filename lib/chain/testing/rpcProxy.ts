/** A node between us and the real one that misbehaves on command, over the same WebSocket protocol. */
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: readonly unknown[]
  result?: unknown
  error?: unknown
}

export interface RpcProxy {
  readonly url: string
  /** How answers (not subscriptions) are changed on their way back. Return a string to send something that is no JSON-RPC. */
  corrupt: ((method: string, answer: Message, params: readonly unknown[]) => Message | string) | null
  /** Methods whose requests never reach the node. */
  readonly swallowed: Set<string>
  /** Milliseconds that every answer is held back. */
  delay: number
  /** Heads that are announced twice and in the wrong order. */
  shuffleHeads: boolean
  /** Requests by method since the start. */
  readonly asked: Map<string, number>
  /** Refuses connections and ends those that stand. */
  down(): void
  up(): void
  close(): Promise<void>
}

export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  let open = true
  let held: string | null = null
  const proxy: RpcProxy = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    corrupt: null,
    swallowed: new Set(),
    delay: 0,
    shuffleHeads: false,
    asked: new Map(),
    down: () => {
      open = false
      for (const client of server.clients) client.terminate()
    },
    up: () => {
      open = true
    },
    close: async () => {
      for (const client of server.clients) client.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', (client) => {
    if (!open) return client.terminate()
    const upstream = new WebSocket(target)
    const waiting: string[] = []
    const requests = new Map<number, { method: string; params: readonly unknown[] }>()
    upstream.on('open', () => {
      for (const text of waiting) upstream.send(text)
    })
    client.on('message', (data) => {
      const text = data.toString()
      const message = JSON.parse(text) as Message
      const method = message.method ?? ''
      if (proxy.swallowed.has(method)) return
      requests.set(message.id ?? -1, { method, params: message.params ?? [] })
      proxy.asked.set(method, (proxy.asked.get(method) ?? 0) + 1)
      if (upstream.readyState === WebSocket.OPEN) upstream.send(text)
      else waiting.push(text)
    })
    const back = (text: string): void => {
      setTimeout(() => client.readyState === WebSocket.OPEN && client.send(text), proxy.delay)
    }
    upstream.on('message', (data) => {
      const text = data.toString()
      const message = JSON.parse(text) as Message
      if (message.method === 'eth_subscription') {
        if (!proxy.shuffleHeads) return back(text)
        // Each pair of heads comes as second, first, second.
        if (held === null) {
          held = text
          return
        }
        for (const item of [text, held, text]) back(item)
        held = null
        return
      }
      const request = requests.get(message.id ?? -1)
      requests.delete(message.id ?? -1)
      const answer = proxy.corrupt?.(request?.method ?? '', message, request?.params ?? []) ?? message
      back(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
    client.on('close', () => upstream.terminate())
    upstream.on('close', () => client.terminate())
    upstream.on('error', () => client.terminate())
  })
  return proxy
}

/**
 * One connection's bounds. Messages are counted before they are parsed, and what waits for a peer that reads slowly is
 * measured, so that neither a flood nor a sleeper costs the server more than a fixed amount.
 */
import type { Socket } from 'socket.io'
import { createBudget } from './rules/budget.ts'
import { LIMITS } from './rules/limits.ts'

type Engine = Socket['conn']

/** Marks connections that reached the nodes' namespace: they may send larger messages. */
const forNodes = new WeakSet<Engine>()

export function allowNodeMessages(socket: Socket): void {
  forNodes.add(socket.conn)
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength
  return 0
}

/**
 * Ends a connection for good. A polite close waits half a minute for an answer that a sleeper never gives, and what was
 * queued for it would be kept so long.
 */
export function cutOff(engine: Engine): void {
  const below = (engine.transport as unknown as { socket?: { terminate?(): void } } | undefined)?.socket
  engine.close(true)
  below?.terminate?.()
}

/** Counts every packet of a connection and closes it when it is larger or faster than allowed. */
export function bound(engine: Engine): void {
  const asDashboard = createBudget(LIMITS.dashboard)
  const asNode = createBudget(LIMITS.worker)
  engine.on('packet', (packet: { type: string; data?: unknown }) => {
    const size = sizeOf(packet.data)
    const node = forNodes.has(engine)
    const most = node ? LIMITS.workerMessageBytes : LIMITS.dashboardMessageBytes
    if (size > most || !(node ? asNode : asDashboard)(size)) cutOff(engine)
  })
  engine.on('close', () => cutOff(engine))
}

/** Bytes that wait for the peer: in the engine's queue and in the socket below. */
export function backlog(socket: Socket): number {
  const { writeBuffer, transport } = socket.conn as unknown as {
    writeBuffer: readonly { data?: unknown }[]
    transport?: { socket?: { bufferedAmount?: number } }
  }
  const queued = writeBuffer.reduce((sum, packet) => sum + sizeOf(packet.data), 0)
  return queued + (transport?.socket?.bufferedAmount ?? 0)
}

/** Sends unless too much waits for the peer already; then it is cut off, and comes back when it can read. */
export function sendBounded(socket: Socket, most: number, event: string, message: unknown): boolean {
  if (backlog(socket) > most) {
    cutOff(socket.conn)
    return false
  }
  socket.emit(event, message)
  return true
}

import { Socket } from 'node:net'
import type { Stream } from './types.ts'

/** Beyond this many times its limit a stream is not drained any more: the run is ended. */
const FLOOD_FACTOR = 16

/**
 * Reads one output pipe of a job: hands on at most `limit` bytes, drops the rest without holding it, and calls `onFlood`
 * once when the job writes absurdly much. The descriptor is owned by the reader.
 */
export class OutputReader {
  readonly ended: Promise<void>
  private readonly socket: Socket
  readonly stream: Stream
  private readonly limit: number
  private seen = 0

  constructor(
    stream: Stream,
    descriptor: number,
    limit: number,
    onChunk: (stream: Stream, chunk: Buffer) => void,
    onFlood: () => void,
  ) {
    this.stream = stream
    this.limit = limit
    this.socket = new Socket({ fd: descriptor, readable: true, writable: false })
    let flooded = false
    this.socket.on('data', (chunk: Buffer) => {
      const room = this.limit - this.seen
      this.seen += chunk.length
      if (room > 0) onChunk(this.stream, room >= chunk.length ? chunk : chunk.subarray(0, room))
      if (!flooded && this.seen > this.limit * FLOOD_FACTOR) {
        flooded = true
        onFlood()
      }
    })
    this.ended = new Promise((resolve) => {
      this.socket.once('close', () => resolve())
      this.socket.once('error', () => resolve())
    })
  }

  get truncated(): boolean {
    return this.seen > this.limit
  }

  close(): void {
    this.socket.destroy()
  }
}

/**
 * Sends a run's output while it runs: whole batches in order, one in flight, numbered without gaps. What the network takes
 * slowly waits here, bounded by the output limit of the run.
 */
import type { Stream } from '../sandbox/types.ts'

export interface LogEntry {
  readonly seq: number
  readonly stream: Stream | 'system'
  readonly text: string
}

const FLUSH_MILLISECONDS = 50
const ENTRY_CHARACTERS = 16 * 1024
const BATCH_ENTRIES = 16

export class LogSender {
  private readonly send: (entries: LogEntry[]) => Promise<unknown>
  private readonly decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  private readonly waiting: LogEntry[] = []
  private next = 0
  private timer: NodeJS.Timeout | null = null
  private sending: Promise<void> | null = null

  /** `send` resolves when a batch was taken; when it rejects the rest is dropped (the lease is over). */
  constructor(send: (entries: LogEntry[]) => Promise<unknown>) {
    this.send = send
  }

  output(stream: Stream, chunk: Uint8Array): void {
    this.add(stream, this.decoders[stream].decode(chunk, { stream: true }))
  }

  system(text: string): void {
    this.add('system', text)
  }

  /** Resolves when everything was taken or dropped. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) this.add(stream, this.decoders[stream].decode())
    this.flush()
    while (this.sending !== null) await this.sending
  }

  private add(stream: LogEntry['stream'], text: string): void {
    // NUL cannot be stored as text; the artifact keeps the very bytes.
    const clean = text.replaceAll('\0', '\ufffd')
    let at = 0
    while (at < clean.length) {
      let end = Math.min(clean.length, at + ENTRY_CHARACTERS)
      // Two halves of one character stay together.
      if (end < clean.length && /[\ud800-\udbff]/.test(clean.charAt(end - 1))) end--
      this.waiting.push({ seq: this.next++, stream, text: clean.slice(at, end) })
      at = end
    }
    if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.flush(), FLUSH_MILLISECONDS)
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.sending ??= this.drain().finally(() => {
      this.sending = null
      if (this.waiting.length > 0 && this.timer === null) this.flush()
    })
  }

  private async drain(): Promise<void> {
    try {
      while (this.waiting.length > 0) await this.send(this.waiting.splice(0, BATCH_ENTRIES))
    } catch {
      this.waiting.length = 0
    }
  }
}

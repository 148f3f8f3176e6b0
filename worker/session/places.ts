/** A fixed number of places, given out in the order they were asked for. */
export class Places {
  private free: number
  private readonly queue: (() => void)[] = []

  constructor(count: number) {
    this.free = count
  }

  /** Waits for a place; resolves with what gives it back (once). Rejects when the signal aborts first. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.free > 0) this.free--
    else await this.waitInLine(signal)
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.queue.shift()
      if (next === undefined) this.free++
      else next()
    }
  }

  private waitInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.queue.splice(this.queue.indexOf(enter), 1)
        reject(signal.reason)
      }
      this.queue.push(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}

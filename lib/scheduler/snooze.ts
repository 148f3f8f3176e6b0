/** Pacing of one process: how soon it looks again for a job that found no node. Nothing depends on it but the load. */
const FIRST_MILLISECONDS = 500
const LONGEST_MILLISECONDS = 8_000

export class Snooze {
  readonly #until = new Map<string, { at: number; wait: number }>()

  isAsleep(id: string): boolean {
    return (this.#until.get(id)?.at ?? 0) > performance.now()
  }

  /** Waits twice as long as the last time, within bounds, with jitter. */
  sleep(id: string): void {
    const wait = Math.min(LONGEST_MILLISECONDS, (this.#until.get(id)?.wait ?? FIRST_MILLISECONDS / 2) * 2)
    this.#until.set(id, { at: performance.now() + wait * (0.75 + Math.random() / 2), wait })
  }

  /** Something happened to the job: look at once, and keep the pace for the next time. */
  wake(id: string): void {
    const entry = this.#until.get(id)
    if (entry !== undefined) entry.at = 0
  }

  forget(id: string): void {
    this.#until.delete(id)
  }
}

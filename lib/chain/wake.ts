/** A bell: many may ring it, one waits. Rings while nobody waits are kept as one. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, after `milliseconds`, or when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | null = null
  return {
    ring: () => {
      rung = true
      wake?.()
    },
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          wake = null
          rung = false
          resolve()
        }
        const timer = setTimeout(done, milliseconds)
        signal.addEventListener('abort', done)
        wake = done
        if (rung || signal.aborted) done()
      }),
  }
}

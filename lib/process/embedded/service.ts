import type { OwnedChild } from './child.ts'
import type { Guard } from './guard.ts'

/** A server or worker that is kept running. */
export type ServiceOptions<T extends { readonly child: OwnedChild; readonly stop: () => Promise<void> }> = {
  readonly name: string
  readonly guard: Guard
  /** How the guard ends it when the supervisor is gone. */
  readonly signal: NodeJS.Signals
  readonly graceMilliseconds: number
  /** Who ends first then: see Guard. */
  readonly rank: number
  /** Starts it and waits until it is ready. `previous` is what ran before, for its port. */
  readonly start: (previous: T | null) => Promise<T>
  readonly say: (line: string) => void
  /** Told after each start, the first one too. */
  readonly onStart?: (running: T) => void
}

export type Service<T> = {
  readonly name: string
  readonly current: () => T
  /** Ends it for good, in order. */
  readonly stop: () => Promise<void>
  /** Ends it as if it had died: it is started again at once. */
  readonly restart: () => Promise<void>
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 10_000
/** Who ran so long has earned a fresh start of the pauses. */
const STEADY = 30_000

/**
 * Starts a service and starts it again whenever it ends without having been asked, at once at first and with growing
 * pauses when it keeps dying. Rejects only when the very first start fails.
 */
export async function keepRunning<
  T extends { readonly child: OwnedChild; readonly stop: () => Promise<void> },
>(options: ServiceOptions<T>): Promise<Service<T>> {
  let stopping = false
  let pause = FIRST_PAUSE
  let wake: () => void = () => {}
  let startedAt = performance.now()
  let asked = false

  const begin = async (previous: T | null): Promise<T> => {
    const running = await options.start(previous)
    startedAt = performance.now()
    options.guard.watch(running.child, options.signal, options.graceMilliseconds, options.rank)
    try {
      options.onStart?.(running)
    } catch (error) {
      await running.stop()
      throw error
    }
    return running
  }
  let running = await begin(null)

  const loop = (async () => {
    while (!stopping) {
      const { code, signal } = await running.child.exited
      if (stopping) return
      if (performance.now() - startedAt > STEADY) pause = FIRST_PAUSE
      if (!asked) options.say(`${options.name} ended (${signal ?? `exit status ${code}`}); starting it again`)
      asked = false
      for (;;) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        if (stopping) return
        pause = Math.min(LONGEST_PAUSE, pause * 2)
        try {
          running = await begin(running)
          options.say(`${options.name} runs again`)
          break
        } catch (error) {
          options.say(
            `${options.name} could not be started: ${error instanceof Error ? error.message : String(error)}`,
          )
        }
      }
    }
  })()

  return {
    name: options.name,
    current: () => running,
    stop: async () => {
      stopping = true
      wake()
      await running.stop()
      await loop
      // A start that was under way when we were asked to stop.
      await running.stop()
    },
    restart: async () => {
      asked = true
      await running.stop()
    },
  }
}

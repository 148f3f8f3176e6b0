/** Carries out the plan of blows against a running network. */
import { messageOf } from '#lib/kernel/errors.ts'
import type { OwnedChild } from '#lib/process/embedded/child.ts'
import type { Network } from '../../scripts/start/network.ts'
import { pause } from './lab.ts'
import type { Random } from './random.ts'
import { type Blow, LONGEST_PAUSE, SHORTEST_PAUSE, type Target } from './schedule.ts'

interface Struck {
  readonly current: () => { readonly child: OwnedChild }
  readonly restart: () => Promise<void>
}

export interface Strikes {
  readonly kills: Readonly<Record<Target, number>>
  /** Longest time between two blows so far, milliseconds. */
  longestPause(): number
  /** Blows of the plan that are still to come. */
  left(): number
  stop(): Promise<void>
}

/**
 * Strikes every few seconds: the next part of the plan when it is due and up, else a worker. `ended` is the share of the
 * jobs that have ended, 0 to 1.
 */
export function strike(
  network: Network,
  plan: readonly Blow[],
  random: Random,
  ended: () => number,
  say: (line: string) => void,
): Strikes {
  const kills: Record<Target, number> = { worker: 0, server: 0, database: 0, chain: 0 }
  const left = [...plan]
  let stopped = false
  let longest = 0
  let last = performance.now()

  function partOf({ target }: Blow): Struck {
    if (target === 'server') return network.server
    const part = target === 'database' ? network.postgres : network.chain
    if (part === null) throw new Error(`the ${target} is not ours to stop`)
    return part
  }
  const isUp = (part: Struck): boolean => !part.current().child.hasExited()

  function next(): { target: Target; part: Struck; how: Blow['how'] } | null {
    const at = left.findIndex((blow) => blow.due <= ended() && isUp(partOf(blow)))
    const blow = at < 0 ? undefined : left.splice(at, 1)[0]
    if (blow !== undefined) return { target: blow.target, part: partOf(blow), how: blow.how }
    const workers = network.nodes.filter(isUp)
    return workers.length === 0 ? null : { target: 'worker', part: random.pick(workers), how: 'kill' }
  }

  const loop = (async () => {
    while (!stopped) {
      await pause(random.between(SHORTEST_PAUSE, LONGEST_PAUSE))
      const blow = stopped ? null : next()
      if (blow === null) continue
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      kills[blow.target]++
      say(`${blow.how === 'kill' ? 'SIGKILL' : 'stop'} ${blow.target}`)
      if (blow.how === 'kill') blow.part.current().child.process.kill('SIGKILL')
      else
        void blow.part
          .restart()
          .catch((error: unknown) => say(`stopping the ${blow.target}: ${messageOf(error)}`))
    }
  })()
  return {
    kills,
    longestPause: () => longest,
    left: () => left.length,
    stop: async () => {
      stopped = true
      await loop
    },
  }
}

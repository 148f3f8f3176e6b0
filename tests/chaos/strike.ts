/** Carries out the plan of blows against a running network. */
import { messageOf } from '#lib/kernel/errors.ts'
import type { OwnedChild } from '#lib/process/embedded/child.ts'
import type { Network } from '../../scripts/start/network.ts'
import { pause } from './lab.ts'
import type { Blow, Target } from './schedule.ts'

interface Struck {
  readonly current: () => { readonly child: OwnedChild }
  readonly restart: () => Promise<void>
}

export interface Strikes {
  /** Share of the plan that is done, 0 to 1. */
  progress(): number
  readonly kills: Readonly<Record<Target, number>>
  /** Longest time between two blows so far, milliseconds. */
  longestPause(): number
  readonly done: Promise<void>
  cancel(): void
}

/**
 * Strikes one part after the other. A part that is still down when its turn comes gives the turn to the next in the plan,
 * and when all of the plan are down a worker is struck besides, so that no pause is longer than planned.
 */
export function strike(network: Network, plan: readonly Blow[], say: (line: string) => void): Strikes {
  const kills: Record<Target, number> = { worker: 0, server: 0, database: 0, chain: 0 }
  const left = [...plan]
  let cancelled = false
  let longest = 0
  let last = performance.now()
  let turn = 0

  function partOf(blow: Blow): Struck {
    if (blow.target === 'server') return network.server
    if (blow.target === 'worker') return network.nodes[blow.worker % network.nodes.length] as Struck
    const part = blow.target === 'database' ? network.postgres : network.chain
    if (part === null) throw new Error(`the ${blow.target} is not ours to stop`)
    return part
  }

  const isUp = (blow: Blow): boolean => !partOf(blow).current().child.hasExited()

  function besides(): Blow | undefined {
    turn++
    const workers = network.nodes.map(
      (_, worker): Blow => ({ target: 'worker', how: 'kill', worker, after: 0 }),
    )
    return workers
      .slice(turn % workers.length)
      .concat(workers)
      .find(isUp)
  }

  async function loop(): Promise<void> {
    while (left.length > 0 && !cancelled) {
      await pause(left[0]?.after ?? 0)
      const at = left.findIndex(isUp)
      const blow = at < 0 ? besides() : left.splice(at, 1)[0]
      if (blow === undefined) continue
      const part = partOf(blow)
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      kills[blow.target]++
      say(
        `${blow.how === 'kill' ? 'SIGKILL' : 'stop'} ${blow.target}${blow.target === 'worker' ? ` ${blow.worker + 1}` : ''}; ${left.length} to go`,
      )
      if (blow.how === 'kill') part.current().child.process.kill('SIGKILL')
      else
        void part.restart().catch((error: unknown) => say(`stopping the ${blow.target}: ${messageOf(error)}`))
    }
  }
  return {
    progress: () => (plan.length === 0 ? 1 : 1 - left.length / plan.length),
    kills,
    longestPause: () => longest,
    done: loop(),
    cancel: () => {
      cancelled = true
    },
  }
}

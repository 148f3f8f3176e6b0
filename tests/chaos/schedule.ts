/** Which part is struck when, decided by the seed before anything runs. */
import type { Random } from './random.ts'

export const TARGETS = ['worker', 'server', 'database', 'chain'] as const
export type Target = (typeof TARGETS)[number]

export interface Blow {
  readonly target: Target
  /** `kill` is SIGKILL; `stop` asks the part to end in order. Either way its supervisor starts it again. */
  readonly how: 'kill' | 'stop'
  /** Which worker, counted from 0. */
  readonly worker: number
  /** Milliseconds after the blow before it. */
  readonly after: number
}

/** The longest time without a blow while jobs are taken. */
export const LONGEST_PAUSE = 5_000
const SHORTEST_PAUSE = 2_500
/** For the 300 jobs of a full run each part is struck so often at least. */
const EACH = 10
const FULL_RUN = 300

/** At least ten blows of each kind for 300 jobs, in proportion for fewer; workers are struck twice as often as the rest. */
export function planBlows(random: Random, jobs: number, workers: number): Blow[] {
  const each = Math.max(1, Math.ceil((EACH * jobs) / FULL_RUN))
  const targets = random.shuffled(
    TARGETS.flatMap((target) => new Array<Target>(target === 'worker' ? 2 * each : each).fill(target)),
  )
  const seen = new Map<Target, number>()
  return targets.map((target) => {
    const turn = seen.get(target) ?? 0
    seen.set(target, turn + 1)
    return {
      target,
      // Workers and the server are always killed; the two stores by turns, so that both ways are met often.
      how: target === 'worker' || target === 'server' || turn % 2 === 0 ? 'kill' : 'stop',
      worker: random.between(0, workers - 1),
      after: random.between(SHORTEST_PAUSE, LONGEST_PAUSE),
    }
  })
}

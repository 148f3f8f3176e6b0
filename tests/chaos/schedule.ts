/** Which part is struck when, decided by the seed before anything runs. */
import type { Random } from './random.ts'

export const TARGETS = ['worker', 'server', 'database', 'chain'] as const
export type Target = (typeof TARGETS)[number]

export interface Blow {
  readonly target: Exclude<Target, 'worker'>
  /** `kill` is SIGKILL; `stop` asks the part to end in order. Either way its supervisor starts it again. */
  readonly how: 'kill' | 'stop'
  /** It falls when this share of the jobs has ended, 0 to 1. */
  readonly due: number
}

/** The longest time without a blow while jobs are under way. Milliseconds. */
export const LONGEST_PAUSE = 4_400
export const SHORTEST_PAUSE = 3_500
/** For the 300 jobs of a full run each part is struck so often at least. */
const EACH = 10
const FULL_RUN = 300
/** All are dealt while there are still jobs to meet. */
const LAST_DUE = 0.9

/**
 * The blows against server, database and chain: at least ten of each for 300 jobs, in proportion for fewer, spread over
 * the jobs and not over time, so that however fast a machine is they meet jobs in every state. Workers are struck in
 * every pause between them.
 */
export function planBlows(random: Random, jobs: number): Blow[] {
  const each = Math.max(1, Math.ceil((EACH * jobs) / FULL_RUN))
  const targets = random.shuffled(
    (['server', 'database', 'chain'] as const).flatMap((target) =>
      Array.from({ length: each }, (_, turn) => ({ target, turn })),
    ),
  )
  return targets.map(({ target, turn }, at) => ({
    target,
    // The server is always killed; the two stores by turns, so that both ways are met often.
    how: target === 'server' || turn % 2 === 0 ? 'kill' : 'stop',
    due: (LAST_DUE * at) / targets.length,
  }))
}

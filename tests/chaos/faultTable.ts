/** The faults that are tried, one at a time, and the row of the outcome table in which each must end. */
import { LOCAL_MARKET_PARAMETERS } from '#lib/chain/parameters.ts'
import type { Address } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import type { Comparator } from '#lib/protocol/comparators/schema.ts'
import type { Ending } from './outcomes.ts'
import type { Program } from './programs.ts'

/** Members reveal within seconds here, so that a late one is late soon. Seconds of chain time. */
export const PARAMETERS = {
  ...LOCAL_MARKET_PARAMETERS,
  startSeconds: 10,
  sealMarginSeconds: 20,
  revealSeconds: 6,
} as const
export const TERMS = {
  timeoutSeconds: 10,
  maxPrice: WEI_PER_OGPU / 100n,
  softSeconds: 600,
  hardSeconds: 1_200,
} as const
const LATE_SECONDS = TERMS.timeoutSeconds + PARAMETERS.sealMarginSeconds + 3 * PARAMETERS.revealSeconds

export const SUM: Program = {
  title: 'sum',
  runtime: 'node',
  source: `let sum = 0\nfor (let n = 0; n < 100; n++) sum += n\nconsole.log('sum', sum)\n`,
  args: [],
}
const SLOW_SUM: Program = { ...SUM, source: `await new Promise((go) => setTimeout(go, 500))\n${SUM.source}` }
const TOLERANT: Comparator = { method: 'number', tolerance: 1e-9, on: { kind: 'stdout' } }

export interface Fault {
  readonly name: string
  /** File beside this one, in faults/. */
  readonly program: string
  readonly role: 'run' | 'check'
  readonly environment?: Readonly<Record<string, string>>
  readonly comparator?: Comparator
  /** Share of the jobs that this fault gets. */
  readonly weight: number
  readonly atOnce: number
  readonly job?: Program
  /** The ending of a job in which the node held its role. */
  readonly ending: (node: Address) => Ending
  /** The attempt is taken from the node and given to another. */
  readonly isReplaced?: true
  /** It fills no seat it is drawn for. */
  readonly isSilentMember?: true
}

export const HONEST: Ending = { row: 'correct', unpaid: [], fined: [] }
const WRONG: Ending = { row: 'wrong', unpaid: [], fined: [] }

export const FAULTS: readonly Fault[] = [
  { name: 'answers wrong', program: 'wrongAnswer', role: 'run', weight: 3, atOnce: 4, ending: () => WRONG },
  {
    name: 'invents its output',
    program: 'inventsOutput',
    role: 'run',
    weight: 3,
    atOnce: 4,
    ending: () => WRONG,
  },
  {
    name: 'member seals garbage, claims agreement (exact)',
    program: 'sealsGarbage',
    role: 'check',
    weight: 4,
    atOnce: 4,
    ending: (node) => ({ ...HONEST, unpaid: [node] }),
  },
  {
    name: 'member seals garbage, claims agreement (tolerant)',
    program: 'sealsGarbage',
    role: 'check',
    comparator: TOLERANT,
    weight: 4,
    atOnce: 4,
    ending: (node) => ({ ...HONEST, unpaid: [node] }),
  },
  {
    name: 'mute: accepts and never starts',
    program: 'mute',
    role: 'run',
    weight: 1,
    atOnce: 6,
    ending: () => HONEST,
    isReplaced: true,
  },
  {
    name: 'mute: starts and never answers',
    program: 'muteAfterStart',
    role: 'run',
    weight: 1,
    atOnce: 6,
    ending: () => HONEST,
    isReplaced: true,
  },
  {
    name: 'member reveals late',
    program: 'revealsLate',
    role: 'check',
    environment: { OPENGPU_FAULT_SECONDS: String(LATE_SECONDS) },
    weight: 2,
    atOnce: 8,
    ending: (node) => ({ ...HONEST, unpaid: [node], fined: [node] }),
  },
  {
    name: 'sends its result twice',
    program: 'resultTwice',
    role: 'run',
    weight: 3,
    atOnce: 4,
    ending: () => HONEST,
  },
  {
    name: 'sends its result 1,000 times',
    program: 'resultTwice',
    role: 'run',
    environment: { OPENGPU_FAULT_TIMES: '1000' },
    weight: 1,
    atOnce: 4,
    ending: () => HONEST,
  },
  {
    name: 'answers after it was replaced',
    program: 'answersLate',
    role: 'run',
    weight: 2,
    atOnce: 4,
    job: SLOW_SUM,
    ending: () => HONEST,
    isReplaced: true,
    isSilentMember: true,
  },
]

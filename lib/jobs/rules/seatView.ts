/** How a seat of a committee stands, in the words of pages. Pure. */
import { COMPARISON, RUN_OUTCOME, type RunOutcome } from '../../protocol/messages.ts'
import type { SeatFacts } from './fold.ts'

const OUTCOME_NAMES = new Map<number, RunOutcome>(
  Object.entries(RUN_OUTCOME).map(([name, value]) => [value, name as RunOutcome]),
)

/** The name of an outcome number of the chain; null for 0 and unknown ones. */
export function outcomeName(value: number | null): RunOutcome | null {
  return value === null ? null : (OUTCOME_NAMES.get(value) ?? null)
}

/** What the node's opening said. */
export interface NodeOpening {
  readonly outcome: number
  readonly outputHash: string
}

/**
 * Whether a revealed seat found what the node found: the same output under the order's comparison when both succeeded,
 * or both did not succeed. Null while the seat has not revealed or the node's result is not open.
 */
export function seatAgrees(seat: SeatFacts, opening: NodeOpening | null, comparison: number): boolean | null {
  if (seat.outcome === null || opening === null || opening.outcome === 0) return null
  if (seat.outcome === RUN_OUTCOME.malicious || seat.outcome === RUN_OUTCOME.noData) return false
  const bothRan = seat.outcome === RUN_OUTCOME.success && opening.outcome === RUN_OUTCOME.success
  if (!bothRan) return seat.outcome !== RUN_OUTCOME.success && opening.outcome !== RUN_OUTCOME.success
  return comparison === COMPARISON.exact
    ? seat.outputHash === opening.outputHash
    : ((seat.agrees ?? 0) & 1) === 1
}

export type SeatStage = 'drawn' | 'running' | 'sealed' | 'revealed' | 'silent'

/** The stage of a seat; `over` once the job ended, when a seat that did not reveal was silent. */
export function seatStage(seat: SeatFacts, running: boolean, over: boolean): SeatStage {
  if (seat.outcome !== null) return 'revealed'
  if (over) return 'silent'
  if (seat.sealed) return 'sealed'
  return running ? 'running' : 'drawn'
}

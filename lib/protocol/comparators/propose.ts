import { type Comparison, compareNumbers, compareOutputs } from './compare.ts'
import type { Difference, Output } from './difference.ts'
import type { Comparator, CompareOn } from './schema.ts'

/** The widest tolerance worth proposing: beyond it the numbers simply differ. */
const WIDEST_EXPONENT = -2
const TIGHTEST_EXPONENT = -15

/** Why no comparator is proposed: what the first difference looks like. */
export type NoProposal = 'clock' | 'identifier' | 'address' | 'order' | 'numbers' | 'text' | 'shape'

export type Proposal =
  | { comparator: Comparator; why: null }
  | { comparator: null; why: NoProposal; explanation: string; difference: Difference }

const EXPLANATIONS: Readonly<Record<NoProposal, string>> = {
  clock:
    'The outputs contain a time or a duration. Print it to standard error, or compare a result file instead.',
  identifier: 'The outputs contain a random identifier. Leave it out, or derive it from a fixed seed.',
  address: 'The outputs contain a memory address or a temporary path, which no two runs share. Leave it out.',
  order: 'The same lines come in another order. Sort them before they are written.',
  numbers:
    'The numbers are more than one percent apart: the program is not deterministic. Fix its random seed.',
  text: 'The text itself differs, which no tolerance can cover. Make the program deterministic or compare a result file.',
  shape: 'The runs wrote different outputs, or data of different shape.',
}

const CLOCK =
  /\b\d{1,2}:\d{2}(?::\d{2})?\b|\b\d{4}-\d{2}-\d{2}\b|\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?)\b|\b(?:elapsed|took|duration|seconds|time|timestamp|date|clock)\b/i
const IDENTIFIER = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{24,64}\b/i
const ADDRESS = /\b0x[0-9a-f]{6,16}\b|\/(?:var\/)?tmp\/\S+|\bpid\b/i

/**
 * The tightest comparator under which two runs would have agreed: `exact`, or numbers within the smallest power of ten
 * that suffices (1e-15 to 1e-2). Null with a reason when none would.
 */
export function proposeComparator(on: CompareOn, a: readonly Output[], b: readonly Output[]): Proposal {
  const exact: Comparator = { method: 'exact', on }
  if (compareOutputs(exact, a, b).agrees) return { comparator: exact, why: null }
  let furthest = 0
  const anyNumbers = compareNumbers(a, b, (distance) => {
    furthest = Math.max(furthest, distance)
    return true
  })
  if (!anyNumbers.agrees) return refuse(a, b, anyNumbers)
  for (let exponent = TIGHTEST_EXPONENT; exponent <= WIDEST_EXPONENT; exponent++) {
    const tolerance = Number(`1e${exponent}`)
    if (furthest <= tolerance) return { comparator: { method: 'number', tolerance, on }, why: null }
  }
  return refuse(a, b, compareOutputs({ method: 'number', tolerance: 10 ** WIDEST_EXPONENT, on }, a, b))
}

function refuse(a: readonly Output[], b: readonly Output[], comparison: Comparison): Proposal {
  if (comparison.agrees) throw new Error('outputs that agree need no reason why they do not')
  const { difference } = comparison
  const why = reasonFor(difference, a, b)
  return { comparator: null, why, explanation: EXPLANATIONS[why], difference }
}

function reasonFor(difference: Difference, a: readonly Output[], b: readonly Output[]): NoProposal {
  if (
    difference.why === 'missingOutput' ||
    difference.why === 'length' ||
    difference.why === 'missingKey' ||
    difference.why === 'type'
  ) {
    return 'shape'
  }
  const context = contextOf(difference, a)
  const seen = `${context}\n${contextOf(difference, b)}`
  if (sameLinesInOtherOrder(difference.name, a, b)) return 'order'
  if (IDENTIFIER.test(seen)) return 'identifier'
  if (ADDRESS.test(seen)) return 'address'
  if (CLOCK.test(seen)) return 'clock'
  return difference.why === 'number' ? 'numbers' : 'text'
}

/** The line in which the difference stands, or the JSON path and values. */
function contextOf(difference: Difference, outputs: readonly Output[]): string {
  const { at } = difference
  if (at.kind !== 'line')
    return `${at.kind === 'json' ? at.path.replace(/[._[\]]/g, ' ') : ''} ${difference.left} ${difference.right}`
  const lines = linesOf(difference.name, outputs)
  return (lines?.[at.line - 1] ?? '').slice(0, 2000)
}

function sameLinesInOtherOrder(name: string, a: readonly Output[], b: readonly Output[]): boolean {
  const left = linesOf(name, a)
  const right = linesOf(name, b)
  if (left === null || right === null || left.length !== right.length) return false
  left.sort()
  right.sort()
  return left.every((line, i) => line === right[i])
}

const LARGEST_TO_SORT = 1024 * 1024

function linesOf(name: string, outputs: readonly Output[]): string[] | null {
  const output = outputs.find((candidate) => candidate.name === name)
  if (output === undefined || output.bytes.length > LARGEST_TO_SORT) return null
  return new TextDecoder().decode(output.bytes).split('\n')
}

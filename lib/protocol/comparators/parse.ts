import { COMPARISON } from '../messages.ts'
import { type Comparator, type CompareOn, comparatorSchema, compareOnSchema } from './schema.ts'

/** The name under which standard output takes part in a comparison. */
export const STDOUT_NAME = 'stdout'

/**
 * Reads the command-line form: `exact` or `number:1e-6` (0 < tolerance <= 1, decimal or exponent). Null for anything else.
 */
export function parseComparator(text: string, on: CompareOn = { kind: 'stdout' }): Comparator | null {
  if (text === 'exact') return { method: 'exact', on }
  const match = /^number:(\d{1,20}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?)$/.exec(text)
  if (!match) return null
  const parsed = comparatorSchema.safeParse({ method: 'number', tolerance: Number(match[1]), on })
  return parsed.success ? parsed.data : null
}

/** Writes the command-line form of a comparator's method. `parseComparator` reads it back. */
export function formatComparator(comparator: Comparator): string {
  return comparator.method === 'exact' ? 'exact' : `number:${comparator.tolerance}`
}

/**
 * Reads what to compare: nothing or only `stdout` is standard output, else the names of declared output files. Null when
 * a name is not a plain relative path, is given twice, or `stdout` is mixed with files.
 */
export function parseCompareOn(values: readonly string[]): CompareOn | null {
  if (values.every((value) => value === STDOUT_NAME)) return { kind: 'stdout' }
  if (values.includes(STDOUT_NAME)) return null
  const parsed = compareOnSchema.safeParse({ kind: 'files', names: [...values] })
  return parsed.success ? parsed.data : null
}

/** The names of the outputs that take part, in the order of the spec. */
export function comparedNames(on: CompareOn): readonly string[] {
  return on.kind === 'stdout' ? [STDOUT_NAME] : on.names
}

/** What the order says on chain: whether equal hashes decide or the members' agreement bits. */
export function chainComparison(comparator: Comparator): number {
  return comparator.method === 'exact' ? COMPARISON.exact : COMPARISON.tolerant
}

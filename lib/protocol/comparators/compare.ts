import { compareBytes } from './compareBytes.ts'
import { compareJson } from './compareJson.ts'
import { compareText } from './compareText.ts'
import type { Difference, Output } from './difference.ts'
import { parseJsonTree } from './jsonTree.ts'
import type { NumberRule } from './numbers.ts'
import type { Comparator } from './schema.ts'

/** Up to this many bytes per output numbers are compared; above it only equal bytes agree. */
export const LARGEST_TOLERANT_BYTES = 16 * 1024 * 1024

export type Comparison = { agrees: true } | { agrees: false; difference: Difference }

/**
 * Whether the outputs of two runs agree under a job's comparator. The order of the outputs does not matter, their names
 * do. Symmetric and reflexive; outputs that agree exactly agree under every tolerance. Not transitive under a tolerance.
 *
 * Time and memory are linear in the size. Never throws on any bytes.
 */
export function compareOutputs(
  comparator: Comparator,
  a: readonly Output[],
  b: readonly Output[],
): Comparison {
  if (comparator.method === 'exact') return compareEach(a, b, compareBytes)
  const { tolerance } = comparator
  return compareNumbers(a, b, (distance) => distance <= tolerance)
}

/** As `compareOutputs` under a rule of the caller for the numbers. */
export function compareNumbers(a: readonly Output[], b: readonly Output[], rule: NumberRule): Comparison {
  return compareEach(a, b, (name, left, right) => {
    if (Math.max(left.length, right.length) > LARGEST_TOLERANT_BYTES) {
      const difference = compareBytes(name, left, right)
      return difference && { ...difference, why: 'tooLarge' }
    }
    // Equal bytes agree whatever they are, and cost no parsing.
    if (compareBytes(name, left, right) === null) return null
    const leftTree = parseJsonTree(left)
    const rightTree = leftTree === null ? null : parseJsonTree(right)
    if (leftTree !== null && rightTree !== null) return compareJson(name, leftTree, rightTree, rule)
    return compareText(name, left, right, rule)
  })
}

type CompareOne = (name: string, left: Uint8Array, right: Uint8Array) => Difference | null

function compareEach(a: readonly Output[], b: readonly Output[], compareOne: CompareOne): Comparison {
  const left = [...a].sort(byName)
  const right = [...b].sort(byName)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const one = left[i]
    const other = right[i]
    if (one === undefined || other === undefined || one.name !== other.name) {
      const onlyLeft = other === undefined || (one !== undefined && one.name < other.name)
      const name = (onlyLeft ? one?.name : other?.name) ?? ''
      const difference: Difference = {
        name,
        at: { kind: 'output' },
        left: onlyLeft ? name : '',
        right: onlyLeft ? '' : name,
        why: 'missingOutput',
      }
      return { agrees: false, difference }
    }
    const difference = compareOne(one.name, one.bytes, other.bytes)
    if (difference !== null) return { agrees: false, difference }
  }
  return { agrees: true }
}

function byName(one: Output, other: Output): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0
}

import { type Difference, type DifferenceWhy, escapeText } from './difference.ts'
import { type JsonTree, LiteralNumber } from './jsonTree.ts'
import { type NumberRule, type NumberValue, numberDistance } from './numbers.ts'

/** Compares two JSON trees: the order of keys is irrelevant, that of lists is not, the rule decides for numbers. */
export function compareJson(
  name: string,
  left: JsonTree,
  right: JsonTree,
  rule: NumberRule,
): Difference | null {
  const differ = (
    path: string,
    a: JsonTree | undefined,
    b: JsonTree | undefined,
    why: DifferenceWhy,
  ): Difference => ({
    name,
    at: { kind: 'json', path: escapeText(path, 200) },
    left: show(a),
    right: show(b),
    why,
  })

  const walk = (path: string, a: JsonTree, b: JsonTree): Difference | null => {
    if (isNumber(a) && isNumber(b)) return rule(numberDistance(a, b)) ? null : differ(path, a, b, 'number')
    if (a instanceof LiteralNumber || b instanceof LiteralNumber) {
      const same = a instanceof LiteralNumber && b instanceof LiteralNumber && a.literal === b.literal
      return same ? null : differ(path, a, b, isNumberLike(a) && isNumberLike(b) ? 'number' : 'type')
    }
    if (isList(a) && isList(b)) {
      for (let i = 0; i < Math.min(a.length, b.length); i++) {
        const difference = walk(`${path}[${i}]`, a[i] as JsonTree, b[i] as JsonTree)
        if (difference !== null) return difference
      }
      return a.length === b.length ? null : differ(path, a, b, 'length')
    }
    if (a instanceof Map && b instanceof Map) {
      for (const [key, value] of a as ReadonlyMap<string, JsonTree>) {
        const below = `${path}.${key}`
        const other = (b as ReadonlyMap<string, JsonTree>).get(key)
        const difference =
          other === undefined ? differ(below, value, undefined, 'missingKey') : walk(below, value, other)
        if (difference !== null) return difference
      }
      for (const [key, value] of b as ReadonlyMap<string, JsonTree>) {
        if (!a.has(key)) return differ(`${path}.${key}`, undefined, value, 'missingKey')
      }
      return null
    }
    if (a === b) return null
    return differ(path, a, b, kindOf(a) === kindOf(b) ? 'text' : 'type')
  }
  return walk('$', left, right)
}

function isNumber(value: JsonTree): value is NumberValue {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isNumberLike(value: JsonTree): boolean {
  return isNumber(value) || value instanceof LiteralNumber
}

function isList(value: JsonTree): value is readonly JsonTree[] {
  return Array.isArray(value)
}

function kindOf(value: JsonTree): string {
  if (value === null) return 'null'
  if (isNumberLike(value)) return 'number'
  if (isList(value)) return 'list'
  return value instanceof Map ? 'object' : typeof value
}

function show(value: JsonTree | undefined): string {
  if (value === undefined) return ''
  if (value instanceof LiteralNumber) return escapeText(value.literal)
  if (isList(value)) return `[${value.length} items]`
  if (value instanceof Map) return `{${value.size} keys}`
  return escapeText(typeof value === 'string' ? JSON.stringify(value) : String(value))
}

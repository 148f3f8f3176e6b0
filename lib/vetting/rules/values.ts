import type { Call, Facts, Value } from './facts.ts'

const DEEPEST = 12

/** Every call inside a value, followed through simple assignments (`x = f(); g(x)`). */
export function callsWithin(value: Value, facts: Facts): Call[] {
  const found: Call[] = []
  const seen = new Set<string>()
  const walk = (current: Value, depth: number): void => {
    if (depth > DEEPEST || found.length > 200) return
    if (current.kind === 'call') {
      found.push(current.call)
      for (const arg of current.call.args) walk(arg, depth + 1)
      if (current.call.receiver !== null) walk(current.call.receiver, depth + 1)
    } else if (current.kind === 'list') for (const item of current.items) walk(item, depth + 1)
    else if (current.kind === 'unknown') for (const item of current.inner) walk(item, depth + 1)
    else if (current.kind === 'name' && !seen.has(current.name)) {
      seen.add(current.name)
      const assigned = facts.assigned.get(current.name)
      if (assigned !== undefined) walk(assigned, depth + 1)
    }
  }
  walk(value, 0)
  return found
}

/** The value behind a name, followed through simple assignments; the value itself when it is no name or unknown. */
export function settle(value: Value | undefined, facts: Facts): Value | undefined {
  let current = value
  for (let i = 0; i < DEEPEST && current?.kind === 'name'; i++) {
    const next = facts.assigned.get(current.name)
    if (next === undefined) return current
    current = next
  }
  return current
}

/**
 * Nodes that come and go: the first connections of a node count at once, so that a restart costs nothing; one that keeps
 * coming back gets work only after it stayed for a while, and one that storms is refused.
 */
export interface FlapVerdict {
  readonly allowed: boolean
  /** Milliseconds until the node may be given work; 0 at once. When refused: until it may try again. */
  readonly wait: number
}

const WINDOW = 30_000
/** So many connections within the window are a restart or a bad line, and cost nothing. */
const FREE = 3
const REFUSED_FROM = 12
const FIRST_WAIT = 2_000
const LONGEST_WAIT = 30_000
const MOST_KEYS = 50_000

/** Remembers connections by key for half a minute. `now` in milliseconds, monotonic. */
export function createFlapGuard(now: () => number = () => performance.now()): (key: string) => FlapVerdict {
  const seen = new Map<string, number[]>()
  return (key) => {
    const at = now()
    const recent = (seen.get(key) ?? []).filter((time) => at - time < WINDOW)
    const refused = recent.length >= REFUSED_FROM
    // A refused try is not counted, so that waiting always helps.
    if (!refused) recent.push(at)
    seen.delete(key)
    seen.set(key, recent)
    if (seen.size > MOST_KEYS) seen.delete(seen.keys().next().value as string)
    if (refused) return { allowed: false, wait: WINDOW - (at - (recent[0] as number)) }
    const excess = recent.length - FREE
    return { allowed: true, wait: excess <= 0 ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (excess - 1)) }
  }
}

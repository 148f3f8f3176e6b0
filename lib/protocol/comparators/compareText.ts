import { type Difference, excerptAt, placeOf } from './difference.ts'
import { type NumberRule, numberDistance, numberEnd, numberValue } from './numbers.ts'

/**
 * Walks two texts side by side: where both have a number the rule decides, everywhere else the bytes must be equal (so
 * CRLF and LF differ). Works on bytes, so text that is not UTF-8 and NUL bytes are like any others.
 */
export function compareText(
  name: string,
  left: Uint8Array,
  right: Uint8Array,
  rule: NumberRule,
): Difference | null {
  const a = byteString(left)
  const b = byteString(right)
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const iEnd = i < a.length ? numberEnd(a, i) : -1
    const jEnd = j < b.length ? numberEnd(b, j) : -1
    if (iEnd !== -1 && jEnd !== -1) {
      const one = a.slice(i, iEnd)
      const other = b.slice(j, jEnd)
      if (one !== other) {
        const x = numberValue(one)
        const y = numberValue(other)
        const comparable = x !== null && y !== null
        if (!comparable || !rule(numberDistance(x, y))) {
          return {
            name,
            at: placeOf(left, i),
            left: one.slice(0, 120),
            right: other.slice(0, 120),
            why: comparable ? 'number' : 'text',
          }
        }
      }
      i = iEnd
      j = jEnd
    } else if (iEnd === -1 && jEnd === -1 && a.charCodeAt(i) === b.charCodeAt(j)) {
      i++
      j++
    } else {
      return { name, at: placeOf(left, i), left: excerptAt(left, i), right: excerptAt(right, j), why: 'text' }
    }
  }
  return null
}

/** One character per byte, so that positions are byte offsets. (The label latin1 of TextDecoder is windows-1252.) */
function byteString(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)))
  return parts.join('')
}

/**
 * What counts as a number in an output, and when two numbers agree.
 *
 * A value is a JavaScript number, or a bigint when it is an integer that a double cannot hold exactly. A literal of more
 * than 400 characters, or one too large for a double, is no number here: it is compared as text.
 */
export type NumberValue = number | bigint

const LONGEST_LITERAL = 400
const INTEGER = /^[+-]?\d+$/
const NOT_FINITE = /^[+-]?(?:nan|inf(?:inity)?)$/i
const SCALE_DIGITS = 30
const SCALE = 10n ** BigInt(SCALE_DIGITS)

/** The value of a literal as programs print it (also `nan`, `inf`, `-Infinity` in any case), or null when it is to be text. */
export function numberValue(literal: string): NumberValue | null {
  if (literal.length > LONGEST_LITERAL) return null
  if (NOT_FINITE.test(literal)) {
    if (/nan/i.test(literal)) return Number.NaN
    return literal.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const value = Number(literal)
  if (INTEGER.test(literal) && !Number.isSafeInteger(value)) {
    const magnitude = BigInt(literal.replace(/^[+-]/, ''))
    return literal.startsWith('-') ? -magnitude : magnitude
  }
  return Number.isFinite(value) ? value : null
}

/**
 * Called for each pair of numbers that stand at the same place, with their distance (`numberDistance`). Returns whether
 * they agree.
 */
export type NumberRule = (distance: number) => boolean

/**
 * How far two numbers are apart: `|x - y| / max(1, |x|, |y|)`. They agree within a tolerance when this is not above it,
 * that is when they differ by no more than the tolerance, absolutely or relatively to the larger one.
 *
 * Zero for two NaN, for two infinities of one sign, and for 0 and -0; Infinity when only one side is NaN or infinite.
 */
export function numberDistance(x: NumberValue, y: NumberValue): number {
  if (typeof x === 'bigint' || typeof y === 'bigint') {
    const left = toBigInt(x)
    const right = toBigInt(y)
    if (left !== null && right !== null) return bigDistance(left, right)
    return floatDistance(Number(x), Number(y))
  }
  return floatDistance(x, y)
}

function floatDistance(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y))
    return Number.isNaN(x) && Number.isNaN(y) ? 0 : Number.POSITIVE_INFINITY
  if (x === y) return 0
  if (!Number.isFinite(x) || !Number.isFinite(y)) return Number.POSITIVE_INFINITY
  const scale = Math.max(1, Math.abs(x), Math.abs(y))
  // Divide before subtracting, so that two huge numbers of opposite sign do not overflow.
  return scale > 1e300 ? Math.abs(x / scale - y / scale) : Math.abs(x - y) / scale
}

function bigDistance(x: bigint, y: bigint): number {
  if (x === y) return 0
  const difference = x > y ? x - y : y - x
  const left = x < 0n ? -x : x
  const right = y < 0n ? -y : y
  const scale = left > right ? left : right
  // One is added so that the quotient is rounded up: a difference never shrinks to zero.
  return Number((difference * SCALE) / scale + 1n) / 10 ** SCALE_DIGITS
}

function toBigInt(value: NumberValue): bigint | null {
  if (typeof value === 'bigint') return value
  return Number.isInteger(value) ? BigInt(value) : null
}

const LITERAL = /[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|nan|inf(?:inity)?)/iy

/**
 * The end of the number that starts at `start`, or -1. A number stands alone: no letter, digit, underscore, dot or byte
 * above 127 touches it, so `sha1`, `0x1f`, `1.2.3`, `12ms` and parts of a UUID are text. A sign belongs to the number
 * only when it does not follow such a character (in `3-5` the minus is text). `1.` is a number, as numpy prints it.
 */
export function numberEnd(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (!canStartNumber(first)) return -1
  if (start > 0 && touches(text.charCodeAt(start - 1))) return -1
  LITERAL.lastIndex = start
  if (!LITERAL.test(text)) return -1
  const end = LITERAL.lastIndex
  if (end < text.length) {
    const next = text.charCodeAt(end)
    if (next !== DOT && touches(next)) return -1
    if (next === DOT && end + 1 < text.length && touches(text.charCodeAt(end + 1))) return -1
  }
  return end
}

const DOT = 0x2e

function canStartNumber(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true
  return (
    code === 0x2b ||
    code === 0x2d ||
    code === DOT ||
    code === 0x6e ||
    code === 0x4e ||
    code === 0x69 ||
    code === 0x49
  )
}

function touches(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true
  if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) return true
  return code === 0x5f || code === DOT || code >= 0x80
}

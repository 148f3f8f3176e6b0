import { type Difference, excerptAt, placeOf } from './difference.ts'

/** The first byte in which two outputs differ, or null. */
export function compareBytes(name: string, left: Uint8Array, right: Uint8Array): Difference | null {
  const shorter = Math.min(left.length, right.length)
  let i = 0
  while (i < shorter && left[i] === right[i]) i++
  if (i === left.length && i === right.length) return null
  return { name, at: placeOf(left, i), left: excerptAt(left, i), right: excerptAt(right, i), why: 'text' }
}

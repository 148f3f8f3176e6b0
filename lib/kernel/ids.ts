import { randomBytes } from 'node:crypto'

/** A hex string with 0x in front, as viem has it. */
export type Hex = `0x${string}`
export type Address = `0x${string}`

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * A new id: prefix, underscore, 26 Crockford base32 digits of which the first ten are the millisecond, so ids sort by
 * time of birth. 80 random bits.
 */
export function newId(prefix: string, nowMilliseconds: number = Date.now()): string {
  let time = ''
  let rest = nowMilliseconds
  for (let i = 0; i < 10; i++) {
    time = CROCKFORD.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  let random = ''
  for (const byte of randomBytes(16)) random += CROCKFORD.charAt(byte % 32)
  return `${prefix}_${time}${random}`
}

/** Lower-case form, the only one stored and compared. */
export function lower<T extends string>(value: T): T {
  return value.toLowerCase() as T
}

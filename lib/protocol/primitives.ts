/** The small schemas that every message is made of. */
import * as z from 'zod'
import type { Address, Hex } from '../kernel/ids.ts'

/** An address, lower-cased on the way in. */
export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
  .transform((text) => text.toLowerCase() as Address)

/** 32 bytes as hex, lower-cased on the way in. */
export const bytes32Schema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'not 32 bytes of hex')
  .transform((text) => text.toLowerCase() as Hex)

/** A signature: hex, at most 2 KiB so that contract wallets fit. */
export const signatureSchema = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2}){1,2048}$/, 'not a signature')
  .transform((text) => text as Hex)

/** SHA-256 of some bytes: 64 hex digits without a prefix. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 hash')

// `abort`: what is no number must not reach the range check, where BigInt would throw.

/** Wei as a decimal string: no sign, no exponent, no leading zero, below 2^128. */
export const weiSchema = z
  .string()
  .regex(/^(0|[1-9]\d{0,38})$/, { error: 'not an amount in wei', abort: true })
  .refine((text) => BigInt(text) < 2n ** 128n, 'amount is too large')

/** An unsigned 256-bit number as a decimal string. */
export const uint256Schema = z
  .string()
  .regex(/^(0|[1-9]\d{0,77})$/, { error: 'not a whole number', abort: true })
  .refine((text) => BigInt(text) < 2n ** 256n, 'number is too large')

/** A chain timestamp or other uint64 as a decimal string. */
export const uint64Schema = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/, { error: 'not a whole number', abort: true })
  .refine((text) => BigInt(text) < 2n ** 64n, 'number is too large')

/** The signed messages as JSON: bigints are decimal strings. Parsed into the types of messages.ts at both ends. */
import * as z from 'zod'
import { addressSchema, bytes32Schema, uint64Schema, uint256Schema, weiSchema } from './primitives.ts'

const wei = weiSchema.transform((text) => BigInt(text))
const attempt = z.int().min(1).max(255)

export const orderSchema = z.strictObject({
  customer: addressSchema,
  auctioneer: addressSchema,
  specHash: bytes32Schema,
  maxPrice: wei,
  gpuClass: z.int().min(0).max(65535),
  validation: z.int().min(0).max(1),
  comparison: z.int().min(0).max(1),
  members: z.int().min(1).max(15),
  timeout: z.int().min(1).max(4294967295),
  softSeconds: z.int().min(1).max(4294967295),
  hardSeconds: z.int().min(1).max(4294967295),
  floorBps: z.int().min(0).max(10000),
  submitBy: uint64Schema.transform((text) => BigInt(text)),
  nonce: uint256Schema.transform((text) => BigInt(text)),
})

export const bidSchema = z.strictObject({
  order: bytes32Schema,
  attempt,
  node: addressSchema,
  price: wei,
  rate: wei,
  validUntil: uint64Schema.transform((text) => BigInt(text)),
})

export const attemptMessageSchema = z.strictObject({ order: bytes32Schema, attempt, node: addressSchema })
export const resultMessageSchema = z.strictObject({
  order: bytes32Schema,
  attempt,
  node: addressSchema,
  commitment: bytes32Schema,
})
export const sealMessageSchema = z.strictObject({
  order: bytes32Schema,
  attempt,
  member: addressSchema,
  seal: bytes32Schema,
})
export const revealMessageSchema = z.strictObject({
  order: bytes32Schema,
  attempt,
  member: addressSchema,
  outcome: z.int().min(1).max(5),
  outputHash: bytes32Schema,
  secondsUsed: z.int().min(0).max(4294967295),
  salt: bytes32Schema,
  agrees: z.int().min(0).max(65535),
})
export const openingSchema = z.strictObject({
  outcome: z.int().min(1).max(3),
  outputHash: bytes32Schema,
  manifestHash: bytes32Schema,
  secondsUsed: z.int().min(0).max(4294967295),
  salt: bytes32Schema,
})

/** The JSON form of a message: every bigint becomes a decimal string. */
export type Wire<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] }

/** Turns a message into its JSON form. */
export function toWire<T extends object>(message: T): Wire<T> {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  ) as Wire<T>
}

/**
 * The body of `POST /api/v1/jobs`: multipart/form-data with one JSON part `job` (this schema) and one part `content` for
 * each distinct content hash of the spec, in any order. And the small bodies of the other calls.
 */
import * as z from 'zod'
import { jobSpecSchema } from './jobSpec.ts'
import { addressSchema, signatureSchema } from './primitives.ts'
import { orderSchema } from './wire.ts'

export const jobRequestSchema = z.strictObject({
  spec: jobSpecSchema,
  order: orderSchema,
  signature: signatureSchema,
})

/** The customer's signed `Cancel` message; not needed while the job is not on chain. */
export const cancelRequestSchema = z.strictObject({ signature: signatureSchema.optional() })

/** What the estimate looks at. */
export const estimateRequestSchema = z.strictObject({ spec: jobSpecSchema })

/** Wei as decimal strings; seconds of run time. The interval is the 10th to 90th percentile of like jobs, or of the asks when there is no history. */
export const estimateViewSchema = z.object({
  samples: z.int(),
  nodes: z.int(),
  seconds: z.object({ low: z.number(), expected: z.number(), high: z.number() }).nullable(),
  price: z.object({ low: z.string(), expected: z.string(), high: z.string() }).nullable(),
  suggestedMaxPrice: z.string(),
  /** Locked at submission for the suggested maximum price; what is not used comes back. */
  locks: z.object({ price: z.string(), validation: z.string(), deposit: z.string(), total: z.string() }),
})
export type EstimateView = z.infer<typeof estimateViewSchema>

export const faucetRequestSchema = z.strictObject({ address: addressSchema })
export const signInRequestSchema = z.strictObject({
  message: z.string().max(4000),
  signature: signatureSchema,
})
export const apiKeyRequestSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  scopes: z
    .array(z.enum(['read', 'cancel']))
    .min(1)
    .max(2),
  expiresInDays: z.int().min(1).max(366).nullable(),
})
export const holdDecisionSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  note: z.string().trim().min(1).max(500),
})

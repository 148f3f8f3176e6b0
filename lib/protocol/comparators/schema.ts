/** Which comparator decides whether two outputs mean the same, and what it reads. Part of the job spec, so of the order. */
import * as z from 'zod'
import { artifactName } from '../artifactName.ts'

/** What is compared: standard output, or named output files. Never standard error. */
export const compareOnSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stdout') }),
  z.strictObject({
    kind: z.literal('files'),
    names: z
      .array(artifactName)
      .min(1)
      .max(64)
      .refine((names) => new Set(names).size === names.length, 'two names are the same'),
  }),
])

/** `exact`: the same bytes. `number`: the same text or JSON with numbers within a tolerance, relative or absolute. */
export const comparatorSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('exact'), on: compareOnSchema }),
  z.strictObject({ method: z.literal('number'), tolerance: z.number().gt(0).max(1), on: compareOnSchema }),
])
export type Comparator = z.infer<typeof comparatorSchema>
export type CompareOn = z.infer<typeof compareOnSchema>

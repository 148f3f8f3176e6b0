/** What vetting says about a job's content, as pages, the API and the command line show it. */
import * as z from 'zod'
import { bytes32Schema } from './primitives.ts'

/** `note`: worth knowing. `hold`: a person decides before anything is locked. `reject`: never dispatched. */
export const severitySchema = z.enum(['note', 'hold', 'reject'])
export type Severity = z.infer<typeof severitySchema>

export const decisionSchema = z.enum(['pass', 'hold', 'reject'])
export type Decision = z.infer<typeof decisionSchema>

export const reasonSchema = z.strictObject({
  /** Stable name of the rule, for translations and statistics. */
  rule: z.string().regex(/^[a-z][a-z-]{1,40}$/),
  severity: severitySchema,
  message: z.string().max(500),
  /** Path of the file in the job; null when the reason is about the whole job. */
  file: z.string().max(1024).nullable(),
  /** Counted from 1; the column in UTF-16 units. Null when the reason is about a whole file. */
  line: z.int().min(1).nullable(),
  column: z.int().min(1).nullable(),
  /** The line itself, cut, with control, invisible and direction-changing characters escaped. */
  excerpt: z.string().max(400),
})
export type Reason = z.infer<typeof reasonSchema>

export const verdictSchema = z.strictObject({
  decision: decisionSchema,
  reasons: z.array(reasonSchema).max(200),
  /** The verdict speaks of this content alone: hash of runtime, entry and every file (`contentHash` in lib/vetting). */
  contentHash: bytes32Schema,
  /** Modules the scripts import that no live node announces and that are no files of the job. */
  missingModules: z.array(z.string().max(256)).max(200),
})
export type Verdict = z.infer<typeof verdictSchema>

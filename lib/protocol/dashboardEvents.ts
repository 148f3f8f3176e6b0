/**
 * Live news for browsers and the CLI over Socket.IO, namespace `/dashboard`. Events say *that* something changed and carry
 * numbers to resume from; whoever missed some asks again from the last number it saw.
 */
import * as z from 'zod'

export const logEntrySchema = z.strictObject({
  seq: z.int().min(0),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
})
export type LogEntry = z.infer<typeof logEntrySchema>

/** Client asks to follow a job; the ack says whether it may. `afterLog` = last log seq seen of `leaseId`, or -1. */
export const watchJobSchema = z.strictObject({
  jobId: z.string().max(40),
  leaseId: z.string().max(40).nullable(),
  afterLog: z.int().min(-1),
})
export const watchReplySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('watching'), revision: z.int(), leaseId: z.string().nullable() }),
  z.strictObject({ kind: z.literal('refused'), code: z.string() }),
])

/** The job moved or something was added to its timeline; read it again when `revision` is newer than yours. */
export const jobChangedSchema = z.strictObject({ jobId: z.string(), revision: z.int(), state: z.string() })
/** Log entries of the running attempt, in order. A first seq above the one expected means: ask again from the last seen. */
export const jobLogsSchema = z.strictObject({
  jobId: z.string(),
  leaseId: z.string(),
  entries: z.array(logEntrySchema),
})
/** Something on the network page changed (a node came or went, a job settled). */
export const networkChangedSchema = z.strictObject({ topic: z.enum(['nodes', 'jobs', 'chain']) })

export const DASHBOARD_EVENTS = {
  watchJob: 'job:watch',
  unwatchJob: 'job:unwatch',
  watchNetwork: 'network:watch',
  jobChanged: 'job:changed',
  jobLogs: 'job:logs',
  networkChanged: 'network:changed',
} as const

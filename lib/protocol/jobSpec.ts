/**
 * What a customer asks to be run: the one schema shared by page, REST, CLI, server and worker.
 *
 * The order carries only `specHash`, so the content stays off chain; whoever runs the job recomputes the hash from the
 * spec it was given and every content hash from the bytes (attack: a server that alters a job).
 */
import { keccak256, stringToBytes } from 'viem/utils'
import * as z from 'zod'
import { canonicalJson } from '../kernel/canonicalJson.ts'
import type { Hex } from '../kernel/ids.ts'
import { artifactName } from './artifactName.ts'
import { comparatorSchema } from './comparators/schema.ts'
import { sha256Schema } from './primitives.ts'

export const RUNTIMES = ['python', 'node'] as const
export type RuntimeName = (typeof RUNTIMES)[number]

/** Hard limits of one job; a page or the CLI shows them, the schema enforces them. Bytes unless named. */
export const JOB_LIMITS = {
  scriptBytes: 1024 * 1024,
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 128 * 1024 * 1024,
  files: 256,
  arguments: 64,
  argumentCharacters: 4096,
  timeoutSeconds: { least: 1, most: 24 * 3600 },
  memoryMiB: { least: 64, most: 512 * 1024 },
  diskMiB: { least: 16, most: 1024 * 1024 },
  processes: { least: 1, most: 1024 },
} as const

export const jobFileSchema = z.strictObject({
  path: artifactName,
  sha256: sha256Schema,
  bytes: z.int().min(0).max(JOB_LIMITS.fileBytes),
})

export const resourcesSchema = z.strictObject({
  /** 0 = CPU is enough; 1..5 = GPU classes by memory. */
  gpuClass: z.int().min(0).max(5),
  memoryMiB: z.int().min(JOB_LIMITS.memoryMiB.least).max(JOB_LIMITS.memoryMiB.most),
  diskMiB: z.int().min(JOB_LIMITS.diskMiB.least).max(JOB_LIMITS.diskMiB.most),
  processes: z.int().min(JOB_LIMITS.processes.least).max(JOB_LIMITS.processes.most),
  timeoutSeconds: z.int().min(JOB_LIMITS.timeoutSeconds.least).max(JOB_LIMITS.timeoutSeconds.most),
})

export const jobSpecSchema = z
  .strictObject({
    version: z.literal(1),
    title: z.string().max(120),
    runtime: z.enum(RUNTIMES),
    /** The file that is run; one of `files`. */
    entry: artifactName,
    /** Script and input files as they lie in the job's folder. */
    files: z.array(jobFileSchema).min(1).max(JOB_LIMITS.files),
    args: z.array(z.string().max(JOB_LIMITS.argumentCharacters)).max(JOB_LIMITS.arguments),
    /** Content given on standard input, or null for none. */
    stdin: z
      .strictObject({ sha256: sha256Schema, bytes: z.int().min(0).max(JOB_LIMITS.fileBytes) })
      .nullable(),
    comparator: comparatorSchema,
    resources: resourcesSchema,
  })
  .superRefine((spec, context) => {
    const paths = new Set(spec.files.map((file) => file.path))
    if (paths.size !== spec.files.length)
      context.addIssue({ code: 'custom', path: ['files'], message: 'two files have the same path' })
    if (!paths.has(spec.entry))
      context.addIssue({ code: 'custom', path: ['entry'], message: 'the entry is not one of the files' })
    const total = spec.files.reduce((sum, file) => sum + file.bytes, spec.stdin?.bytes ?? 0)
    if (total > JOB_LIMITS.totalBytes) {
      context.addIssue({
        code: 'custom',
        path: ['files'],
        message: `the files are larger than ${JOB_LIMITS.totalBytes} bytes together`,
      })
    }
  })
export type JobSpec = z.infer<typeof jobSpecSchema>

/** keccak256 of the spec's canonical JSON: the value an order carries. */
export function specHash(spec: JobSpec): Hex {
  return keccak256(stringToBytes(canonicalJson(spec)))
}

/** Every content hash a node needs to run the job, each once. */
export function contentHashes(spec: JobSpec): string[] {
  return [...new Set([...spec.files.map((file) => file.sha256), ...(spec.stdin ? [spec.stdin.sha256] : [])])]
}

/** What a run handed out: exit code and every artifact by content hash. `stdout` and `stderr` are artifacts of their own kind. */
export const manifestSchema = z.strictObject({
  exitCode: z.int().nullable(),
  artifacts: z
    .array(
      z.strictObject({
        kind: z.enum(['file', 'stdout', 'stderr']),
        name: artifactName,
        sha256: sha256Schema,
        bytes: z.int().min(0),
      }),
    )
    .max(1024 + 2),
})
export type Manifest = z.infer<typeof manifestSchema>

/** keccak256 of the manifest's canonical JSON, as an opening carries it. */
export function manifestHash(manifest: Manifest): Hex {
  return keccak256(stringToBytes(canonicalJson(manifest)))
}

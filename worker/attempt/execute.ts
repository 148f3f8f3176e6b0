/** Runs a lease's program in the sandbox and gathers what it hands out. The same for the node and for every member. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JOB_LIMITS, type JobSpec, type Manifest } from '#lib/protocol/jobSpec.ts'
import { isSuccess, unwrittenOutputs } from '#lib/protocol/runOutput.ts'
import { collectArtifacts } from '../artifacts/collect.ts'
import type { Runtimes } from '../runtimes/detect.ts'
import type { Sandbox } from '../sandbox/detect.ts'
import { type Limits, type RunReport, SandboxError, type SandboxRoom, type Stream } from '../sandbox/types.ts'
import type { LeaseGrant } from '../session/connection.ts'
import type { LeaseFiles } from '../session/leaseFiles.ts'
import type { Execution } from '../session/leaseStore.ts'

const MIB = 1024 * 1024
/** Kept of standard output and of standard error. Part of the protocol in effect: nodes must cut alike. */
const OUTPUT_BYTES = 4 * MIB
const MOST_FILES = 20_000
/** Threads that a runtime starts for itself, on top of what the job asked for. */
const RUNTIME_TASKS = 24
const COLLECT = { files: 1024, bytes: 2 * JOB_LIMITS.totalBytes, fileBytes: JOB_LIMITS.fileBytes, depth: 16 }

export interface ExecuteInput {
  readonly grant: LeaseGrant
  /** Where result files go, each under its hash. */
  readonly spool: string
  readonly files: LeaseFiles
  readonly signal: AbortSignal
}

export interface ExecuteHooks {
  onStart?: () => void
  onOutput?: (stream: Stream, chunk: Buffer) => void
  onNote?: (text: string) => void
}

export interface Bench {
  readonly sandbox: Sandbox
  readonly runtimes: Runtimes
}

function limitsOf(spec: JobSpec): Limits {
  return {
    seconds: spec.resources.timeoutSeconds,
    memoryBytes: spec.resources.memoryMiB * MIB,
    processes: spec.resources.processes + RUNTIME_TASKS,
    diskBytes: spec.resources.diskMiB * MIB,
    files: MOST_FILES,
    outputBytes: OUTPUT_BYTES,
  }
}

/**
 * Runs the program once. Throws SandboxError when this machine could not run it, ContentUnavailable or LeaseGone when its
 * inputs could not be had, the signal's reason when it was stopped. A program that fails is no error: it is the result.
 */
export async function execute(bench: Bench, input: ExecuteInput, hooks: ExecuteHooks): Promise<Execution> {
  const { spec } = input.grant
  const runtime = bench.runtimes.byName.get(spec.runtime)
  if (bench.sandbox.open === null || runtime === undefined)
    throw new SandboxError(`this node does not run ${spec.runtime}`)
  const limits = limitsOf(spec)
  // The room is made while the contents come.
  const opening = bench.sandbox.open(limits)
  let room: SandboxRoom | null = null
  try {
    const contents = await allContents(input)
    room = await opening
    for (const file of spec.files) await room.put(file.path, contentOf(contents, file.sha256))
    const stdin = spec.stdin === null ? null : contentOf(contents, spec.stdin.sha256)
    const kept: Record<Stream, Buffer[]> = { stdout: [], stderr: [] }
    const report = await room.run(runtime.program(spec.entry, spec.args, stdin, limits), {
      signal: input.signal,
      ...(hooks.onStart === undefined ? {} : { onStart: hooks.onStart }),
      onOutput: (stream, chunk) => {
        kept[stream].push(chunk)
        hooks.onOutput?.(stream, chunk)
      },
    })
    input.signal.throwIfAborted()
    for (const stream of report.truncated) hooks.onNote?.(`[${stream} was cut after ${OUTPUT_BYTES} bytes]\n`)
    const inputs = new Map(spec.files.map((file) => [file.path, file.sha256]))
    const collected = await collectArtifacts(room.folder, inputs, input.spool, COLLECT)
    for (const line of collected.left) hooks.onNote?.(`[left in the sandbox: ${line}]\n`)
    const streams = await Promise.all([
      keepStream(input.spool, 'stdout', kept.stdout),
      keepStream(input.spool, 'stderr', kept.stderr),
    ])
    const artifacts: Manifest['artifacts'] = [
      ...streams,
      ...collected.artifacts.map((artifact) => ({ kind: 'file' as const, ...artifact })),
    ]
    const manifest: Manifest = { exitCode: report.exitCode, artifacts }
    return {
      outcome: outcomeOf(report, manifest, spec),
      manifest,
      detail: detailOf(report, manifest, spec),
      truncated: report.truncated.length > 0 || collected.left.length > 0,
      secondsUsed: Math.min(Math.ceil(report.seconds), spec.resources.timeoutSeconds),
    }
  } finally {
    await (room ?? (await opening.catch(() => null)))?.close()
  }
}

async function allContents(input: ExecuteInput): Promise<ReadonlyMap<string, Uint8Array>> {
  const { spec, inline } = input.grant
  const contents = new Map<string, Uint8Array>(inline.map(({ sha256, data }) => [sha256, data]))
  const wanted = new Map<string, number>(spec.files.map((file) => [file.sha256, file.bytes]))
  if (spec.stdin !== null) wanted.set(spec.stdin.sha256, spec.stdin.bytes)
  await Promise.all(
    [...wanted].map(async ([sha256, bytes]) => {
      if (!contents.has(sha256))
        contents.set(sha256, await input.files.fetchContent(sha256, bytes, input.signal))
    }),
  )
  return contents
}

function contentOf(contents: ReadonlyMap<string, Uint8Array>, sha256: string): Uint8Array {
  const content = contents.get(sha256)
  if (content === undefined) throw new SandboxError(`content ${sha256} is missing`)
  return content
}

async function keepStream(
  spool: string,
  stream: Stream,
  chunks: readonly Buffer[],
): Promise<Manifest['artifacts'][number]> {
  const bytes = Buffer.concat(chunks)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(spool, sha256), bytes, { mode: 0o600 })
  return { kind: stream, name: stream, sha256, bytes: bytes.length }
}

function outcomeOf(report: RunReport, manifest: Manifest, spec: JobSpec): Execution['outcome'] {
  if (report.outcome === 'timeout') return 'timeout'
  return report.outcome === 'exited' && isSuccess(spec.comparator, manifest) ? 'success' : 'failure'
}

function detailOf(report: RunReport, manifest: Manifest, spec: JobSpec): string {
  const seconds = `${report.seconds.toFixed(2)} s`
  switch (report.outcome) {
    case 'exited': {
      const unwritten = unwrittenOutputs(spec.comparator.on, manifest)
      const without = unwritten.length === 0 ? '' : `, without writing ${unwritten.join(', ')} to be compared`
      return `exit code ${report.exitCode} after ${seconds}${without}`.slice(0, 500)
    }
    case 'timeout':
      return `killed at the time limit of ${spec.resources.timeoutSeconds} s`
    case 'memory':
      return `killed after ${seconds}: more than ${spec.resources.memoryMiB} MiB of memory`
    case 'processes':
      return `killed after ${seconds}: more than ${spec.resources.processes} processes`
    case 'disk-limit':
      return `exit code ${report.exitCode} after ${seconds}, with its ${spec.resources.diskMiB} MiB of disk full`
    case 'output-limit':
      return `killed after ${seconds}: far more output than ${OUTPUT_BYTES} bytes`
    case 'killed':
      return `stopped after ${seconds}`
  }
}

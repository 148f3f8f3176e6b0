/** The words of the sandbox. A room is opened, filled with input files, runs one program, is read out and closed. */

/** Hard limits of one run. Bytes unless named. */
export interface Limits {
  /** Wall time from the program's start to the kill. */
  readonly seconds: number
  /** Resident memory of the whole process tree. */
  readonly memoryBytes: number
  /** Processes and threads together. */
  readonly processes: number
  /** Everything the job keeps in its folder, /tmp and /dev/shm together. */
  readonly diskBytes: number
  /** Files and folders the job may keep. */
  readonly files: number
  /** Kept of each output stream; what is beyond is dropped. */
  readonly outputBytes: number
  /** What the machine must keep available meanwhile; without it `leastAvailable()`. */
  readonly machineBytes?: number
}

export type Stream = 'stdout' | 'stderr'

/** A program inside the room: `command` is looked up on the sandbox's own PATH. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment, nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Content of standard input; null reads as empty. */
  readonly stdin: Uint8Array | null
}

/**
 * How a run ended. `exited`: by itself, whatever its exit code. The others were killed, the whole tree: wall time,
 * memory or process limit, output far beyond its limit, or because the caller asked. `disk-limit` is a run that failed
 * with its disk quota exhausted.
 */
export type RunEnd = 'exited' | 'timeout' | 'memory' | 'processes' | 'output-limit' | 'disk-limit' | 'killed'

export interface RunReport {
  readonly outcome: RunEnd
  /** As a shell has it: 128 + n when signal n ended it. Null when it was killed by us. */
  readonly exitCode: number | null
  /** Wall seconds the program existed. */
  readonly seconds: number
  /** Streams of which something was dropped. */
  readonly truncated: readonly Stream[]
  /** The most resident memory seen, in bytes, sampled. */
  readonly peakMemoryBytes: number
}

export interface RunHooks {
  /** The program's process exists. */
  onStart?: () => void
  /** Output as it comes, never beyond the limit. Bytes may split characters. */
  onOutput?: (stream: Stream, chunk: Buffer) => void
  /** Kills the run; its outcome is then `killed`. */
  signal?: AbortSignal
}

/** A prepared place for one run, with its quotas. */
export interface SandboxRoom {
  /** The job's folder as this process reaches it, valid until `close`. Owned by the job: never follow a link in it. */
  readonly folder: string
  /** Writes a file of the job, folders included. `path` was checked by the artifact name rule. */
  put(path: string, bytes: Uint8Array): Promise<void>
  /** Runs the program once. When it resolves no process of it is left. Throws SandboxError when it could not be started. */
  run(program: Program, hooks?: RunHooks): Promise<RunReport>
  /** Ends whatever is left and gives everything back. Idempotent. */
  close(): Promise<void>
}

/** What the machine offers, and so what the node announces. */
export type SandboxFound =
  | {
      readonly kind: 'bubblewrap'
      readonly version: string
      readonly cgroups: boolean
      readonly seccomp: boolean
    }
  | { readonly kind: 'namespaces'; readonly version: string }
  | { readonly kind: 'none'; readonly reason: string; readonly fix: string }

/** Something of the machine itself went wrong, not of the program. */
export class SandboxError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'SandboxError'
  }
}

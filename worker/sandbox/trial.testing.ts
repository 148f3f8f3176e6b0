/** What the sandbox's tests share: one place to run a hostile program and see what came of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { detectSandbox, type Sandbox } from './detect.ts'
import type { Limits, RunHooks, RunReport, SandboxRoom } from './types.ts'

export const MIB = 1024 * 1024

export const LIMITS: Limits = {
  seconds: 20,
  memoryBytes: 256 * MIB,
  processes: 32,
  diskBytes: 32 * MIB,
  files: 500,
  outputBytes: 256 * 1024,
}

export interface Trial {
  readonly report: RunReport
  readonly stdout: string
  readonly stderr: string
}

/** The full sandbox; the tests are about it and fail where there is none. */
export async function fullSandbox(): Promise<Sandbox> {
  const sandbox = await detectSandbox(process.env.PATH ?? '', [])
  if (sandbox.found.kind !== 'bubblewrap')
    throw new Error(`these tests need bubblewrap: ${JSON.stringify(sandbox.found)}`)
  return sandbox
}

export interface TrialOptions {
  readonly limits?: Partial<Limits>
  readonly stdin?: string
  readonly hooks?: RunHooks
  /** Looks at the room after the run, before it closes. */
  readonly inspect?: (room: SandboxRoom) => Promise<void>
}

/** Runs one program in a room of its own. */
export async function tryCommand(
  sandbox: Sandbox,
  command: readonly [string, ...string[]],
  files: Readonly<Record<string, string>> = {},
  options: TrialOptions = {},
): Promise<Trial> {
  if (sandbox.open === null) throw new Error('no sandbox')
  const room = await sandbox.open({ ...LIMITS, ...options.limits })
  const output = { stdout: '', stderr: '' }
  try {
    for (const [path, text] of Object.entries(files)) await room.put(path, Buffer.from(text))
    const [program, ...args] = command
    const stdin = options.stdin === undefined ? null : Buffer.from(options.stdin)
    const report = await room.run(
      { command: program, args, env: { LC_ALL: 'C.UTF-8' }, stdin },
      {
        ...options.hooks,
        onOutput: (stream, chunk) => {
          output[stream] += chunk.toString('latin1')
          options.hooks?.onOutput?.(stream, chunk)
        },
      },
    )
    await options.inspect?.(room)
    return { report, ...output }
  } finally {
    await room.close()
  }
}

/** Runs a Python text. */
export function tryPython(sandbox: Sandbox, text: string, options: TrialOptions = {}): Promise<Trial> {
  return tryCommand(sandbox, ['/usr/bin/python3', 'main.py'], { 'main.py': text }, options)
}

/** Processes on this machine whose command line holds the mark. */
export function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(mark)
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Waits until a condition holds, at most so long. */
export async function eventually(condition: () => boolean, milliseconds = 5000): Promise<boolean> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

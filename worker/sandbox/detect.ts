import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '#lib/kernel/errors.ts'
import { bubblewrapConfinement } from './bubblewrap.ts'
import { cgroupsUsable, sweepCgroups } from './cgroup.ts'
import type { ExtraProgram } from './inside.ts'
import { namespacesConfinement } from './namespaces.ts'
import { type Confinement, openRoom, startSupervisor } from './room.ts'
import { seccompProgram } from './seccomp.ts'
import { SYSTEM_ENVIRONMENT } from './shell.ts'
import type { Supervisor } from './supervisor.ts'
import type { Limits, SandboxFound, SandboxRoom } from './types.ts'

const run = promisify(execFile)

/** What the machine offers, tried and found working; `open` is null when it offers nothing. */
export interface Sandbox {
  readonly found: SandboxFound
  readonly open: ((limits: Limits) => Promise<SandboxRoom>) | null
  /** From now on keeps the beginnings of one room ready, so that a job starts sooner. */
  keepSpare(): void
  /** Gives the spare back and keeps none any more. Call before the process is to end by itself. */
  dismissSpare(): Promise<void>
}

const TRIAL: Limits = {
  seconds: 10,
  memoryBytes: 256 * 1024 * 1024,
  processes: 16,
  diskBytes: 16 * 1024 * 1024,
  files: 64,
  outputBytes: 4096,
}

/** A spare room is begun so long after the last one was taken. */
const SPARE_MILLISECONDS = 100

const FIX_BUBBLEWRAP = 'sudo apt-get install -y bubblewrap'

function findOnPath(name: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // Not here.
    }
  }
  return null
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version'], { env: SYSTEM_ENVIRONMENT })
  return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? 'unknown'
}

/** Really runs a program inside, so that what is announced works. Null when it does, else why not. */
async function problemWith(confinement: Confinement): Promise<string | null> {
  let room: SandboxRoom | null = null
  let said = ''
  try {
    room = await openRoom(TRIAL, confinement, startSupervisor(confinement), false)
    const report = await room.run(
      { command: 'true', args: [], env: {}, stdin: null },
      {
        onOutput: (_, chunk) => {
          said += chunk.toString()
        },
      },
    )
    return report.outcome === 'exited' && report.exitCode === 0
      ? null
      : `a trial run ended ${report.outcome} (${said.trim()})`
  } catch (error) {
    return said.trim() === '' ? messageOf(error) : `${messageOf(error)} (${said.trim()})`
  } finally {
    await room?.close()
  }
}

function sandbox(found: SandboxFound, confinement: Confinement, cgroups: boolean): Sandbox {
  let spare: Supervisor | null = null
  let keeps = false
  let later: NodeJS.Timeout | null = null
  const makeSpare = (): void => {
    later = null
    if (keeps) spare ??= startSupervisor(confinement)
  }
  return {
    found,
    open: async (limits) => {
      const supervisor = spare?.isAlive ? spare : startSupervisor(confinement)
      spare = null
      try {
        return await openRoom(limits, confinement, supervisor, cgroups)
      } finally {
        // Not now: the job that just got its room is about to start.
        if (keeps) later ??= setTimeout(makeSpare, SPARE_MILLISECONDS)
      }
    },
    keepSpare: () => {
      keeps = true
      makeSpare()
    },
    dismissSpare: async () => {
      keeps = false
      if (later !== null) clearTimeout(later)
      later = null
      const last = spare
      spare = null
      last?.kill()
      await last?.exited
    },
  }
}

const NO_SANDBOX = { open: null, keepSpare: () => undefined, dismissSpare: async () => undefined }

/**
 * Looks for the strongest sandbox this machine gives: bubblewrap on `path`, else bare namespaces for Node programs, else
 * none with the reason and one line that mends it. `extra` are host programs to show inside. Also clears what dead workers left.
 */
export async function detectSandbox(path: string, extra: readonly ExtraProgram[]): Promise<Sandbox> {
  if (process.platform !== 'linux') {
    const reason = `jobs of strangers run only in a Linux sandbox, and this is ${process.platform}`
    return {
      found: { kind: 'none', reason, fix: 'run the worker on Linux or in a Linux virtual machine' },
      ...NO_SANDBOX,
    }
  }
  sweepCgroups()
  const cgroups = cgroupsUsable()
  const bwrap = findOnPath('bwrap', path)
  const filter = seccompProgram()
  let bubblewrapProblem = 'bubblewrap (bwrap) is not on the path'
  if (bwrap !== null && filter !== null) {
    const confinement = bubblewrapConfinement(bwrap, filter, extra)
    const problem = await problemWith(confinement)
    if (problem === null) {
      const version = await versionOf(bwrap)
      return sandbox({ kind: 'bubblewrap', version, cgroups, seccomp: true }, confinement, cgroups)
    }
    bubblewrapProblem = `bubblewrap does not work here: ${problem}`
  } else if (filter === null) {
    bubblewrapProblem = `there is no system call filter for ${process.arch}`
  }
  const confinement = namespacesConfinement(extra)
  const problem = await problemWith(confinement)
  if (problem === null)
    return sandbox({ kind: 'namespaces', version: await versionOf('unshare') }, confinement, cgroups)
  return {
    found: {
      kind: 'none',
      reason: `${bubblewrapProblem}; bare namespaces do not work either: ${problem}`.slice(0, 500),
      fix:
        bwrap === null
          ? FIX_BUBBLEWRAP
          : 'allow unprivileged user namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000',
    },
    ...NO_SANDBOX,
  }
}

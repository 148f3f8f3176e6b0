import { constants, openSync } from 'node:fs'
import { chown, mkdir, statfs, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { JobCgroup } from './cgroup.ts'
import { availableBytes, leastAvailable } from './machineMemory.ts'
import { OutputReader } from './outputReader.ts'
import { killBelow, sharedBytes, treeUse, untilDead } from './processTree.ts'
import { Supervisor, type SupervisorOptions } from './supervisor.ts'
import {
  type Limits,
  type Program,
  type RunEnd,
  type RunHooks,
  type RunReport,
  SandboxError,
  type SandboxRoom,
  type Stream,
} from './types.ts'

const WATCH_MILLISECONDS = 50
/** Rounds of the watch between two looks at shared memory, which cost more. */
const SHARED_EVERY = 10
/** After the job's last process died its pipes are at their end; this is for the kernel, not for the job. */
const DRAIN_MILLISECONDS = 2000
/** A job yields to the worker, which must keep its heartbeats and bids in time. */
const JOB_NICENESS = 5
/** Tasks in the tree that are ours: bubblewrap's two or the namespace launcher's. */
const OWN_TASKS = 3
/** Files and folders in the room that are ours. */
const OWN_INODES = 32

/** What differs between the two kinds of sandbox. */
export interface Confinement {
  /** See SupervisorOptions.runLines. */
  runLines(owner: number | null): string
  readonly binds: SupervisorOptions['binds']
  /** Files the run lines read below BASE/ctl, for one program. */
  controlFiles(program: Program, limits: Limits): ReadonlyMap<string, Uint8Array>
  /** Whether a line of the supervisor says that the job's process exists. */
  isStart(line: string): boolean
  /** The first process of the job's pid namespace, when the line names it: once it is dead, all are. */
  firstProcess(line: string): number | null
  /** Whether a line proves that the job was really executed and not only prepared. */
  isExecuted(line: string): boolean
}

/** The uid of a job when this process is root: of no account, and another one for each job. Null for an ordinary user. */
function jobOwner(): number | null {
  if (process.getuid?.() !== 0) return null
  return 1_900_000_000 + Math.floor(Math.random() * 2 ** 24)
}

/** Starts a supervisor for a job to come. Throws SandboxError when the machine has no util-linux. */
export function startSupervisor(confinement: Confinement): Supervisor {
  const owner = jobOwner()
  return Supervisor.start({ owner, binds: confinement.binds, runLines: confinement.runLines(owner) })
}

/** Makes a room with these quotas of a waiting supervisor. Throws SandboxError when the machine does not let us. */
export async function openRoom(
  limits: Limits,
  confinement: Confinement,
  supervisor: Supervisor,
  cgroups: boolean,
): Promise<SandboxRoom> {
  const cgroup = cgroups ? JobCgroup.create(String(supervisor.pid), limits.processes + OWN_TASKS + 2) : null
  cgroup?.add(supervisor.pid)
  try {
    await supervisor.prepare({ diskBytes: limits.diskBytes, inodes: limits.files + OWN_INODES })
  } catch (error) {
    await supervisor.exited
    cgroup?.remove()
    throw error
  }
  try {
    setPriority(supervisor.pid, JOB_NICENESS)
  } catch {
    // Niceness is a courtesy.
  }
  return new Room(limits, confinement, supervisor, cgroup)
}

class Room implements SandboxRoom {
  readonly folder: string
  private readonly base: string
  private readonly limits: Limits
  private readonly confinement: Confinement
  private readonly supervisor: Supervisor
  private readonly owner: number | null
  private readonly cgroup: JobCgroup | null
  private used = false
  private closed: Promise<void> | null = null

  constructor(limits: Limits, confinement: Confinement, supervisor: Supervisor, cgroup: JobCgroup | null) {
    this.limits = limits
    this.confinement = confinement
    this.supervisor = supervisor
    this.owner = supervisor.owner
    this.cgroup = cgroup
    this.base = supervisor.base
    this.folder = `${this.base}/job`
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    if (this.used) throw new SandboxError('a room takes files only before its program has run')
    const folders: string[] = []
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.unshift(folder)
    for (const folder of folders) {
      const made = await mkdir(join(this.folder, folder), { recursive: true })
      if (made !== undefined && this.owner !== null)
        await chown(join(this.folder, folder), this.owner, this.owner)
    }
    await writeFile(join(this.folder, path), bytes, { flag: 'wx', mode: 0o644 })
    if (this.owner !== null) await chown(join(this.folder, path), this.owner, this.owner)
  }

  async run(program: Program, hooks: RunHooks = {}): Promise<RunReport> {
    if (this.used) throw new SandboxError('a room runs one program')
    this.used = true
    for (const [name, bytes] of this.confinement.controlFiles(program, this.limits)) {
      await writeFile(join(this.base, 'ctl', name), bytes, { mode: 0o644 })
    }
    await writeFile(join(this.base, 'ctl', 'stdin'), program.stdin ?? new Uint8Array(), { mode: 0o644 })

    let end: RunEnd = 'exited'
    const stop = (why: RunEnd): void => {
      if (end !== 'exited') return
      end = why
      killBelow(this.supervisor.pid)
    }
    const readers = this.openReaders(
      (stream, chunk) => hooks.onOutput?.(stream, chunk),
      () => stop('output-limit'),
    )
    let peakMemoryBytes = 0
    let diskFull = false
    let machineIsShort = false
    const leastBytes = this.limits.machineBytes ?? leastAvailable()
    let round = 0
    const watch = setInterval(() => {
      // Killing is repeated: a process forked while the first round went through the list is caught by the next.
      if (end !== 'exited') return killBelow(this.supervisor.pid)
      // What the kernel holds for a job (buffers of sockets and pipes, page tables) is in no figure below.
      if (availableBytes() < leastBytes) {
        machineIsShort = true
        return stop('killed')
      }
      const use = treeUse(this.supervisor.pid, this.limits.memoryBytes)
      peakMemoryBytes = Math.max(peakMemoryBytes, use.memoryBytes)
      if (use.memoryBytes > this.limits.memoryBytes) stop('memory')
      else if (++round % SHARED_EVERY === 0 && sharedBytes(this.supervisor.pid) > this.limits.memoryBytes)
        stop('memory')
      else if (use.tasks > this.limits.processes + OWN_TASKS) stop('processes')
    }, WATCH_MILLISECONDS)
    const onAbort = (): void => stop('killed')
    hooks.signal?.addEventListener('abort', onAbort, { once: true })
    let timer: NodeJS.Timeout | undefined
    let startedAt = performance.now()
    try {
      if (hooks.signal?.aborted) onAbort()
      this.supervisor.say('go')
      const exitCode = await this.followUntilDone(
        () => {
          startedAt = performance.now()
          timer = setTimeout(() => stop('timeout'), this.limits.seconds * 1000)
          if (end !== 'exited') killBelow(this.supervisor.pid)
          hooks.onStart?.()
        },
        () => end !== 'exited',
      )
      const seconds = (performance.now() - startedAt) / 1000
      await this.drain(readers)
      diskFull = await this.diskIsFull()
      // Who took it cannot be said, so it is not the program's fault: it must not be told as a result.
      if (machineIsShort) throw new SandboxError('the machine ran short of memory, so the job was ended')
      const ended: RunEnd = end
      if (ended === 'exited' && exitCode !== 0 && diskFull) end = 'disk-limit'
      return {
        outcome: end,
        exitCode: ended === 'exited' ? exitCode : null,
        seconds,
        truncated: readers.filter((reader) => reader.truncated).map((reader) => reader.stream),
        peakMemoryBytes,
      }
    } finally {
      clearInterval(watch)
      clearTimeout(timer)
      hooks.signal?.removeEventListener('abort', onAbort)
      for (const reader of readers) reader.close()
    }
  }

  close(): Promise<void> {
    this.closed ??= (async () => {
      killBelow(this.supervisor.pid)
      this.supervisor.kill()
      await this.supervisor.exited
      this.cgroup?.remove()
    })()
    return this.closed
  }

  private openReaders(onChunk: (stream: Stream, chunk: Buffer) => void, onFlood: () => void): OutputReader[] {
    const readers: OutputReader[] = []
    for (const [stream, name] of [
      ['stdout', 'out'],
      ['stderr', 'err'],
    ] as const) {
      // Without O_NONBLOCK the open would wait for the job in a thread of the pool.
      const descriptor = openSync(join(this.base, name), constants.O_RDONLY | constants.O_NONBLOCK)
      readers.push(new OutputReader(stream, descriptor, this.limits.outputBytes, onChunk, onFlood))
    }
    return readers
  }

  /** Reads the supervisor's lines until the job is over. Throws when the job was never executed and nobody killed it. */
  private async followUntilDone(onStart: () => void, killed: () => boolean): Promise<number> {
    let started = false
    let executed = false
    let first: number | null = null
    for (;;) {
      const line = await this.supervisor.nextLine()
      if (line === null) throw new SandboxError(`the supervisor died: ${this.supervisor.complaint()}`)
      if (!started && this.confinement.isStart(line)) {
        started = true
        onStart()
      }
      first ??= this.confinement.firstProcess(line)
      if (this.confinement.isExecuted(line)) executed = true
      const done = /^done (\d+)$/.exec(line)
      if (done === null) continue
      if (!executed && !killed())
        throw new SandboxError(`the program could not be executed: ${this.supervisor.complaint()}`)
      if (first !== null) await untilDead(first)
      return Number(done[1])
    }
  }

  private async drain(readers: readonly OutputReader[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MILLISECONDS)
    })
    await Promise.race([Promise.all(readers.map((reader) => reader.ended)), late])
    clearTimeout(timer)
  }

  private async diskIsFull(): Promise<boolean> {
    try {
      const use = await statfs(this.base)
      return use.bfree === 0 || use.ffree === 0
    } catch {
      return false
    }
  }
}

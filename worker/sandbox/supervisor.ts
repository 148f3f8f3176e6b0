/**
 * The supervisor of one room: a small shell in a mount namespace of its own. It holds a tmpfs with the job's quotas on
 * bytes and inodes, starts the job when told, and stays after the job's last process is dead, so that this process reads
 * the results at leisure through /proc/PID/root. When the supervisor dies, for whatever reason, the namespace and all it
 * held are gone: a dead worker leaves no scratch behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SYSTEM_ENVIRONMENT, shellWord } from './shell.ts'
import { SandboxError } from './types.ts'

/** Where the quota file system is mounted, in the supervisor's namespace alone. */
export const BASE = '/mnt'
const STDERR_KEPT = 4096
const OPEN_MILLISECONDS = 10_000
/** Folders that belong to the job. */
const JOB_FOLDERS = ['job', 'tmp', 'shm']

export interface Quota {
  readonly diskBytes: number
  readonly inodes: number
}

export interface SupervisorOptions {
  /** The uid and gid the job runs as, seen from outside; null when this process is not root and the job runs as it. */
  readonly owner: number | null
  /** Host files to have below BASE/bind, because the job's uid may not reach them where they lie. */
  readonly binds: readonly { readonly source: string; readonly name: string }[]
  /** Shell lines that run the job: read BASE/ctl, write BASE/out and BASE/err, leave the exit code in `code`. */
  readonly runLines: string
}

function script(options: SupervisorOptions): string {
  return [
    'set -eu',
    'umask 022',
    // It may wait here, started ahead of a job, until the quotas are known.
    'read -r size inodes',
    `mount -t tmpfs -o "size=$size,nr_inodes=$inodes,mode=0755,nosuid,nodev" scratch ${BASE}`,
    `cd ${BASE}`,
    'mkfifo -m 600 out err',
    ...(options.binds.length === 0 ? [] : ['mkdir bind']),
    ...options.binds.flatMap((bind) => [
      `: > bind/${bind.name}`,
      `mount --bind ${shellWord(bind.source)} bind/${bind.name}`,
    ]),
    'echo ready',
    'read -r go',
    'code=0',
    options.runLines,
    'echo "done $code"',
    'read -r bye || true',
  ].join('\n')
}

/** Starts a supervisor and talks with it line by line. */
export class Supervisor {
  readonly pid: number
  readonly owner: number | null
  private readonly child: ChildProcess
  private readonly lines: string[] = []
  private readonly waiting: ((line: string | null) => void)[] = []
  private stderr = ''
  private gone = false
  readonly exited: Promise<void>

  private constructor(child: ChildProcess, pid: number, owner: number | null) {
    this.child = child
    this.pid = pid
    this.owner = owner
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.stderr.length < STDERR_KEPT) this.stderr += text
    })
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const reader = this.waiting.shift()
        if (reader === undefined) this.lines.push(line)
        else reader(line)
      })
    }
    child.stdin?.on('error', () => undefined)
    this.exited = new Promise((resolve) => {
      child.once('close', () => {
        this.gone = true
        for (const reader of this.waiting.splice(0)) reader(null)
        resolve()
      })
    })
  }

  /** Starts one, which then waits for `prepare`. Throws SandboxError when the program is missing. */
  static start(options: SupervisorOptions): Supervisor {
    const namespaces = options.owner === null ? ['--user', '--map-root-user', '--mount'] : ['--mount']
    // The parent-death signal is set after the namespaces exist: a change of credentials clears it.
    const child = spawn(
      'unshare',
      [
        ...namespaces,
        '--propagation',
        'private',
        'setpriv',
        '--pdeathsig',
        'KILL',
        'sh',
        '-c',
        script(options),
      ],
      { stdio: ['pipe', 'pipe', 'pipe'], env: SYSTEM_ENVIRONMENT, cwd: '/' },
    )
    child.on('error', () => undefined)
    if (child.pid === undefined)
      throw new SandboxError('the supervisor could not be started: is util-linux (unshare, setpriv) there?')
    return new Supervisor(child, child.pid, options.owner)
  }

  /** Makes the file system with its folders. Throws SandboxError with what the system said. */
  async prepare(quota: Quota): Promise<void> {
    const timer = setTimeout(() => this.kill(), OPEN_MILLISECONDS)
    try {
      this.say(`${quota.diskBytes} ${quota.inodes}`)
      const line = await this.nextLine()
      if (line !== 'ready')
        throw new SandboxError(`the supervisor could not prepare the room: ${this.complaint()}`)
      for (const name of JOB_FOLDERS) await mkdir(join(this.base, name))
      await mkdir(join(this.base, 'ctl'))
      if (this.owner !== null) {
        for (const name of [...JOB_FOLDERS, 'out', 'err'])
          await chown(join(this.base, name), this.owner, this.owner)
      }
    } catch (error) {
      this.kill()
      throw error instanceof SandboxError
        ? error
        : new SandboxError('the room could not be prepared', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  /** BASE as this process reaches it. */
  get base(): string {
    return `/proc/${this.pid}/root${BASE}`
  }

  /** Whether it still waits or works. */
  get isAlive(): boolean {
    return !this.gone
  }

  /** The next line it says, or null when it is gone. */
  nextLine(): Promise<string | null> {
    const line = this.lines.shift()
    if (line !== undefined) return Promise.resolve(line)
    if (this.gone) return Promise.resolve(null)
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  say(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  complaint(): string {
    return this.stderr.trim() || 'it said nothing'
  }

  kill(): void {
    if (!this.gone) this.child.kill('SIGKILL')
  }
}

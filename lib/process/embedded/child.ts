import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A child process that we own: its last lines are kept for error messages, its end is a promise. */
export type OwnedChild = {
  readonly pid: number
  readonly process: ChildProcess
  /** Resolves once with what the process ended with; never rejects. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly hasExited: () => boolean
  /** The newest lines of both outputs, oldest first. */
  readonly tail: () => string
  /** Asks with `signal`, then forces with SIGKILL after `graceMilliseconds`. Resolves when the process is gone. */
  readonly stop: (signal: NodeJS.Signals, graceMilliseconds: number) => Promise<void>
}

export type ChildOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Run as this user; only root can. */
  readonly identity?: { readonly uid: number; readonly gid: number }
  readonly onLine?: (line: string) => void
  /** Keep a pipe on standard input, so that the child sees our death as its end. */
  readonly lifeline?: boolean
}

const TAIL_LINES = 40

/**
 * Starts `file` in a session of its own, so that Ctrl-C in the terminal reaches us alone and we can stop our children
 * in order. Rejects when the program cannot be started at all.
 */
export function spawnOwned(
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<OwnedChild> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
      ...(options.identity ?? {}),
      detached: true,
      stdio: [options.lifeline ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        if (lines.length > TAIL_LINES) lines.shift()
        options.onLine?.(line)
      })
    }
    // Writing to a child that is already gone must not end this process.
    child.stdin?.on('error', () => {})
    let gone = false
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
      child.once('exit', (code, signal) => {
        gone = true
        done({ code, signal })
      })
    })
    child.once('error', reject)
    child.once('spawn', () => {
      resolve({
        pid: child.pid as number,
        process: child,
        exited,
        hasExited: () => gone,
        tail: () => lines.join('\n'),
        stop: async (signal, graceMilliseconds) => {
          if (gone) return
          child.kill(signal)
          const force = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds)
          await exited
          clearTimeout(force)
        },
      })
    })
  })
}

/**
 * Waits until `ready` says yes to a line the child prints; rejects with the child's own words when it ends first or
 * stays mute for `timeoutMilliseconds`. Pass the returned `onLine` to spawnOwned.
 */
export function lineWatch<T>(match: (line: string) => T | undefined): {
  onLine: (line: string) => void
  wait: (child: OwnedChild, name: string, timeoutMilliseconds: number) => Promise<T>
} {
  let settle: (value: T) => void = () => {}
  const found = new Promise<T>((resolve) => {
    settle = resolve
  })
  return {
    onLine: (line) => {
      const value = match(line)
      if (value !== undefined) settle(value)
    },
    wait: async (child, name, timeoutMilliseconds) => {
      let timer: NodeJS.Timeout | undefined
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(
              new Error(`${name} was not ready after ${timeoutMilliseconds / 1000} s:\n${child.tail()}`),
            ),
          timeoutMilliseconds,
        )
      })
      const ended = child.exited.then(({ code, signal }) => {
        throw new Error(`${name} ended at once (${signal ?? `exit status ${code}`}):\n${child.tail()}`)
      })
      try {
        return await Promise.race([found, ended, timeout])
      } finally {
        clearTimeout(timer)
        ended.catch(() => {})
      }
    },
  }
}

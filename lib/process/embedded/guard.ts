import { fileURLToPath } from 'node:url'
import { type OwnedChild, spawnOwned } from './child.ts'

const PROGRAM = fileURLToPath(new URL('./guard.mjs', import.meta.url))

export type Guard = {
  /**
   * From now on `child` ends when this process does: by `signal`, then by SIGKILL after `graceMilliseconds`. Those of a
   * lower rank end before those of a higher one begin to (default 0).
   */
  readonly watch: (
    child: OwnedChild,
    signal: NodeJS.Signals,
    graceMilliseconds: number,
    rank?: number,
  ) => void
  /** Every watched child must have been stopped before; whatever is still watched is ended. */
  readonly stop: () => Promise<void>
}

/** Starts the helper process that ends our children when we can no longer do it ourselves. Makes itself again when it dies. */
export async function startGuard(): Promise<Guard> {
  const watched = new Map<number, string>()
  let stopping = false
  let helper: OwnedChild

  const tell = (line: string): void => {
    helper.process.stdin?.write(`${line}\n`)
  }
  const start = async (): Promise<void> => {
    helper = await spawnOwned(process.execPath, [PROGRAM], {
      lifeline: true,
      cwd: '/',
      env: { PATH: process.env.PATH },
    })
    for (const line of watched.values()) tell(line)
    void helper.exited.then(() => {
      if (!stopping) void start()
    })
  }
  await start()
  return {
    watch: (child, signal, graceMilliseconds, rank = 0) => {
      const line = `+ ${child.pid} ${signal} ${graceMilliseconds} ${rank}`
      watched.set(child.pid, line)
      tell(line)
      void child.exited.then(() => {
        watched.delete(child.pid)
        tell(`- ${child.pid}`)
      })
    },
    stop: async () => {
      stopping = true
      helper.process.stdin?.end()
      await helper.exited
    },
  }
}

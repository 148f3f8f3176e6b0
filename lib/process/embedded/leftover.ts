import { existsSync, readFileSync } from 'node:fs'

const GRACE = 15_000

/**
 * Ends a server that outlived its supervisor, named by the first line of `pidFile`. It is touched only when its command
 * line names `marker` (its data), so a process that merely inherited the number is left alone. Waits until it is gone.
 */
export async function endStranger(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  if (!existsSync(pidFile)) return
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  await endIfOurs(pid, () => holds(pid, 'cmdline', marker), signal)
}

/** The same for a process whose environment, not its command line, names the data. */
export async function endStrangerByEnvironment(
  pid: number,
  marker: string,
  signal: NodeJS.Signals,
): Promise<void> {
  await endIfOurs(pid, () => holds(pid, 'environ', marker), signal)
}

async function endIfOurs(pid: number, isOurs: () => boolean, signal: NodeJS.Signals): Promise<void> {
  if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid || !isOurs()) return
  process.kill(pid, signal)
  for (let waited = 0; waited < GRACE && isOurs(); waited += 100)
    await new Promise((resolve) => setTimeout(resolve, 100))
  if (isOurs()) process.kill(pid, 'SIGKILL')
}

function holds(pid: number, file: 'cmdline' | 'environ', marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(marker)
  } catch {
    return false
  }
}

import { existsSync, readFileSync } from 'node:fs'

/**
 * Ends a server that outlived its supervisor, named by the first line of `pidFile`. It is touched only when its command
 * line names `marker` (its data), so a process that merely inherited the number is left alone. Waits until it is gone.
 */
export async function endStranger(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  if (!existsSync(pidFile)) return
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  if (!Number.isInteger(pid) || pid <= 1 || !isOurs(pid, marker)) return
  process.kill(pid, signal)
  for (let waited = 0; waited < 15_000 && isOurs(pid, marker); waited += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (isOurs(pid, marker)) process.kill(pid, 'SIGKILL')
}

function isOurs(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker)
  } catch {
    return false
  }
}

/** Where a machine's processor time goes, by what the processes are. Linux alone; read from /proc. */
import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** Seconds of processor time by program name since the processes began, their ended children included. */
export function processorSeconds(nameOf: (commandLine: string) => string | null): Map<string, number> {
  const sums = new Map<string, number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const name = nameOf(commandLine)
      if (name === null) continue
      // The command's name may hold spaces and brackets: fields are counted from the last bracket on.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
      sums.set(name, (sums.get(name) ?? 0) + ticks / TICKS_PER_SECOND)
    } catch {
      // Ended while we looked.
    }
  }
  return sums
}

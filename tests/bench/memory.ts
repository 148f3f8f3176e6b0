import { readFileSync } from 'node:fs'

/** Resident memory of a process in MiB, as the system counts it. Throws when there is no such process or no /proc. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kib === undefined) throw new Error(`process ${pid} tells no resident memory`)
  return Number(kib) / 1024
}

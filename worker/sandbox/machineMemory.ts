import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'

/** Bytes the machine can still give without swapping; infinitely many where the kernel does not say. */
export function availableBytes(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'))
    return line?.[1] === undefined ? Number.POSITIVE_INFINITY : Number(line[1]) * 1024
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Below this the kernel is about to end processes of its own choice: half a GiB, on small machines a twentieth. */
export function leastAvailable(): number {
  return Math.min(512 * 1024 * 1024, totalmem() / 20)
}

/** Moments worth measuring, in the log at level `trace` alone. */
import type { Logger } from './logger.ts'

/** Nanoseconds of the machine's monotonic clock; on Linux the same clock in every process of the machine. */
export function monotonicNow(): bigint {
  return process.hrtime.bigint()
}

/** Writes one moment down. Costs nothing when the level is not on. */
export function tracePoint(
  logger: Logger,
  point: string,
  about: Readonly<Record<string, string | number>>,
  at: bigint = monotonicNow(),
): void {
  if (logger.isLevelEnabled('trace')) logger.trace({ point, ...about, at: at.toString() }, 'trace point')
}

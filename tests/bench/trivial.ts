/** The program that both sides of the dispatch bench run. */
import type { Limits } from '#worker/sandbox/types.ts'

export const ENTRY = 'main.mjs'
export const SOURCE = `console.log('done')\n`
export const TIMEOUT_SECONDS = 20

const MIB = 1024 * 1024
/** What the worker makes of the job's resources; see execute.ts. */
export const LIMITS: Limits = {
  seconds: TIMEOUT_SECONDS,
  memoryBytes: 256 * MIB,
  processes: 56,
  diskBytes: 64 * MIB,
  files: 20_000,
  outputBytes: 4 * MIB,
}

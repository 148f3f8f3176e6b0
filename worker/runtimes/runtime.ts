import type { RuntimeName } from '#lib/protocol/jobSpec.ts'
import type { Limits, Program } from '../sandbox/types.ts'

/** One language this node runs, found working inside its sandbox. */
export interface Runtime {
  readonly name: RuntimeName
  readonly version: string
  /** Top-level names a program may import. */
  readonly modules: readonly string[]
  /** The program that runs `entry` (a path in the job's folder) with these arguments. */
  program(entry: string, args: readonly string[], stdin: Uint8Array | null, limits: Limits): Program
}

/**
 * The environment of every job, on every node: whatever could make two honest runs differ is fixed, and nothing of the
 * machine is in it. One thread for numeric libraries, because the order of a parallel sum is not fixed.
 */
export const FIXED_ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: '/job',
  USER: 'job',
  LOGNAME: 'job',
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  PYTHONHASHSEED: '0',
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  NUMEXPR_NUM_THREADS: '1',
  VECLIB_MAXIMUM_THREADS: '1',
}

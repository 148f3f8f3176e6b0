import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { Limits } from './types.ts'

/** Beyond the memory limit a process may map this much, for code and stacks that are never touched. */
const MAPPING_SLACK = 256 * 1024 * 1024

/**
 * Whether the limit on processes counts those of one sandbox alone. Since Linux 5.14 it is counted per user namespace;
 * before, all processes of the uid share it, which is right only for a uid that no one else has (we are root).
 */
function processLimitIsPrivate(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return process.getuid?.() === 0 || major > 5 || (major === 5 && minor >= 14)
}

/** Names of the limits in /proc/self/limits by those of prlimit(1). */
const NAMES = {
  core: 'Max core file size',
  fsize: 'Max file size',
  nofile: 'Max open files',
  data: 'Max data size',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  rtprio: 'Max realtime priority',
  nproc: 'Max processes',
} as const

/** What this process itself may have at most; a limit above it would be refused and the job with it. */
function ownHardLimits(): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const line of readFileSync('/proc/self/limits', 'latin1').split('\n')) {
    const match = /^(Max [a-z ]+?)\s{2,}\S+\s+(\d+|unlimited)/.exec(line)
    if (match?.[1] !== undefined && match[2] !== 'unlimited') limits.set(match[1], Number(match[2]))
  }
  return limits
}

/** The start of a command line that sets the limits of a process and of all it starts; hard ones, so that they only sink. */
export function limitedCommand(limits: Limits): string[] {
  const wanted: Partial<Record<keyof typeof NAMES, number>> = {
    core: 0,
    fsize: limits.diskBytes,
    nofile: 1024,
    data: limits.memoryBytes + MAPPING_SLACK,
    memlock: 65_536,
    msgqueue: 0,
    nice: 0,
    rtprio: 0,
    ...(processLimitIsPrivate() ? { nproc: limits.processes } : {}),
  }
  const own = ownHardLimits()
  const options = Object.entries(wanted).map(([name, value]) => {
    const least = Math.min(value, own.get(NAMES[name as keyof typeof NAMES]) ?? Number.POSITIVE_INFINITY)
    return `--${name}=${least}:${least}`
  })
  return ['prlimit', ...options, '--']
}

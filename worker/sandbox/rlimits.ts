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

/** The start of a command line that sets the limits of a process and of all it starts; hard ones, so that they only sink. */
export function limitedCommand(limits: Limits): string[] {
  return [
    'prlimit',
    '--core=0:0',
    `--fsize=${limits.diskBytes}:${limits.diskBytes}`,
    '--nofile=1024:1024',
    `--data=${limits.memoryBytes + MAPPING_SLACK}:${limits.memoryBytes + MAPPING_SLACK}`,
    '--memlock=65536:65536',
    '--msgqueue=0:0',
    '--nice=0:0',
    '--rtprio=0:0',
    ...(processLimitIsPrivate() ? [`--nproc=${limits.processes}:${limits.processes}`] : []),
    '--',
  ]
}

/**
 * The full sandbox: bubblewrap in the supervisor's namespace, all namespaces unshared, no capabilities, NoNewPrivs, the
 * system call filter, and a file system of which only the job's own quota-bound folders can be written.
 */
import { lstatSync, readlinkSync } from 'node:fs'
import {
  EXTRA_BIN,
  type ExtraProgram,
  identityFiles,
  JOB_FOLDER,
  JOB_HOST_NAME,
  JOB_PATH,
  JOB_UID,
} from './inside.ts'
import { limitedCommand } from './rlimits.ts'
import type { Confinement } from './room.ts'
import { becomeOwner, commandLine, shellWord } from './shell.ts'
import { BASE } from './supervisor.ts'
import type { Program } from './types.ts'

const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** What programs need of /etc to start: the loader's cache and Debian's alternatives. Nothing that tells of the machine. */
const SYSTEM_SETTINGS = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives']

function systemMounts(): string[] {
  const args = ['--ro-bind', '/usr', '/usr']
  for (const folder of SYSTEM_FOLDERS) {
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (found === undefined) continue
    if (found.isSymbolicLink()) args.push('--symlink', readlinkSync(folder), folder)
    else args.push('--ro-bind', folder, folder)
  }
  for (const path of SYSTEM_SETTINGS) args.push('--ro-bind-try', path, path)
  return args
}

function bubblewrapArguments(program: Program, extra: readonly ExtraProgram[]): string[] {
  return [
    '--unshare-user',
    '--unshare-pid',
    '--unshare-net',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    '--new-session',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--uid',
    String(JOB_UID),
    '--gid',
    String(JOB_UID),
    '--hostname',
    JOB_HOST_NAME,
    '--clearenv',
    '--setenv',
    'PATH',
    JOB_PATH,
    ...Object.entries(program.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...systemMounts(),
    '--proc',
    '/proc',
    '--ro-bind',
    `${BASE}/ctl/boot_id`,
    '/proc/sys/kernel/random/boot_id',
    '--dev',
    '/dev',
    '--bind',
    `${BASE}/shm`,
    '/dev/shm',
    '--bind',
    `${BASE}/tmp`,
    '/tmp',
    '--bind',
    `${BASE}/job`,
    JOB_FOLDER,
    ...['passwd', 'group', 'hosts'].flatMap((name) => ['--ro-bind', `${BASE}/ctl/${name}`, `/etc/${name}`]),
    ...extra.flatMap(({ name }) => ['--ro-bind', `${BASE}/bind/${name}`, `${EXTRA_BIN}/${name}`]),
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
    '--chdir',
    JOB_FOLDER,
    '--seccomp',
    '6',
    '--json-status-fd',
    '9',
  ]
}

/** How to run a job under the bubblewrap at this path. */
export function bubblewrapConfinement(
  bwrap: string,
  seccomp: Buffer,
  extra: readonly ExtraProgram[],
): Confinement {
  return {
    // The options come from a file: on the command line they would be readable in the job's /proc/1/cmdline.
    runLines: (owner) =>
      [
        // In a shell of its own: one that reports a killed program must not hold the job's pipes while it does.
        `( . ./ctl/command; exec ${becomeOwner(owner)}${shellWord(bwrap)} --args 5 -- "$@" ` +
          '9>&1 0<ctl/stdin 5<ctl/args 6<ctl/seccomp 1>out 2>err ) || code=$?',
      ].join('\n'),
    binds: extra,
    controlFiles: (program, limits) =>
      new Map<string, Uint8Array>([
        ['command', Buffer.from(commandLine([...limitedCommand(limits), program.command, ...program.args]))],
        ['args', Buffer.from(`${bubblewrapArguments(program, extra).join('\0')}\0`)],
        ['seccomp', seccomp],
        ...identityFiles(),
      ]),
    isStart: (line) => line.includes('"child-pid"'),
    firstProcess: (line) => Number(/"child-pid"\s*:\s*(\d+)/.exec(line)?.[1] ?? 0) || null,
    isExecuted: (line) => line.includes('"exit-code"'),
  }
}

/**
 * The weaker sandbox for machines without bubblewrap: the same namespaces, quotas and read-only system made with
 * util-linux alone. It has no system call filter, so only Node programs under Node's own permission model are run in it
 * (no child processes, no native code, no threads, no files but the job's); everything else is refused.
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
import type { Limits, Program } from './types.ts'

const ROOT = `${BASE}/root`
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom']
const READ_ONLY = 'remount,bind,ro,nosuid,nodev'

function systemLines(): string[] {
  const lines = ['mkdir usr', 'mount --rbind /usr usr', `mount -o ${READ_ONLY} usr`]
  for (const folder of SYSTEM_FOLDERS) {
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (found === undefined) continue
    if (found.isSymbolicLink()) lines.push(`ln -s ${shellWord(readlinkSync(folder))} .${folder}`)
    else
      lines.push(`mkdir .${folder}`, `mount --rbind ${folder} .${folder}`, `mount -o ${READ_ONLY} .${folder}`)
  }
  return lines
}

/** Mounts one file of BASE at a path below the new root, read-only. */
function fileLines(source: string, target: string): string[] {
  return [`: > .${target}`, `mount --bind ${source} .${target}`, `mount -o ${READ_ONLY} .${target}`]
}

/** The script that builds the new root and becomes the job. It is the first process of the job's pid namespace. */
function innerScript(program: Program, limits: Limits, extra: readonly ExtraProgram[]): string {
  const environment = { PATH: JOB_PATH, ...program.env }
  const words = [
    'env',
    '-i',
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    // A last user namespace, so that the job is an ordinary user there with no power over the mounts.
    'unshare',
    '--user',
    `--map-user=${JOB_UID}`,
    `--map-group=${JOB_UID}`,
    'setpriv',
    '--no-new-privs',
    ...limitedCommand(limits),
    program.command,
    ...program.args,
  ]
  return [
    'set -eu',
    `mount -t tmpfs -o size=1m,mode=0755,nosuid,nodev root ${ROOT}`,
    `cd ${ROOT}`,
    ...systemLines(),
    'mkdir -p etc dev/shm proc tmp job old opt/opengpu/bin',
    'if [ -e /etc/ld.so.cache ]; then',
    ...fileLines('/etc/ld.so.cache', '/etc/ld.so.cache'),
    'fi',
    'if [ -d /etc/alternatives ]; then mkdir etc/alternatives; mount --bind /etc/alternatives etc/alternatives; ' +
      `mount -o ${READ_ONLY} etc/alternatives; fi`,
    ...['passwd', 'group', 'hosts'].flatMap((name) => fileLines(`${BASE}/ctl/${name}`, `/etc/${name}`)),
    ...extra.flatMap(({ name }) => fileLines(`${BASE}/bind/${name}`, `${EXTRA_BIN}/${name}`)),
    ...DEVICES.flatMap((name) => [`: > dev/${name}`, `mount --bind /dev/${name} dev/${name}`]),
    'ln -s /proc/self/fd dev/fd',
    ...['stdin', 'stdout', 'stderr'].map((name, number) => `ln -s /proc/self/fd/${number} dev/${name}`),
    `mount --bind ${BASE}/shm dev/shm`,
    `mount --bind ${BASE}/tmp tmp`,
    `mount --bind ${BASE}/job job`,
    'mount -t proc -o nosuid,nodev,noexec proc proc',
    `hostname ${JOB_HOST_NAME}`,
    `mount --bind ${BASE}/ctl/boot_id proc/sys/kernel/random/boot_id`,
    'pivot_root . old',
    'umount -l /old',
    'mount -o remount,bind,ro,nosuid,nodev /',
    `cd ${JOB_FOLDER}`,
    'echo started >&9',
    // The job's own pipes are opened here, so that a fault of the lines above is not taken for its output.
    commandLine(words),
    'exec "$@" 9>&- 1>&7 2>&8 7>&- 8>&-',
  ].join('\n')
}

/** How to run a job with util-linux alone. */
export function namespacesConfinement(extra: readonly ExtraProgram[]): Confinement {
  return {
    runLines: (owner) =>
      [
        'mkdir root',
        `( exec ${becomeOwner(owner)}unshare --user --map-root-user setpriv --pdeathsig KILL ` +
          'unshare --mount --propagation private --pid --net --ipc --uts --cgroup --fork --kill-child setsid ' +
          'sh ctl/inner 9>&1 0<ctl/stdin 7>out 8>err 1>&2 ) || code=$?',
      ].join('\n'),
    binds: extra,
    controlFiles: (program, limits) =>
      new Map<string, Uint8Array>([
        ['inner', Buffer.from(innerScript(program, limits, extra))],
        ...identityFiles(),
      ]),
    isStart: (line) => line === 'started',
    // The launcher waits for the namespace's first process itself.
    firstProcess: () => null,
    isExecuted: (line) => line === 'started',
  }
}

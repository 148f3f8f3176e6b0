/** What every job sees of its machine, whichever machine and sandbox it is: the same names, numbers and paths. */
import { SYSTEM_PATH } from './shell.ts'

export const JOB_FOLDER = '/job'
export const JOB_HOST_NAME = 'opengpu'
/** Extra programs of the host (a Node that lives in a private folder) appear here. */
export const EXTRA_BIN = '/opt/opengpu/bin'
export const JOB_PATH = `${SYSTEM_PATH}:${EXTRA_BIN}`
/** Whoever the job is, it sees itself as this user. */
export const JOB_UID = 1000

const PASSWD = `job:x:${JOB_UID}:${JOB_UID}:job:${JOB_FOLDER}:/bin/sh\n`
const GROUP = `job:x:${JOB_UID}:\n`
const HOSTS = `127.0.0.1 localhost ${JOB_HOST_NAME}\n::1 localhost\n`
/** Stands in for /proc/sys/kernel/random/boot_id, which would tell machines apart. */
const BOOT_ID = '00000000-0000-4000-8000-000000000000\n'

/** A program of the host to show in EXTRA_BIN. */
export interface ExtraProgram {
  readonly source: string
  readonly name: string
}

/** The files of the control folder that give the job its generic surroundings. */
export function identityFiles(): [string, Uint8Array][] {
  return [
    ['passwd', Buffer.from(PASSWD)],
    ['group', Buffer.from(GROUP)],
    ['hosts', Buffer.from(HOSTS)],
    ['boot_id', Buffer.from(BOOT_ID)],
  ]
}

import { createHash } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs'
import { dirname, join, parse } from 'node:path'

/** The user a server runs as when we are root. PostgreSQL refuses to run as root. */
export type Identity = { readonly uid: number; readonly gid: number; readonly name: string }

/** Where root keeps what other users must be able to reach. */
const SHARED_FOLDER = '/var/lib/opengpu'

/** The user for servers: none unless we are root, then `postgres`, else `nobody`. Throws when neither exists. */
export function serverIdentity(): Identity | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name)
    if (user) return { uid: Number(user[2]), gid: Number(user[3]), name }
  }
  throw new Error(
    'PostgreSQL cannot run as root and there is no user "postgres" or "nobody": add one with `useradd postgres`',
  )
}

/** Whether every folder above `path` (and `path` itself) lets other users through. */
export function isOpenToOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & constants.S_IXOTH) === 0) return false
    if (folder === parse(folder).root) return true
  }
}

/**
 * Where a folder that the server's user owns really lies: at `wanted`, or, when a folder above is closed to other users
 * (a home directory with mode 700), in a folder of its own below /var/lib/opengpu.
 */
export function reachablePath(wanted: string, identity: Identity | null): string {
  if (identity === null || isOpenToOthers(dirname(wanted))) return wanted
  return join(SHARED_FOLDER, createHash('sha256').update(wanted).digest('hex').slice(0, 16))
}

/** Makes that folder, owned by the server's user alone. */
export function reachableFolder(wanted: string, identity: Identity | null): string {
  const place = reachablePath(wanted, identity)
  mkdirSync(dirname(place), { recursive: true, mode: 0o755 })
  if (!existsSync(place)) mkdirSync(place, { mode: 0o700 })
  if (identity) chownSync(place, identity.uid, identity.gid)
  return place
}

/** A copy of the program folder `root` that other users can reach, or `root` itself when they already can. */
export function reachablePrograms(root: string, version: string, identity: Identity | null): string {
  if (identity === null || isOpenToOthers(root)) return root
  const place = join(SHARED_FOLDER, `programs-${version}`)
  if (!existsSync(place)) {
    const half = `${place}.${process.pid}`
    mkdirSync(SHARED_FOLDER, { recursive: true, mode: 0o755 })
    cpSync(root, half, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(half, place)
    } catch {
      // Another start was faster; its copy is the same.
      accessSync(place)
    }
  }
  return place
}

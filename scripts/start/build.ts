/**
 * Builds the site, each state of its sources into a folder of its own. A running copy keeps the folder it started with,
 * so a start in the same clone never takes the pages from under it; the same sources are built once.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnOwned } from '#lib/process/embedded/child.ts'
import type { Guard } from '#lib/process/embedded/guard.ts'
import { inTurn, isAlive } from './turn.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUILDS = join('.next', 'builds')
/** Written last: a build without it was cut off. */
const WHOLE = 'whole'

/** Everything a page can depend on. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'messages',
  'public',
  'proxy.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'tsconfig.site.json',
  'package.json',
  'package-lock.json',
]

export type SiteBuild = {
  /** Path from the root; the server finds its pages there (OPENGPU_SITE_BUILD). */
  readonly folder: string
  /** False when it was there already. */
  readonly built: boolean
}

/** A hash over names and contents of all sources. Tests and the embedded servers are no part of the site. */
export function sourceHash(root = ROOT): string {
  const hash = createHash('sha256').update(process.versions.modules)
  const visit = (path: string): void => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) if (name !== 'node_modules') visit(join(path, name))
    } else if (!/\.test\.tsx?$/.test(path) && !path.startsWith('lib/process/embedded')) {
      hash.update(`${path}\0`).update(readFileSync(full)).update('\0')
    }
  }
  for (const source of SOURCES) visit(source)
  return hash.digest('hex')
}

/**
 * The build of the sources as they are, made when there is none, and kept for as long as this process lives. Starts in
 * one clone take turns; builds that nobody uses any more are removed. Throws with the compiler's words when it fails.
 */
export async function buildSite(
  guard: Guard,
  onWait: (pid: number) => void = () => {},
  root = ROOT,
): Promise<SiteBuild> {
  const folder = join(BUILDS, sourceHash(root).slice(0, 16))
  const place = join(root, folder)
  try {
    return await inTurn(
      join(root, '.next', 'turn'),
      async () => {
        use(place)
        removeUnused(join(root, BUILDS), place)
        if (existsSync(join(place, WHOLE))) return { folder, built: false }
        await build(guard, root, folder)
        writeFileSync(join(place, WHOLE), '')
        return { folder, built: true }
      },
      onWait,
    )
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EROFS') throw error
    // A clone of another user's: what is built there can be used all the same.
    if (existsSync(join(place, WHOLE))) return { folder, built: false }
    throw new Error(
      `The site cannot be built: this user may not write ${join(root, '.next')}. Give it that folder, or clone the repository anew.`,
    )
  }
}

async function build(guard: Guard, root: string, folder: string): Promise<void> {
  rmSync(join(root, folder), { recursive: true, force: true })
  const child = await spawnOwned(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      OPENGPU_SITE_BUILD: folder,
    },
  })
  guard.watch(child, 'SIGTERM', 2_000)
  const { code, signal } = await child.exited
  if (code !== 0)
    throw new Error(`next build ended with ${signal ?? `exit status ${code}`}:\n${child.tail()}`)
}

/** Users of a build are files beside it, named by process. */
const usersOf = (place: string): string => `${place}.users`

function use(place: string): void {
  mkdirSync(usersOf(place), { recursive: true })
  writeFileSync(join(usersOf(place), String(process.pid)), '')
}

function isUsed(place: string): boolean {
  const users = usersOf(place)
  return existsSync(users) && readdirSync(users).some((pid) => isAlive(Number(pid)))
}

function removeUnused(builds: string, wanted: string): void {
  const places = new Set(readdirSync(builds).map((name) => join(builds, name.replace(/\.users$/, ''))))
  for (const place of places) {
    if (place === wanted || isUsed(place)) continue
    rmSync(place, { recursive: true, force: true })
    rmSync(usersOf(place), { recursive: true, force: true })
  }
}

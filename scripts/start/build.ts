/** Builds the site when its sources changed since the last build. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnOwned } from '#lib/process/embedded/child.ts'
import type { Guard } from '#lib/process/embedded/guard.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OUTPUT = join(ROOT, '.next')
const STAMP = join(OUTPUT, 'sources.sha256')
const LOCK = join(ROOT, '.next.building')

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
  'package.json',
  'package-lock.json',
]

/** A hash over names and contents of all sources. Tests and the embedded servers are no part of the site. */
export function sourceHash(): string {
  const hash = createHash('sha256').update(process.versions.modules)
  const visit = (path: string): void => {
    const full = join(ROOT, path)
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

/** Returns whether it built. Two starts in one clone take turns. Throws with the compiler's words when the build fails. */
export async function buildSite(guard: Guard): Promise<boolean> {
  const wanted = sourceHash()
  if (isFresh(wanted)) return false
  const release = await takeTurn()
  try {
    if (isFresh(wanted)) return false
    rmSync(STAMP, { force: true })
    const child = await spawnOwned(
      process.execPath,
      [join(ROOT, 'node_modules/next/dist/bin/next'), 'build'],
      {
        cwd: ROOT,
        env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      },
    )
    guard.watch(child, 'SIGTERM', 2_000)
    const { code, signal } = await child.exited
    if (code !== 0)
      throw new Error(`next build ended with ${signal ?? `exit status ${code}`}:\n${child.tail()}`)
    writeFileSync(STAMP, wanted)
    return true
  } finally {
    release()
  }
}

function isFresh(wanted: string): boolean {
  return existsSync(join(OUTPUT, 'BUILD_ID')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted
}

async function takeTurn(): Promise<() => void> {
  for (;;) {
    try {
      mkdirSync(LOCK)
      writeFileSync(join(LOCK, 'pid'), String(process.pid))
      return () => rmSync(LOCK, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = existsSync(join(LOCK, 'pid')) ? Number(readFileSync(join(LOCK, 'pid'), 'utf8')) : 0
      if (holder > 0 && !existsSync(`/proc/${holder}`) && process.platform === 'linux')
        rmSync(LOCK, { recursive: true, force: true })
      else await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
}

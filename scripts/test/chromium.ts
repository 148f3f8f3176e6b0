import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installPackages } from '../start/systemTools.ts'

const CLI = fileURLToPath(new URL('../../node_modules/@playwright/test/cli.js', import.meta.url))
const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A Chromium for the browser tests: the one PLAYWRIGHT_CHROMIUM names, Playwright's own, or the system's. Null when there is none. */
export async function findChromium(): Promise<string | null> {
  const named = process.env.PLAYWRIGHT_CHROMIUM
  if (named && existsSync(named)) return named
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  if (own && existsSync(own)) return own
  return SYSTEM.find((path) => existsSync(path)) ?? null
}

/** Like findChromium, after trying to get one: by Playwright's download, then as root on Debian by apt-get. */
export async function ensureChromium(): Promise<string | null> {
  const present = await findChromium()
  if (present !== null) return present
  spawnSync(process.execPath, [CLI, 'install', 'chromium'], { stdio: 'ignore', timeout: 180_000 })
  const downloaded = await findChromium()
  if (downloaded !== null) return downloaded
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))
    await installPackages(['chromium']).catch(() => {})
  return findChromium()
}

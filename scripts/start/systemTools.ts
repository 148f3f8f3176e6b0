import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { DEBIAN_PACKAGES, detectTools, installLine, type Tool } from '#cli/doctor/tools.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { say } from './progress.ts'

const run = promisify(execFile)
const ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }

/** Whether missing system packages can be installed without asking anybody: root on a Debian. */
function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
}

/** Installs Debian packages; the package lists are fetched once, and only when the packages are not known without. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const install = (): Promise<unknown> =>
    run('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      env: ENVIRONMENT,
      timeout: 300_000,
      maxBuffer: 2 ** 26,
    })
  try {
    await install()
  } catch {
    await run('/usr/bin/apt-get', ['update'], { env: ENVIRONMENT, timeout: 120_000, maxBuffer: 2 ** 26 })
    await install()
  }
}

/**
 * Looks for the system tools that jobs use and, as root on Debian, installs the missing ones. Never fails: the network
 * runs without them, with fewer runtimes.
 */
export async function ensureTools(): Promise<{ tools: Tool[]; missing: Tool[] }> {
  let tools = detectTools()
  let missing = tools.filter((tool) => !tool.found)
  if (missing.length > 0 && canInstall()) {
    const packages = missing.flatMap((tool) => DEBIAN_PACKAGES[tool.name])
    try {
      await installPackages(packages)
    } catch (error) {
      say(`  apt-get could not install ${packages.join(' ')}: ${messageOf(error).split('\n').at(-1)}`)
    }
    tools = detectTools()
    missing = tools.filter((tool) => !tool.found)
  }
  return { tools, missing }
}

/** What to tell a person about missing tools; empty when nothing is missing. */
export function adviceFor(missing: readonly Tool[]): string[] {
  if (missing.length === 0) return []
  return [
    `  Missing: ${missing.map((tool) => `${tool.name} (${tool.neededFor})`).join(', ')}. To add them: ${installLine(missing.map((tool) => tool.name))}`,
  ]
}

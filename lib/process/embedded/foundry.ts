/** The packaged programs of Foundry. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The program of this platform, itself and not its launcher: signals and the process id are its own, and so is its exit
 * status (the launcher's is 0 whatever happened). Null when it is not installed.
 */
export function foundryProgram(tool: 'anvil' | 'forge'): string | null {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  try {
    const here = createRequire(import.meta.url)
    const launcher = createRequire(here.resolve(`@foundry-rs/${tool}/package.json`))
    const manifest = launcher.resolve(`@foundry-rs/${tool}-${process.platform}-${architecture}/package.json`)
    const program = join(dirname(manifest), 'bin', process.platform === 'win32' ? `${tool}.exe` : tool)
    return existsSync(program) ? program : null
  } catch {
    return null
  }
}

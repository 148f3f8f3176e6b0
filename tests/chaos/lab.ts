/** A whole network of one's own in a temporary folder on free ports, the one `npm start` runs, for chaos and bench. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGuard } from '#lib/process/embedded/guard.ts'
import { freePort } from '#lib/process/embedded/ports.ts'
import { buildSite } from '../../scripts/start/build.ts'
import { takeHome } from '../../scripts/start/home.ts'
import { type Network, startNetwork } from '../../scripts/start/network.ts'

export interface Lab {
  readonly home: string
  readonly network: Network
  /** Ends everything and removes the folder, unless it is asked to stay for a look at its logs. */
  stop(keep?: boolean): Promise<void>
}

export interface LabOptions {
  readonly nodes: number
  readonly say: (line: string) => void
  readonly environment?: Readonly<Record<string, string>>
  readonly nodeEnvironment?: (index: number) => Readonly<Record<string, string>>
}

/** Starts the network; the REST API is part of the site, which is built when its sources changed. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const home = mkdtempSync(join(tmpdir(), 'opengpu-lab-'))
  // As root the database runs as another user: it must be able to reach its data, which then goes with the folder.
  chmodSync(home, 0o755)
  const releaseHome = takeHome(home)
  const guard = await startGuard()
  const end = async (network: Network | null, keep: boolean): Promise<void> => {
    await network?.stop()
    await guard.stop()
    releaseHome()
    if (!keep) rmSync(home, { recursive: true, force: true })
  }
  try {
    const network = await startNetwork({
      home,
      host: '127.0.0.1',
      port: () => freePort(),
      nodes: options.nodes,
      guard,
      say: options.say,
      built: () => buildSite(guard),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.nodeEnvironment === undefined ? {} : { nodeEnvironment: options.nodeEnvironment }),
    })
    return { home, network, stop: (keep = false) => end(network, keep) }
  } catch (error) {
    await end(null, true)
    throw error
  }
}

/** Everything that parts print goes to standard error; standard output is for the one JSON object. Returns its writer. */
export function keepOutputForJson(): (value: unknown) => void {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
  return (value) => void write(`${JSON.stringify(value)}\n`)
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

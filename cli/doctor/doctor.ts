/** `opengpu doctor`: what this machine has and lacks for running jobs, and how the network is. */
import { healthViewSchema } from '../../lib/protocol/views.ts'
import { parse } from '../args.ts'
import { readConfig } from '../config.ts'
import { EXIT } from '../exit.ts'
import { detectTools } from './tools.ts'

/** The network's own word on its health, or null when nobody answers within two seconds. */
async function health() {
  try {
    const response = await fetch(`${readConfig().url}/api/health`, { signal: AbortSignal.timeout(2000) })
    return healthViewSchema.parse(await response.json())
  } catch {
    return null
  }
}

export async function doctor(argv: string[]): Promise<number> {
  const { values } = parse({ args: argv, options: { json: { type: 'boolean', default: false } } })
  const tools = detectTools()
  const has = (name: string) => tools.some((tool) => tool.name === name && tool.found)
  // Node jobs need Node alone; Python ones need a sandbox that confines native code.
  const runtimes = [
    { name: 'node', live: process.platform === 'linux', version: process.versions.node },
    {
      name: 'python',
      live: has('bubblewrap') && has('python3'),
      version: tools.find((tool) => tool.name === 'python3')?.version ?? null,
    },
  ]
  const network = await health()
  if (values.json) {
    console.log(
      JSON.stringify({
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        tools,
        runtimes,
        network,
      }),
    )
    return EXIT.settled
  }
  console.log(`Node.js    ${process.versions.node} on ${process.platform}-${process.arch}`)
  for (const tool of tools) {
    console.log(
      `${tool.name.padEnd(10)} ${tool.found ? `${tool.version}  ${tool.path}` : `missing: needed for ${tool.neededFor}. Install: ${tool.install}`}`,
    )
  }
  for (const runtime of runtimes)
    console.log(`${runtime.name.padEnd(10)} ${runtime.live ? 'jobs can run here' : 'jobs cannot run here'}`)
  console.log(
    network === null
      ? 'network    not running (npm start)'
      : `network    ${network.ok ? 'well' : 'not well'}: ${network.nodes.detail}`,
  )
  return EXIT.settled
}

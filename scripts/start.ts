/** `npm start`: the whole network on one machine, from nothing to a printed address; Ctrl-C ends all of it in order. */
import { resolve } from 'node:path'
import { messageOf } from '#lib/kernel/errors.ts'
import { type Guard, startGuard } from '#lib/process/embedded/guard.ts'
import { whyNot } from '#lib/process/embedded/ports.ts'
import { buildSite } from './start/build.ts'
import { isOtherGeneration } from './start/contracts.ts'
import { endLeftovers, NODES, setAside, takeHome } from './start/home.ts'
import { type Network, startNetwork } from './start/network.ts'
import { StepFailed, say, step } from './start/progress.ts'
import { adviceFor, ensureTools } from './start/systemTools.ts'

const DEFAULT_PORT = 3000
const PORTS_TO_TRY = 100

const began = performance.now()
let guard: Guard | undefined
let network: Network | undefined
let releaseHome: (() => void) | undefined
let stopStarted: () => Promise<void> = async () => {}
let ending: Promise<void> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) say('Still stopping; what does not end by itself is ended by force.')
    void end(signal === 'SIGINT' || network === undefined ? 130 : 0)
  })
}

const starting = start()
try {
  await starting
} catch (error) {
  if (!ending) {
    process.stderr.write(
      `\n${error instanceof StepFailed ? error.message : `The network could not be started: ${messageOf(error)}`}\n`,
    )
    await end(1)
  }
}

async function start(): Promise<void> {
  const home = resolve(process.env.OPENGPU_HOME || '.opengpu')
  const host = process.env.HOST || '127.0.0.1'
  // Told before anything is begun when it is taken; a port of our choosing is chosen when it is needed.
  await choosePort(host)
  releaseHome = takeHome(home)
  await endLeftovers(home)
  guard = await startGuard()
  const held = guard
  if (!process.env.RPC_URL && isOtherGeneration(home)) {
    say(`! The contracts' code changed: a new generation begins, the earlier data lies in ${setAside(home)}`)
  }
  // The compiler of the site and the small servers share the cores; the result is waited for where it is needed.
  const building = buildSite(guard, (pid) =>
    say(`  Another start (process ${pid}) builds the site; waiting for it.`),
  )
  building.catch(() => {})
  const { missing } = await step('System tools', ensureTools, ({ tools }) =>
    tools.map((tool) => (tool.found ? `${tool.name} ${tool.version}` : `no ${tool.name}`)).join(', '),
  )
  for (const line of adviceFor(missing)) say(line)
  const started = await startNetwork(
    {
      home,
      host,
      port: () => choosePort(host),
      nodes: NODES,
      guard: held,
      say: (line) => say(`! ${line}`),
      built: () =>
        step(
          'Site build',
          () => building,
          ({ built }) => (built ? 'built' : 'unchanged'),
          'Mend what the compiler names above and start again.',
        ),
      ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
      ...(process.env.RPC_URL ? { rpcUrl: process.env.RPC_URL } : {}),
    },
    (stop) => {
      stopStarted = stop
    },
  )
  network = started
  say(
    `\nOpenGPU Network is ready after ${((performance.now() - began) / 1000).toFixed(1)} s:\n\n  ${network.url}\n\nStop with Ctrl-C. Logs: ${home}/logs`,
  )
}

/** PORT when set (and then it must be free), else 3000 or the next free one. */
async function choosePort(host: string): Promise<number> {
  const named = process.env.PORT
  if (named) {
    const port = Number(named)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new StepFailed(`PORT must be a number from 1 to 65535, not "${named}".`)
    const reason = await whyNot(port, host)
    if (reason === 'EADDRINUSE')
      throw new StepFailed(
        `Port ${port} on ${host} is taken: stop what listens there, or set PORT to another number.`,
      )
    if (reason !== null) throw new StepFailed(portWords(reason, port, host))
    return port
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TO_TRY; port++) {
    const reason = await whyNot(port, host)
    if (reason === null) return port
    if (reason !== 'EADDRINUSE') throw new StepFailed(portWords(reason, port, host))
  }
  throw new StepFailed(
    `No port from ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TO_TRY - 1} is free on ${host}: set PORT.`,
  )
}

function portWords(reason: string, port: number, host: string): string {
  if (reason === 'EACCES')
    return `This user may not listen on port ${port}: set PORT to a number from 1024 on.`
  return `Nothing can listen on ${host} of this machine (${reason}): set HOST to one of its addresses, or unset it for 127.0.0.1.`
}

/** Ends everything once and leaves with `status`. */
function end(status: number): Promise<void> {
  ending ??= (async () => {
    if (network) say('\nStopping: nodes, server, chain, database ...')
    await stopStarted()
    // What a half-finished start left, such as a build, is ended here.
    await guard?.stop()
    await Promise.race([starting.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5_000))])
    releaseHome?.()
    if (network) say('Stopped.')
    process.exit(status)
  })()
  return ending
}

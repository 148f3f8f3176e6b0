/** The `opengpu` command: finds the sub-command, turns errors into a sentence and an exit status. */
import { messageOf } from '../lib/kernel/errors.ts'
import { node } from './commands/node.ts'
import { logs, nodes, result, status } from './commands/read.ts'
import { SUBMIT_HELP, submit } from './commands/submit.ts'
import { doctor } from './doctor/doctor.ts'
import { CliError, EXIT } from './exit.ts'

const HELP = `opengpu: run programs on other people's GPUs, checked by a committee, paid in oGPU

  opengpu submit FILE|DIR [options] -- ARGS   send a program (opengpu submit --help)
  opengpu status ID [--json]                  where a job is
  opengpu logs ID [--follow]                  what it prints
  opengpu result ID --out DIR                 fetch its files
  opengpu nodes [--json]                      who offers GPUs
  opengpu node start [options]                offer yours (opengpu node --help)
  opengpu doctor [--json]                     what this machine has and lacks

Exit status: 0 settled, 1 the job failed, 2 usage, 3 network.
Environment: OPENGPU_URL another network, OPENGPU_HOME its data folder, OPENGPU_KEY_FILE your key.`

const COMMANDS: Record<string, (argv: string[]) => Promise<number>> = {
  submit,
  status,
  logs,
  result,
  nodes,
  node,
  doctor,
}

async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(HELP)
    return name === undefined ? EXIT.usage : 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    console.error(`opengpu: there is no command "${name}".\n\n${HELP}`)
    return EXIT.usage
  }
  // What stands behind -- belongs to the customer's program, its --help too.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (name !== 'node' && (own.includes('--help') || own.includes('-h'))) {
    console.log(name === 'submit' ? SUBMIT_HELP : HELP)
    return 0
  }
  return command(rest)
}

const json = process.argv.includes('--json')
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known = error instanceof CliError
  if (json)
    console.log(
      JSON.stringify({ error: { code: known ? error.code : 'internal', message: messageOf(error) } }),
    )
  else console.error(`opengpu: ${messageOf(error)}`)
  process.exitCode = known ? error.status : EXIT.network
}

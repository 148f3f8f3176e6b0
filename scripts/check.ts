/** `npm run check`: everything that can be said about the sources without running them. Each part runs on its own; all problems are printed. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { violationsOf } from './check/direction.ts'
import { checkMessages } from './check/messages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export type CheckResult = {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
  readonly output: string
}

type Check = { readonly name: string; readonly run: () => Promise<string> | string }

/** Tracked and new sources; deleted ones are left out. */
function sources(): { file: string; text: string }[] {
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  })
  return [...new Set(names.split('\n').filter((name) => name !== ''))].flatMap((file) => {
    try {
      return [{ file, text: readFileSync(join(root, file), 'utf8') }]
    } catch {
      return []
    }
  })
}

function program(name: string, args: readonly string[]): () => Promise<string> {
  return () =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [...args], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      })
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk
      })
      child.stderr.on('data', (chunk: Buffer) => {
        output += chunk
      })
      child.on('error', (error) => resolve(`${name}: ${error.message}`))
      child.on('close', (code) =>
        resolve(code === 0 ? '' : output.trim() || `${name} ended with exit status ${code}`),
      )
    })
}

const bin = (path: string): string => join(root, 'node_modules', path)
const script = (name: string, ...args: string[]): string[] => [
  join(root, 'scripts/run.mjs'),
  join(root, 'scripts', name),
  ...args,
]

const QUICK: readonly Check[] = [
  {
    name: 'direction of imports',
    run: () =>
      sources()
        .flatMap(({ file, text }) =>
          violationsOf(file, text).map((found) => `${found.file}:${found.line}: ${found.message}`),
        )
        .join('\n'),
  },
  {
    name: 'texts in three languages',
    run: () =>
      checkMessages(
        root,
        sources().filter(({ file }) => /^(app|components|lib\/web)\//.test(file) && !file.includes('.test.')),
      ).join('\n'),
  },
  { name: 'lock file', run: program('lock', [join(root, 'scripts/lock.mjs'), '--check']) },
  {
    name: 'format and lint',
    run: program('biome', [
      bin('@biomejs/biome/bin/biome'),
      'check',
      '--error-on-warnings',
      '--diagnostic-level=warn',
      '--max-diagnostics=50',
      '.',
    ]),
  },
  { name: 'types', run: program('tsc', [bin('typescript/bin/tsc'), '--noEmit', '-p', root]) },
]

const THOROUGH: readonly Check[] = [
  { name: 'unused code', run: program('knip', [bin('knip/bin/knip.js')]) },
  { name: 'settings example', run: program('env', script('env.ts', '--check')) },
  { name: 'database migrations', run: program('drizzle', script('dbCheck.ts')) },
  { name: 'generated contract code', run: program('contracts', script('contracts/build.ts', '--check')) },
  {
    name: 'Solidity lint',
    run: program('solhint', [bin('solhint/solhint.js'), '--disc', 'contracts/src/**/*.sol']),
  },
]

/** Runs the checks two at a time (the machine may have two cores) and reports each as it ends. */
export async function runChecks(thorough: boolean, report: (result: CheckResult) => void): Promise<boolean> {
  const waiting = [...QUICK, ...(thorough ? THOROUGH : [])].reverse()
  let allOk = true
  const worker = async (): Promise<void> => {
    for (let check = waiting.pop(); check; check = waiting.pop()) {
      const began = performance.now()
      const output = await check.run()
      if (output !== '') allOk = false
      report({ name: check.name, ok: output === '', seconds: (performance.now() - began) / 1000, output })
    }
  }
  await Promise.all([worker(), worker()])
  return allOk
}

/** The lines a person reads about one check. */
export function reportCheck(result: CheckResult): void {
  console.log(`${result.ok ? '✓' : '✗'} ${result.name}  ${result.seconds.toFixed(1)} s`)
  if (!result.ok) console.log(result.output.replace(/^/gm, '    '))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await runChecks(true, reportCheck)) ? 0 : 1
}

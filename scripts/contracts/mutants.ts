/**
 * `npm run test:contracts:mutants [-- --only TEXT]`: breaks the lines of mutantLines.ts one at a time, in copies outside
 * the tree, and runs the tests that must notice. Fails when a broken line survives, does not compile, or is not found any
 * more. `--only` takes the lines whose file or text contains TEXT.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ForgeReport, readForgeReport } from '../test/forge.ts'
import { ROOT } from '../test/suites.ts'
import { forgeOutput } from './forgeOutput.ts'
import { MUTANTS, type Mutant } from './mutantLines.ts'

type Verdict = 'caught' | 'SURVIVED' | 'NOT FOUND' | 'DOES NOT COMPILE'
interface Outcome extends Mutant {
  readonly verdict: Verdict
  /** A test that failed. */
  readonly by: string
  readonly seconds: number
}

/** More would not fit into two cores and four gigabytes: a compiler takes half a gigabyte. */
const COPIES = 2

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = MUTANTS.filter(({ file, line }) => `${file} ${line}`.includes(values.only))
const scratch = mkdtempSync(join(tmpdir(), 'opengpu-mutants-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

function copyOfTheTree(name: string): string {
  const folder = join(scratch, name)
  mkdirSync(join(folder, 'contracts'), { recursive: true })
  for (const part of ['src', 'test', 'tools'])
    cpSync(join(ROOT, 'contracts', part), join(folder, 'contracts', part), { recursive: true })
  cpSync(join(ROOT, 'foundry.toml'), join(folder, 'foundry.toml'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs one test folder in a copy. Without the optimizer the compiler is twice as fast, and no rule depends on it. */
async function testsOf(copy: string, tests: string): Promise<{ status: number; report: ForgeReport | null }> {
  const name = tests.replaceAll('/', '-')
  const folder = join('contracts/test', tests)
  const env = {
    FOUNDRY_PROFILE: 'default',
    FOUNDRY_OPTIMIZER: 'false',
    // Nothing but the folder and what it imports is compiled.
    FOUNDRY_SRC: folder,
    FOUNDRY_TEST: folder,
    FOUNDRY_OUT: join('out', name),
    FOUNDRY_CACHE_PATH: join('cache', name),
    FOUNDRY_FUZZ_RUNS: '64',
    FOUNDRY_INVARIANT_RUNS: '4',
  }
  const { status, text } = await forgeOutput(['test', '--json'], env, copy)
  return { status, report: readForgeReport(text) }
}

function firstFailure(report: ForgeReport): string | undefined {
  for (const { test_results } of Object.values(report))
    for (const [name, { status }] of Object.entries(test_results))
      if (status === 'Failure') return name.slice(0, name.indexOf('('))
  return undefined
}

async function tryOut(copy: string, mutant: Mutant): Promise<Outcome> {
  const began = performance.now()
  const outcome = (verdict: Verdict, by: string): Outcome => ({
    ...mutant,
    verdict,
    by,
    seconds: (performance.now() - began) / 1000,
  })
  const path = join(copy, 'contracts/src', mutant.file)
  const text = readFileSync(path, 'utf8')
  const lines = text.split('\n')
  const places = lines.flatMap((line, i) => (line.trim() === mutant.line ? [i] : []))
  const [place] = places
  if (place === undefined || places.length > 1)
    return outcome('NOT FOUND', `the line is there ${places.length} times`)
  lines[place] = mutant.broken
  writeFileSync(path, lines.join('\n'))
  try {
    const { status, report } = await testsOf(copy, mutant.tests)
    if (report === null) return outcome('DOES NOT COMPILE', `forge ended with ${status}`)
    const by = firstFailure(report)
    return by === undefined ? outcome('SURVIVED', '') : outcome('caught', by)
  } finally {
    writeFileSync(path, text)
  }
}

function print({ verdict, file, line, broken, by, seconds }: Outcome): void {
  const head = `${verdict.padEnd(8)} ${file}  ${seconds.toFixed(0)} s`
  console.log(`${head}\n    - ${line}\n    + ${broken}${by === '' ? '' : `\n    ${by}`}`)
}

const folders = [...new Set(chosen.map(({ tests }) => tests))]
const outcomes: Outcome[] = []
const broken: string[] = []
await Promise.all(
  Array.from({ length: Math.min(COPIES, folders.length) }, async (_, i) => {
    const copy = copyOfTheTree(`copy${i}`)
    for (let tests = folders.shift(); tests !== undefined; tests = folders.shift()) {
      // Tests that fail on the unbroken code would catch everything.
      const { status, report } = await testsOf(copy, tests)
      if (status !== 0 || report === null) {
        broken.push(`contracts/test/${tests} fails unbroken: ${report === null ? '' : firstFailure(report)}`)
        continue
      }
      for (const mutant of chosen.filter((one) => one.tests === tests)) {
        const outcome = await tryOut(copy, mutant)
        outcomes.push(outcome)
        print(outcome)
      }
    }
  }),
)
for (const line of broken) console.error(line)
const caught = outcomes.filter(({ verdict }) => verdict === 'caught').length
console.log(`\n${caught} of ${chosen.length} broken lines were caught`)
for (const { verdict, file, line } of outcomes)
  if (verdict !== 'caught') console.log(`${verdict}: ${file}: ${line}`)
process.exitCode = caught === chosen.length && chosen.length > 0 ? 0 : 1

/**
 * `npm run test:contracts:deep [-- --seed S --minutes M]`: 50,000 fuzz runs and campaigns of 1,000 runs of 100 calls (the
 * profile `deep` of foundry.toml), one test function at a time. What passed is kept in .contracts-deep, so that a run
 * that was ended goes on where it was; sources or a seed that changed begin anew. `--minutes` stops before the next test
 * once the time is over. The last result is written to docs/contract-tests.md, with the seed.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readForgeReport } from '../test/forge.ts'
import { ROOT } from '../test/suites.ts'
import { type DeepTest, deepDocument, nextTests } from './deepResults.ts'
import { forgeOutput } from './forgeOutput.ts'

const FOLDER = join(ROOT, '.contracts-deep')
const STATE = join(FOLDER, 'state.json')
const DOCUMENT = join(ROOT, 'docs/contract-tests.md')

interface State {
  /** Of contracts/src, contracts/test and foundry.toml. */
  readonly sources: string
  readonly seed: string
  readonly tests: DeepTest[]
}

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' } } })
const stopAt =
  values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000
const before = readState()
const seed = `0x${BigInt(values.seed ?? before?.seed ?? randomSeed()).toString(16)}`
const sources = hashOfSources()
const goesOn = before !== null && before.seed === seed && before.sources === sources
if (before !== null && !goesOn)
  console.log(before.sources === sources ? 'another seed: begins anew' : 'the sources changed: begins anew')
const state: State = goesOn ? before : { sources, seed, tests: [] }

const all = await listTests()
const waiting = nextTests(all, state.tests)
console.log(
  `seed ${seed}: ${all.length} fuzz tests and campaigns, ${state.tests.filter(({ passed }) => passed).length} passed before`,
)
for (const { file, name } of waiting) {
  if (Date.now() >= stopAt) break
  const began = performance.now()
  const { text } = await forgeOutput(
    ['test', '--json', '--match-path', file, '--match-test', `^${name}\\(`, '--fuzz-seed', seed],
    { FOUNDRY_PROFILE: 'deep' },
  )
  const report = readForgeReport(text)
  const found = Object.values(report ?? {})
    .flatMap(({ test_results }) => Object.entries(test_results))
    .find(([signature]) => signature.startsWith(`${name}(`))?.[1]
  // A forge that died or did not compile says nothing about the test: it is tried again by the next run.
  if (found === undefined) throw new Error(`forge gave no result of ${name} in ${file}`)
  const { kind } = found
  const test: DeepTest = {
    file,
    name,
    passed: found.status === 'Success',
    runs: kind?.Fuzz?.runs ?? kind?.Invariant?.runs ?? 0,
    calls: kind?.Invariant?.calls ?? null,
    seconds: Math.round((performance.now() - began) / 1000),
    ...(found.reason ? { reason: found.reason } : {}),
  }
  state.tests.push(test)
  writeState(state)
  // After each, so that the document is right also where the run is ended.
  writeDocument()
  console.log(
    `${test.passed ? 'passed' : 'FAILED'} ${name}: ${test.runs} runs${test.calls === null ? '' : `, ${test.calls} calls`}, ${test.seconds} s ${test.reason ?? ''}`,
  )
}
writeDocument()
const left = nextTests(all, state.tests).length
const failed = state.tests.filter(({ passed }) => !passed).length
console.log(
  `${all.length - left - failed} passed, ${failed} failed, ${left} to go; see docs/contract-tests.md`,
)
process.exitCode = failed > 0 ? 1 : 0

function randomSeed(): number {
  return Math.floor(Math.random() * 0xffffffff)
}

function readState(): State | null {
  try {
    return JSON.parse(readFileSync(STATE, 'utf8')) as State
  } catch {
    return null
  }
}

/** Written beside and moved over, so that a kill never leaves half a file. */
function writeState(next: State): void {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${STATE}.new`, JSON.stringify(next, null, 2))
  renameSync(`${STATE}.new`, STATE)
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'foundry.toml')))
  for (const folder of ['contracts/src', 'contracts/test']) {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((one) => one.endsWith('.sol')).sort())
      hash.update(name).update(readFileSync(join(ROOT, folder, name)))
  }
  return hash.digest('hex')
}

function writeDocument(): void {
  writeFileSync(DOCUMENT, deepDocument(seed, new Date().toISOString().slice(0, 10), all, state.tests))
}

/** Every test function that is fuzzed or a campaign. */
async function listTests(): Promise<{ file: string; name: string }[]> {
  const { text, status } = await forgeOutput(['test', '--list', '--json'], { FOUNDRY_PROFILE: 'deep' })
  if (status !== 0) throw new Error('forge test --list failed')
  const start = text.indexOf('{')
  const listed = JSON.parse(text.slice(start)) as Record<string, Record<string, string[]>>
  return Object.entries(listed).flatMap(([file, contracts]) =>
    Object.values(contracts)
      .flat()
      .filter((name) => /^(testFuzz|invariant)/.test(name))
      .map((name) => ({ file, name })),
  )
}

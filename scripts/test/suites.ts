/** The test suites, each run by its own program and read back as rows. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgeProgram } from '../contracts/compile.ts'
import { forgeRows, forgeSummary, readForgeReport } from './forge.ts'
import { playwrightRows, readJson, type TestRow, vitestRows } from './results.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const REPORTS = join(ROOT, 'test-results')
/** Playwright empties its own output folder at each run; reports lie beside it. */
const report = (name: string): string => join(REPORTS, `report-${name}.json`)

type Program = {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly output?: string
  readonly minutes: number
}

let current: ChildProcess | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The runner ends its own helpers; we leave when it has.
    if (current === undefined || current.exitCode !== null) process.exit(130)
    current.once('exit', () => process.exit(130))
    current.kill(signal)
  })
}

/** Runs a program with its output on ours; `output` instead names a file for its standard output. Resolves with the exit status. */
function runProgram(program: Program): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program.file, [...program.args], {
      cwd: ROOT,
      env: { ...process.env, ...program.env },
      stdio: ['ignore', program.output ? 'pipe' : process.argv.includes('--json') ? 2 : 'inherit', 'inherit'],
    })
    current = child
    if (program.output && child.stdout) child.stdout.pipe(createWriteStream(program.output))
    // A runner that hangs must not hang everything: it counts as failed.
    const timer = setTimeout(() => child.kill('SIGKILL'), program.minutes * 60_000)
    child.on('error', () => resolve(127))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })
}

function prepared(name: string): string {
  mkdirSync(REPORTS, { recursive: true })
  const file = report(name)
  rmSync(file, { force: true })
  return file
}

/** When a runner died before it wrote its report, that is one failed test. */
function orFailed(rows: TestRow[] | null, status: number, name: string): TestRow[] {
  if (rows === null)
    return [{ title: `${name} ended with exit status ${status} and no report`, file: '', result: 'failed' }]
  if (status !== 0 && !rows.some((row) => row.result === 'failed'))
    return [...rows, { title: `${name} ended with exit status ${status}`, file: '', result: 'failed' }]
  return rows
}

/**
 * Solidity tests. Of foundry.toml's profiles, `default` is for developing and `ci` has the runs that count; it takes
 * minutes and prints nothing before its end.
 */
export async function runContracts(profile: 'default' | 'ci'): Promise<TestRow[]> {
  const output = prepared('forge')
  const status = await runProgram({
    file: forgeProgram(),
    args: ['test', '--json'],
    env: { FOUNDRY_PROFILE: profile },
    output,
    minutes: profile === 'ci' ? 15 : 10,
  })
  const report = readForgeReport(existsSync(output) ? readFileSync(output, 'utf8') : '')
  const rows = report === null ? null : forgeRows(ROOT, report)
  for (const row of rows ?? [])
    if (row.result === 'failed') console.log(`✗ ${row.file}: ${row.title} ${row.reason ?? ''}`)
  if (report !== null) for (const line of forgeSummary(report)) console.log(line)
  return orFailed(rows, status, 'forge')
}

/** The gas bench against its committed table; what `forge test` compiled must be there. */
export async function runGas(): Promise<TestRow[]> {
  const status = await runProgram({
    file: process.execPath,
    args: [join(ROOT, 'scripts/run.mjs'), join(ROOT, 'scripts/bench.ts'), 'gas', '--check'],
    minutes: 3,
  })
  const title = 'the contracts cost what docs/gas.md says, within 2%, and meet their goals'
  return [{ title, file: 'docs/gas.md', result: status === 0 ? 'passed' : 'failed' }]
}

/** Tests of vitest's projects, `only` as a pattern of titles. */
export async function runVitest(
  projects: readonly ('unit' | 'integration')[],
  only?: string,
): Promise<TestRow[]> {
  const output = prepared(`vitest-${projects.join('-')}`)
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--passWithNoTests',
    ...projects.flatMap((name) => ['--project', name]),
  ]
  args.push(
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
    ...(only === undefined ? [] : ['-t', only]),
  )
  const status = await runProgram({ file: process.execPath, args, minutes: 15 })
  const json = readJson(output)
  return orFailed(json === null ? null : vitestRows(ROOT, json as never), status, 'vitest')
}

/** Browser tests with this Chromium; without one every test counts as skipped. */
export async function runBrowser(chromium: string | null, only?: string): Promise<TestRow[]> {
  const output = prepared('playwright')
  const args = [
    join(ROOT, 'node_modules/@playwright/test/cli.js'),
    'test',
    ...(only === undefined ? [] : ['--grep', only]),
  ]
  const env = {
    PLAYWRIGHT_JSON_OUTPUT_NAME: output,
    ...(chromium === null ? {} : { PLAYWRIGHT_CHROMIUM: chromium }),
  }
  const status =
    chromium === null
      ? await runProgram({
          file: process.execPath,
          args: [...args, '--list', '--reporter=json'],
          env,
          minutes: 2,
        })
      : await runProgram({
          file: process.execPath,
          args: [...args, '--reporter=list,json'],
          env,
          minutes: 12,
        })
  const json = readJson(output)
  const rows = orFailed(json === null ? null : playwrightRows(ROOT, json as never), status, 'playwright')
  if (chromium !== null) return rows
  return rows.map((row) => ({
    ...row,
    result: 'skipped' as const,
    reason: 'no Chromium: sudo apt-get install -y chromium, or npx playwright install chromium',
  }))
}

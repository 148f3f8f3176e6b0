/** `npm test`: installs what it can, runs everything, and says in one line what came of it. `--strict` allows no skip. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportCheck, runChecks } from './check.ts'
import { adviceFor, ensureTools } from './start/systemTools.ts'
import { caseRows, unansweredCases } from './test/cases.ts'
import { ensureChromium } from './test/chromium.ts'
import { type TestRow, totalsOf } from './test/results.ts'
import { ROOT, runBrowser, runContracts, runGas, runVitest } from './test/suites.ts'

const strict = process.argv.includes('--strict')
const rows: TestRow[] = []
const durations: string[] = []

async function stage(name: string, work: () => Promise<TestRow[]>): Promise<void> {
  console.log(`\n== ${name}`)
  const began = performance.now()
  const found = await work()
  rows.push(...found)
  const { passed, failed, skipped } = totalsOf(found)
  durations.push(
    `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  )
}

const { missing } = await ensureTools()
for (const line of adviceFor(missing)) console.log(line)
const chromium = await ensureChromium()

await stage('checks', async () => {
  const found: TestRow[] = []
  await runChecks(true, (result) => {
    reportCheck(result)
    found.push({ title: result.name, file: '', result: result.ok ? 'passed' : 'failed' })
  })
  return found
})
await stage('contracts', async () => [...(await runContracts('ci')), ...(await runGas())])
await stage('unit and integration', () => runVitest(['unit', 'integration']))
await stage('browser', () => runBrowser(chromium))

const listed = Object.keys(JSON.parse(readFileSync(join(ROOT, 'tests/cases.json'), 'utf8')) as object).map(
  Number,
)
const unanswered = unansweredCases(caseRows(listed, rows))
rows.push({
  title: `every listed case has a passing test${unanswered.length > 0 ? ` (not: ${unanswered.join(', ')})` : ''}`,
  file: 'tests/cases.json',
  result: unanswered.length === 0 ? 'passed' : 'failed',
})

const { passed, failed, skipped } = totalsOf(rows)
console.log(`\n${durations.join('\n')}`)
for (const row of rows) if (row.result === 'failed') console.log(`failed: ${row.file} ${row.title}`)
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
if (skipped > 0) {
  const reasons = new Set(
    rows.filter((row) => row.result === 'skipped' && row.reason).map((row) => row.reason as string),
  )
  for (const tool of missing) reasons.add(`${tool.name} is missing: ${tool.install}`)
  for (const row of rows)
    if (row.result === 'skipped' && !row.reason && missing.length === 0)
      reasons.add(`${row.file}: ${row.title}`)
  console.log(`skipped: ${skipped} (${[...reasons].join('; ')})`)
}
process.exitCode = failed > 0 || (strict && skipped > 0) ? 1 : 0

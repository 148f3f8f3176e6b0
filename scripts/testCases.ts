/**
 * `npm run test:cases -- [--json]`: runs every test that names a case and prints `{case, test, file, result}` for each.
 * Fails when a case of tests/cases.json has no passing test, or a failing one.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { caseRows, unansweredCases } from './test/cases.ts'
import { ensureChromium } from './test/chromium.ts'
import { ROOT, runBrowser, runContracts, runVitest } from './test/suites.ts'

const json = process.argv.includes('--json')
// The runners print to standard output; with --json that is for the rows alone.
const write = process.stdout.write.bind(process.stdout)
if (json) process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write

const titles = JSON.parse(readFileSync(join(ROOT, 'tests/cases.json'), 'utf8')) as Record<string, string>
const results = [
  ...(await runContracts('default')),
  ...(await runVitest(['unit', 'integration'], '\\[case \\d+\\]')),
  ...(await runBrowser(await ensureChromium(), '\\[case \\d+\\]')),
]
const rows = caseRows(Object.keys(titles).map(Number), results)
const unanswered = unansweredCases(rows)
if (json) write(`${JSON.stringify(rows, null, 2)}\n`)
else
  for (const row of rows)
    console.log(
      `${row.result.padEnd(7)} ${String(row.case).padStart(3)} ${titles[row.case]}${row.test ? `\n            ${row.file}: ${row.test}` : ''}`,
    )
if (unanswered.length > 0) {
  console.error(`without a passing test: ${unanswered.join(', ')}`)
  process.exitCode = 1
}

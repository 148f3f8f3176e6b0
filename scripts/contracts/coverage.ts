/**
 * `npm run test:contracts:coverage`: lines and branches of our own contracts that the tests reach, file by file. Fails
 * below 98% of either in any file, and names what is missing.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../test/suites.ts'
import { coverageOf, type FileCoverage, share } from './coverageReport.ts'
import { forgeOutput } from './forgeOutput.ts'

const LEAST = 0.98
const FOLDER = join(ROOT, 'coverage')
const REPORT = join(FOLDER, 'contracts.lcov')

mkdirSync(FOLDER, { recursive: true })
// Without the optimizer, so what costs gas is left out; campaigns and lives of a thousand jobs reach nothing that the other tests do not.
const { status, text } = await forgeOutput(
  [
    'coverage',
    ...['--report', 'lcov', '--report-file', REPORT, '--exclude-tests'],
    ...['--no-match-path', 'contracts/test/{gas,economics}/*'],
    ...['--no-match-test', 'invariant_|testFuzz_LongLives'],
  ],
  {
    // Beside what the other commands compiled, which is optimized.
    FOUNDRY_OUT: 'coverage/out',
    FOUNDRY_CACHE_PATH: 'coverage/cache',
    FOUNDRY_FUZZ_RUNS: '32',
    FOUNDRY_PROFILE: 'default',
  },
)
if (status !== 0) {
  console.error(
    text
      .split('\n')
      .filter((line) => /FAIL|Error/.test(line))
      .join('\n'),
  )
  console.error(`forge coverage ended with ${status}`)
  process.exit(1)
}
const files = coverageOf(readFileSync(REPORT, 'utf8')).filter(({ file }) => file.startsWith('contracts/src/'))
const percent = (value: number): string => `${(100 * value).toFixed(1)}%`.padStart(7)
const print = (name: string, { lines, branches }: Pick<FileCoverage, 'lines' | 'branches'>): void =>
  console.log(
    `${name.padEnd(36)} lines ${percent(share(lines))} ${`${lines.hit}/${lines.all}`.padStart(9)}   branches ${percent(share(branches))} ${`${branches.hit}/${branches.all}`.padStart(8)}`,
  )
let low = 0
for (const found of files) {
  print(found.file.replace('contracts/src/', ''), found)
  if (share(found.lines) >= LEAST && share(found.branches) >= LEAST) continue
  low++
  const source = readFileSync(join(ROOT, found.file), 'utf8').split('\n')
  for (const line of found.missed) console.log(`    ${line}: ${source[line - 1]?.trim()}`)
}
const sum = (of: (file: FileCoverage) => number): number => files.reduce((all, file) => all + of(file), 0)
print('all', {
  lines: { hit: sum(({ lines }) => lines.hit), all: sum(({ lines }) => lines.all) },
  branches: { hit: sum(({ branches }) => branches.hit), all: sum(({ branches }) => branches.all) },
})
if (files.length === 0) console.error('the report names no contract of ours')
if (low > 0) console.error(`${low} of ${files.length} files are below 98%`)
process.exitCode = low > 0 || files.length === 0 ? 1 : 0

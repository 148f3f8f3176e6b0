/** One shape for the results of every test runner. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export type TestResult = 'passed' | 'failed' | 'skipped'

export type TestRow = {
  readonly title: string
  /** Path from the root. */
  readonly file: string
  readonly result: TestResult
  /** Why it was skipped, when the runner says so. */
  readonly reason?: string
}

export function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

type VitestReport = {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string; meta?: { reason?: string } }[]
  }[]
}

/** Rows of vitest's JSON reporter. A file that broke before its first test is one failed row. */
export function vitestRows(root: string, report: VitestReport): TestRow[] {
  return report.testResults.flatMap((file): TestRow[] => {
    const path = relative(root, file.name)
    if (file.assertionResults.length === 0 && file.status === 'failed')
      return [{ title: `${path} could not be loaded`, file: path, result: 'failed' }]
    return file.assertionResults.map((test) => ({
      title: test.fullName,
      file: path,
      result: test.status === 'passed' ? 'passed' : test.status === 'failed' ? 'failed' : 'skipped',
    }))
  })
}

type PlaywrightSuite = { title: string; file?: string; suites?: PlaywrightSuite[]; specs?: PlaywrightSpec[] }
type PlaywrightSpec = {
  title: string
  file: string
  tests: {
    status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
    annotations: { type: string; description?: string }[]
  }[]
}
type PlaywrightReport = {
  config: { rootDir: string }
  suites: PlaywrightSuite[]
  errors?: { message: string }[]
}

/** Rows of Playwright's JSON reporter, one for each project a spec ran in. */
export function playwrightRows(root: string, report: PlaywrightReport): TestRow[] {
  const rows: TestRow[] = []
  const visit = (suite: PlaywrightSuite, titles: string[]): void => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const reason = test.annotations.find((note) => note.type === 'skip')?.description
        rows.push({
          title: [...titles, spec.title].join(' '),
          file: relative(root, join(report.config.rootDir, spec.file)),
          result: test.status === 'skipped' ? 'skipped' : test.status === 'unexpected' ? 'failed' : 'passed',
          ...(reason === undefined ? {} : { reason }),
        })
      }
    }
    for (const inner of suite.suites ?? [])
      visit(inner, inner.file && inner.title === inner.file ? titles : [...titles, inner.title])
  }
  for (const suite of report.suites) visit(suite, [])
  for (const error of report.errors ?? [])
    rows.push({ title: error.message.split('\n')[0] ?? 'error', file: 'tests/e2e', result: 'failed' })
  return rows
}

export type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number }

export function totalsOf(rows: readonly TestRow[]): Totals {
  const count = (result: TestResult): number => rows.filter((row) => row.result === result).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** Which test answers for which numbered attack or failure. */
import type { TestResult, TestRow } from './results.ts'

export type CaseRow = {
  readonly case: number
  readonly test: string
  readonly file: string
  readonly result: TestResult | 'missing'
}

/** Case numbers in a title: `[case 97]`, and in Solidity function names also `case97`. */
export function casesIn(title: string): number[] {
  const found = new Set<number>()
  for (const match of title.matchAll(/\[case (\d+)\]|(?:^|_)case_?(\d+)(?=_|\b)/gi))
    found.add(Number(match[1] ?? match[2]))
  return [...found]
}

/** One row for each test of each listed case, and one `missing` row for a listed case without a test. */
export function caseRows(listed: readonly number[], rows: readonly TestRow[]): CaseRow[] {
  const byCase = new Map<number, CaseRow[]>(listed.map((number) => [number, []]))
  for (const row of rows) {
    for (const number of casesIn(row.title))
      byCase.get(number)?.push({ case: number, test: row.title, file: row.file, result: row.result })
  }
  return [...byCase].flatMap(([number, found]) =>
    found.length > 0 ? found : [{ case: number, test: '', file: '', result: 'missing' as const }],
  )
}

/** Listed cases that no passing test answers for, or that a failing test speaks against. */
export function unansweredCases(rows: readonly CaseRow[]): number[] {
  const numbers = [...new Set(rows.map((row) => row.case))]
  return numbers.filter((number) => {
    const own = rows.filter((row) => row.case === number)
    return !own.some((row) => row.result === 'passed') || own.some((row) => row.result === 'failed')
  })
}

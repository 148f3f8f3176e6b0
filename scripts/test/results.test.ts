import { describe, expect, it } from 'vitest'
import { caseRows, casesIn, unansweredCases } from './cases.ts'
import { commentAbove, playwrightRows, totalsOf, vitestRows } from './results.ts'

describe('test results', () => {
  it('count a file that could not be loaded as a failure', () => {
    const rows = vitestRows('/r', {
      testResults: [{ name: '/r/a.test.ts', status: 'failed', assertionResults: [] }],
    })
    expect(totalsOf(rows)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
  it('of a browser keep the reason of a skip', () => {
    const spec = {
      title: 'pays',
      file: 'a.spec.ts',
      tests: [{ status: 'skipped' as const, annotations: [{ type: 'skip', description: 'no browser' }] }],
    }
    const rows = playwrightRows('/r', {
      config: { rootDir: '/r/tests/e2e' },
      suites: [{ title: 'a.spec.ts', file: 'a.spec.ts', specs: [spec] }],
    })
    expect(rows).toEqual([
      { title: 'pays', file: 'tests/e2e/a.spec.ts', result: 'skipped', reason: 'no browser' },
    ])
  })
  it('of a Solidity test include the comment above the function', () => {
    const text =
      'contract T {\n    uint x;\n    /// [case 46] Ends\n    /// once.\n    function test_Once(uint256 a) external {}\n}'
    expect(commentAbove(text, 'test_Once')).toBe('[case 46] Ends once.')
  })
})

describe('cases', () => {
  it('are read from titles in both forms, and nothing else is one', () => {
    expect(casesIn('a late result [case 76][case 77]')).toEqual([76, 77])
    expect(casesIn('test_case46_EndsOnce')).toEqual([46])
    expect(casesIn('in that case 5 things happen, lowercase9')).toEqual([])
  })
  it('are unanswered without a passing test and with any failing one', () => {
    const row = (title: string, result: 'passed' | 'failed' | 'skipped') => ({ title, file: 'x', result })
    const rows = caseRows(
      [1, 2, 3, 4],
      [
        row('[case 1]', 'passed'),
        row('[case 2]', 'skipped'),
        row('[case 3]', 'passed'),
        row('again [case 3]', 'failed'),
      ],
    )
    expect(unansweredCases(rows)).toEqual([2, 3, 4])
    expect(rows.find((found) => found.case === 4)?.result).toBe('missing')
  })
})

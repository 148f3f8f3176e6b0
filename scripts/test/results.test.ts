import { describe, expect, it } from 'vitest'
import { caseRows, casesIn, unansweredCases } from './cases.ts'
import { commentAbove, forgeSummary, readForgeReport, secondsOf } from './forge.ts'
import { playwrightRows, totalsOf, vitestRows } from './results.ts'

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

describe("forge's report", () => {
  it('says how much ran, by the least of each kind', () => {
    const test = (kind: object, duration: string) => ({ status: 'Success' as const, kind, duration })
    const lines = forgeSummary({
      'a.t.sol:A': {
        test_results: {
          'test_One()': test({ Unit: { gas: 1 } }, '5ms'),
          'testFuzz_Two(uint256)': test({ Fuzz: { runs: 2_000 } }, '1m 2s 500ms'),
          'testFuzz_Three(uint256)': test({ Fuzz: { runs: 48 } }, '3s'),
          'invariant_Four()': test({ Invariant: { runs: 256, calls: 16_384 } }, '9s'),
        },
      },
    })
    expect(lines).toEqual([
      '1 unit tests',
      '2 fuzz tests of at least 48 runs',
      '1 invariant campaigns of at least 256 runs and 16384 calls',
      'longest: testFuzz_Two 62.5 s, invariant_Four 9.0 s, testFuzz_Three 3.0 s, test_One 0.0 s',
    ])
  })
  it('durations are read in every unit', () => {
    expect(secondsOf('2h 3m 4s 5ms 6µs 7ns')).toBeCloseTo(7_384.005006007, 9)
    expect(secondsOf({ secs: 3, nanos: 500_000_000 })).toBe(3.5)
  })
  it('that was cut off or never came is none', () => {
    expect(readForgeReport('')).toBeNull()
    expect(readForgeReport('{"a.t.sol:A": {"test_res')).toBeNull()
    expect(readForgeReport('Compiling 3 files\n{}')).toEqual({})
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

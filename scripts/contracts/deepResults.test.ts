import { describe, expect, it } from 'vitest'
import { type DeepTest, deepDocument, nextTests } from './deepResults.ts'

const all = [
  { file: 'a.t.sol', name: 'testFuzz_One' },
  { file: 'a.t.sol', name: 'testFuzz_Two' },
  { file: 'b.t.sol', name: 'testFuzz_One' },
]
const passed: DeepTest = {
  file: 'a.t.sol',
  name: 'testFuzz_One',
  passed: true,
  runs: 50_000,
  calls: null,
  seconds: 9,
}

describe('a deep run', () => {
  it('goes on with what has no result; names of other files are other tests', () => {
    expect(nextTests(all, [passed])).toEqual([all[1], all[2]])
  })
  it('says what was not run, and never that all passed', () => {
    const text = deepDocument('0x7', '2026-01-01', all, [passed])
    expect(text).toContain('**2 of 3 were not run**')
    expect(text).toContain('Not run: testFuzz_Two, testFuzz_One.')
    expect(text).not.toContain('All ')
  })
  it('says what failed first', () => {
    const failure = { ...passed, name: 'testFuzz_Two', passed: false, reason: 'law 3' }
    const text = deepDocument('0x7', '2026-01-01', all, [passed, failure])
    expect(text).toContain('**1 failed**, 1 passed, 1 were not run')
    expect(text).toContain('| testFuzz_Two | FAILED law 3 |')
  })
  it('says that all passed only when all did', () => {
    const done = all.map((one) => ({ ...passed, ...one }))
    expect(deepDocument('0x7', '2026-01-01', all, done)).toContain('All 3 passed.')
  })
})

import { describe, expect, it } from 'vitest'
import { coverageOf, share } from './coverageReport.ts'

const LCOV = `TN:
SF:contracts/src/A.sol
FN:3,A.f
FNDA:2,A.f
DA:3,2
DA:4,0
DA:5,1
BRDA:4,0,0,-
BRDA:5,1,0,0
BRDA:5,1,1,7
end_of_record
TN:
SF:contracts/src/B.sol
DA:1,1
end_of_record
`

describe('the coverage report', () => {
  it('counts lines and branches of each file and names what was missed', () => {
    expect(coverageOf(LCOV)).toEqual([
      {
        file: 'contracts/src/A.sol',
        lines: { hit: 2, all: 3 },
        branches: { hit: 1, all: 3 },
        missed: [4, 5],
      },
      { file: 'contracts/src/B.sol', lines: { hit: 1, all: 1 }, branches: { hit: 0, all: 0 }, missed: [] },
    ])
  })
  it('a file without branches has none missing', () => {
    expect(share({ hit: 0, all: 0 })).toBe(1)
    expect(share({ hit: 49, all: 50 })).toBe(0.98)
  })
})

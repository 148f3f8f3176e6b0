/** What an lcov file says, by file. */

export interface Count {
  readonly hit: number
  readonly all: number
}

export interface FileCoverage {
  readonly file: string
  readonly lines: Count
  readonly branches: Count
  /** Lines that were not reached or hold a branch that was not, in order. */
  readonly missed: readonly number[]
}

/** The part that was reached; a file without any is whole. */
export function share({ hit, all }: Count): number {
  return all === 0 ? 1 : hit / all
}

export function coverageOf(lcov: string): FileCoverage[] {
  return lcov
    .split('end_of_record')
    .filter((record) => record.includes('SF:'))
    .map((record) => {
      const file = /^SF:(.*)$/m.exec(record)?.[1] ?? ''
      const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, hits]) => ({
        line: Number(line),
        hit: hits !== '0',
      }))
      const branches = [...record.matchAll(/^BRDA:(\d+),[^,]*,[^,]*,(\d+|-)/gm)].map(([, line, hits]) => ({
        line: Number(line),
        hit: hits !== '0' && hits !== '-',
      }))
      const count = (parts: readonly { hit: boolean }[]): Count => ({
        hit: parts.filter(({ hit }) => hit).length,
        all: parts.length,
      })
      const missed = new Set([...lines, ...branches].filter(({ hit }) => !hit).map(({ line }) => line))
      return {
        file,
        lines: count(lines),
        branches: count(branches),
        missed: [...missed].sort((a, b) => a - b),
      }
    })
}

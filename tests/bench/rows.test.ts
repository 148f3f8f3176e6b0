import { describe, expect, it } from 'vitest'
import { percentile, row } from './rows.ts'

describe('rows of a bench', () => {
  it('a ratio that misses its goal does not hold', () => {
    const against = (value: number) => ({ peer: 'the same', value, goal: { atMost: 3 } })
    expect(row('a', 'time', 30, 'ms', against(10)).holds).toBe(true)
    expect(row('a', 'time', 31, 'ms', against(10)).holds).toBe(false)
    expect(row('a', 'rate', 1, '1/s', { peer: 'p', value: 10, goal: { atLeast: 0.2 } }).holds).toBe(false)
  })

  it('a value above its ceiling does not hold, however good its ratio', () => {
    const against = { peer: 'the same', value: 100, goal: { atMost: 1 } }
    expect(row('a', 'gas', 50, 'gas', against, 50).holds).toBe(true)
    expect(row('a', 'gas', 51, 'gas', against, 50).holds).toBe(false)
    expect(row('a', 'gas', Number.NaN, 'gas', undefined, 50).holds).toBe(false)
  })

  it('nothing measured meets no goal', () => {
    const empty = percentile([], 0.5)
    expect(row('a', 'time', empty, 'ms', { peer: 'p', value: 10, goal: { atMost: 3 } }).holds).toBe(false)
  })

  it('percentiles are values of the sample', () => {
    expect(percentile([5, 1, 3, 2, 4], 0.5)).toBe(3)
    expect(percentile([5, 1, 3, 2, 4], 0.99)).toBe(5)
  })
})

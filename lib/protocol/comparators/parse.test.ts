import { describe, expect, it } from 'vitest'
import { COMPARISON } from '../messages.ts'
import { chainComparison, comparedNames, formatComparator, parseComparator, parseCompareOn } from './parse.ts'
import { comparatorSchema } from './schema.ts'

describe('the comparator of the command line', () => {
  it('reads exact and number, and writes them back', () => {
    expect(parseComparator('exact')).toEqual({ method: 'exact', on: { kind: 'stdout' } })
    for (const text of ['exact', 'number:0.000001', 'number:1e-7', 'number:1']) {
      const comparator = parseComparator(text)
      if (comparator === null) throw new Error(`refused ${text}`)
      expect(comparatorSchema.parse(comparator)).toEqual(comparator)
      expect(formatComparator(comparator)).toBe(text)
    }
  })
  it('refuses tolerances out of bounds and other words', () => {
    for (const text of [
      '',
      'number',
      'number:',
      'number:0',
      'number:-1',
      'number:1.1',
      'number:nan',
      'number:1e-999',
      'number: 1',
      'number:0x1',
      'EXACT',
    ]) {
      expect(parseComparator(text), text).toBeNull()
    }
  })
  it('reads what is compared', () => {
    expect(parseCompareOn([])).toEqual({ kind: 'stdout' })
    expect(parseCompareOn(['stdout'])).toEqual({ kind: 'stdout' })
    expect(parseCompareOn(['model.bin', 'out/a.json'])).toEqual({
      kind: 'files',
      names: ['model.bin', 'out/a.json'],
    })
    for (const names of [['stdout', 'a'], ['../a'], ['/a'], ['a', 'a'], ['a\\b'], ['']])
      expect(parseCompareOn(names), names.join()).toBeNull()
    expect(comparedNames({ kind: 'files', names: ['b', 'a'] })).toEqual(['b', 'a'])
  })
  it('lets the chain compare hashes for exact alone', () => {
    expect(chainComparison({ method: 'exact', on: { kind: 'stdout' } })).toBe(COMPARISON.exact)
    expect(chainComparison({ method: 'number', tolerance: 1, on: { kind: 'stdout' } })).toBe(
      COMPARISON.tolerant,
    )
  })
})

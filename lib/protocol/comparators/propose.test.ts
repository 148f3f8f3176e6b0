import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareOutputs } from './compare.ts'
import { proposeComparator } from './propose.ts'

const on = { kind: 'files', names: ['o'] } as const
const specOn = { kind: 'files' as const, names: [...on.names] }
const out = (text: string) => [{ name: 'o', bytes: new TextEncoder().encode(text) }]
const propose = (a: string, b: string) => proposeComparator(specOn, out(a), out(b))

describe('proposeComparator', () => {
  it('proposes exact for equal bytes', () => {
    expect(propose('x', 'x')).toEqual({ comparator: { method: 'exact', on }, why: null })
  })
  it('proposes the tightest power of ten', () => {
    expect(propose('loss 0.123451', 'loss 0.123463').comparator).toEqual({
      method: 'number',
      tolerance: 1e-4,
      on,
    })
    expect(propose('{"a":1.0,"b":2}', '{"b":2,"a":1.0000000000000002}').comparator).toMatchObject({
      tolerance: 1e-15,
    })
  })
  it('proposes nothing for clocks, identifiers, addresses, order, wide numbers, text and shape, and says which', () => {
    expect(propose('done at 12:31:05', 'done at 14:02:59').why).toBe('clock')
    expect(propose('elapsed 1.25', 'elapsed 9.5').why).toBe('clock')
    expect(
      propose('run 6f9619ff-8b86-d011-b42d-00cf4fc964ff', 'run 16fd2706-8baf-433b-82eb-8c7fada847da').why,
    ).toBe('identifier')
    expect(propose('<object at 0x7f3e5c0d1f40>', '<object at 0x7f9a5c0d1f41>').why).toBe('address')
    expect(propose('b\na\n', 'a\nb\n').why).toBe('order')
    expect(propose('loss 0.2', 'loss 0.9').why).toBe('numbers')
    expect(propose('cat', 'dog').why).toBe('text')
    expect(propose('[1]', '[1,2]').why).toBe('shape')
    expect(proposeComparator(specOn, out('a'), []).why).toBe('shape')
  })
  it('whatever it proposes agrees, and nothing a power of ten tighter does', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.integer({ min: -16, max: 0 }),
        (x, d, e) => {
          const [a, b] = [`v ${x}`, `v ${x + d * 10 ** e}`]
          const { comparator } = propose(a, b)
          if (comparator === null) return
          expect(compareOutputs(comparator, out(a), out(b)).agrees).toBe(true)
          if (comparator.method === 'exact' || comparator.tolerance <= 1e-15) return
          const tighter = { ...comparator, tolerance: comparator.tolerance / 10.0001 }
          expect(compareOutputs(tighter, out(a), out(b)).agrees).toBe(false)
        },
      ),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareOutputs, LARGEST_TOLERANT_BYTES } from './compare.ts'
import { describeDifference, type Output } from './difference.ts'
import type { Comparator } from './schema.ts'

const on = { kind: 'stdout' } as const
const exact: Comparator = { method: 'exact', on }
const within = (tolerance: number): Comparator => ({ method: 'number', tolerance, on })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const out = (text: string | Uint8Array, name = 'stdout'): Output[] => [
  { name, bytes: typeof text === 'string' ? bytes(text) : text },
]
const agree = (comparator: Comparator, a: string, b: string): boolean =>
  compareOutputs(comparator, out(a), out(b)).agrees
const differenceOf = (comparator: Comparator, a: string, b: string) => {
  const comparison = compareOutputs(comparator, out(a), out(b))
  if (comparison.agrees) throw new Error('expected a difference')
  return comparison.difference
}

describe('exact comparison', () => {
  it('finds the first byte, by line and column in text and by offset elsewhere', () => {
    expect(differenceOf(exact, 'a\nbc\n', 'a\nbd\n').at).toEqual({ kind: 'line', line: 2, column: 2 })
    expect(differenceOf(exact, 'a\0bc', 'a\0bd').at).toEqual({ kind: 'byte', offset: 3 })
  })
  it('tells a shorter output from a longer one', () => {
    expect(differenceOf(exact, 'abc', 'abcd').at).toEqual({ kind: 'line', line: 1, column: 4 })
    expect(agree(exact, '', '')).toBe(true)
  })
  it('keeps CRLF and LF, 1.0 and 1.00 apart', () => {
    expect(agree(exact, 'a\r\n', 'a\n')).toBe(false)
    expect(agree(exact, '1.0', '1.00')).toBe(false)
  })
  it('compares by name whatever the order, and names a missing output', () => {
    const a = [...out('1', 'a'), ...out('2', 'b')]
    const b = [...out('2', 'b'), ...out('1', 'a')]
    expect(compareOutputs(exact, a, b)).toEqual({ agrees: true })
    const comparison = compareOutputs(exact, a, out('1', 'a'))
    expect(comparison).toMatchObject({
      agrees: false,
      difference: { name: 'b', why: 'missingOutput', left: 'b', right: '' },
    })
  })
})

describe('numbers in text', () => {
  it('agree within the tolerance, absolutely or relatively', () => {
    expect(agree(within(1e-6), 'loss 0.5000001 at 10', 'loss 0.5000002 at 10')).toBe(true)
    expect(agree(within(1e-6), 'loss 0.50001', 'loss 0.50002')).toBe(false)
    expect(agree(within(1e-6), '1000000', '1000001')).toBe(true)
    expect(agree(within(1e-6), '0', '1e-7')).toBe(true)
  })
  it('may be spelled differently', () => {
    for (const [a, b] of [
      ['1.0', '1'],
      ['1e3', '1000'],
      ['-0', '0'],
      ['.5', '0.5'],
      ['1.', '1.0'],
      ['+2', '2'],
    ] as const) {
      expect(agree(within(1e-12), a, b), `${a} and ${b}`).toBe(true)
    }
  })
  it('stand alone: parts of words, versions, hex and units are text', () => {
    for (const [a, b] of [
      ['sha1', 'sha2'],
      ['1.2.3', '1.2.4'],
      ['0x10', '0x11'],
      ['12ms', '13ms'],
      ['v_1', 'v_2'],
      ['é1', 'é2'],
    ] as const) {
      expect(agree(within(1), a, b), `${a} and ${b}`).toBe(false)
    }
    expect(agree(within(1), 'took 5.', 'took 6.')).toBe(true)
    expect(agree(within(0.5), '3-5', '3-6')).toBe(true)
    expect(agree(within(1), '3-5', '3+5')).toBe(false)
  })
  it('leave everything between them to the byte', () => {
    expect(differenceOf(within(0.1), 'loss  1', 'loss 1')).toMatchObject({ why: 'text' })
    expect(agree(within(0.1), 'a 1\r\n', 'a 1\n')).toBe(false)
    expect(agree(within(0.1), '1 2', '1 2 3')).toBe(false)
    expect(agree(within(0.1), '1 x', '1 2')).toBe(false)
  })
  it('give NaN its own place, tell infinities by sign, and refuse both against a number', () => {
    expect(agree(within(1), 'nan', 'NaN')).toBe(true)
    expect(agree(within(1), '-nan', 'nan')).toBe(true)
    expect(agree(within(1), 'inf', 'Infinity')).toBe(true)
    expect(agree(within(1), 'inf', '-inf')).toBe(false)
    expect(agree(within(1), 'inf', '1e308')).toBe(false)
    expect(agree(within(1), 'nan', '0')).toBe(false)
    expect(agree(within(1), 'nano 1', 'info 1')).toBe(false)
  })
  it('do not overflow', () => {
    expect(agree(within(1), '1e308', '-1e308')).toBe(false)
    expect(agree(within(1), '1e999', '1e998')).toBe(false)
    expect(agree(within(1e-3), '1e999', '1e999')).toBe(true)
    expect(agree(within(1e-6), '1.7976931348623157e308', '1.7976931348623156e308')).toBe(true)
  })
  it('keep integers that no double holds exact', () => {
    expect(agree(within(1e-18), '9007199254740993', '9007199254740992')).toBe(false)
    expect(agree(within(1e-15), '9007199254740993', '9007199254740992')).toBe(true)
    const huge = `1${'0'.repeat(350)}`
    expect(agree(within(1e-6), huge, `${huge.slice(0, -1)}1`)).toBe(true)
    expect(agree(within(1e-6), huge, `2${'0'.repeat(350)}`)).toBe(false)
    const tooLong = '1'.repeat(401)
    expect(agree(within(1), tooLong, `${tooLong.slice(0, -1)}2`)).toBe(false)
  })
  it('say where and what', () => {
    const difference = differenceOf(within(1e-6), 'epoch 1\nloss 0.51 x', 'epoch 1\nloss 0.52 x')
    expect(difference).toEqual({
      name: 'stdout',
      at: { kind: 'line', line: 2, column: 6 },
      left: '0.51',
      right: '0.52',
      why: 'number',
    })
    expect(describeDifference(difference)).toContain('stdout line 2, column 6')
  })
  it('work beside bytes that are no text', () => {
    const junk = Uint8Array.of(0xff, 0xfe, 0x00, 0x20)
    const join = (text: string) => Uint8Array.of(...junk, ...bytes(text))
    expect(compareOutputs(within(0.1), out(join('1.00')), out(join('1.01'))).agrees).toBe(true)
    expect(compareOutputs(within(0.1), out(join('1.00')), out(join('x'))).agrees).toBe(false)
  })
})

describe('numbers in JSON', () => {
  it('agree whatever the order of keys and the white space', () => {
    expect(agree(within(1e-6), '{"a":1,"b":[1,2.0000001]}', '{ "b": [1, 2.0],\r\n "a": 1.0 }')).toBe(true)
  })
  it('name the path of what differs', () => {
    expect(differenceOf(within(1e-6), '{"a":[{"b":1}]}', '{"a":[{"b":2}]}')).toMatchObject({
      at: { kind: 'json', path: '$.a[0].b' },
      left: '1',
      right: '2',
      why: 'number',
    })
    expect(differenceOf(within(1), '[1,2]', '[1]')).toMatchObject({ at: { path: '$' }, why: 'length' })
    expect(differenceOf(within(1), '{"a":1}', '{}')).toMatchObject({ at: { path: '$.a' }, why: 'missingKey' })
    expect(differenceOf(within(1), '{}', '{"a":1}')).toMatchObject({ at: { path: '$.a' }, why: 'missingKey' })
    expect(differenceOf(within(1), '{"a":"1"}', '{"a":1}')).toMatchObject({ why: 'type' })
    expect(differenceOf(within(1), '{"a":null}', '{"a":[]}')).toMatchObject({ why: 'type' })
  })
  it('keep strings, order of lists and large integers', () => {
    expect(agree(within(1), '["1.0"]', '["1.1"]')).toBe(false)
    expect(agree(within(0.1), '[1,2]', '[2,1]')).toBe(false)
    expect(agree(within(1e-18), '[9007199254740993]', '[9007199254740992]')).toBe(false)
    expect(agree(within(1), '[1e999]', '[1e998]')).toBe(false)
  })
  it('take the NaN and Infinity that Python writes', () => {
    expect(agree(within(1e-6), '{"a":NaN,"b":1}', '{"b":1,"a":NaN}')).toBe(true)
    expect(agree(within(1), '[Infinity]', '[-Infinity]')).toBe(false)
  })
  it('fall back to text for a repeated key, depth beyond 500 and invalid UTF-8', () => {
    expect(agree(within(1), '{"a":1,"a":2}', '{"a":1, "a":2}')).toBe(false)
    const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`
    expect(agree(within(0.1), deep, deep.replace('1', '1.01'))).toBe(true)
    expect(agree(within(0.1), deep, deep.replace('1', '2'))).toBe(false)
    const invalid = (end: number) => Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x2c, end, 0x5d)
    expect(compareOutputs(within(0.1), out(invalid(0x31)), out(invalid(0x31))).agrees).toBe(true)
    expect(compareOutputs(within(0.1), out(invalid(0x31)), out(invalid(0x32))).agrees).toBe(false)
  })
  it('treat the key __proto__ like any other', () => {
    expect(agree(within(1), '{"__proto__":1}', '{}')).toBe(false)
  })
})

describe('bounds', () => {
  it('compares no numbers above the size limit, only bytes', () => {
    const big = new Uint8Array(LARGEST_TOLERANT_BYTES + 1).fill(0x20)
    const other = big.slice()
    big[0] = 0x31
    other[0] = 0x32
    expect(compareOutputs(within(1), out(big), out(big.slice())).agrees).toBe(true)
    expect(compareOutputs(within(1), out(big), out(other))).toMatchObject({ difference: { why: 'tooLarge' } })
  })
  it('stays linear on megabytes of digits, signs and quotes', () => {
    for (const piece of ['1', '+', '1e', '-.', '"', '[', 'inf', '1 ', '{"a":']) {
      const text = piece.repeat(Math.floor(1_000_000 / piece.length))
      const started = performance.now()
      compareOutputs(within(0.1), out(`${text}a`), out(`${text}b`))
      expect(performance.now() - started, piece).toBeLessThan(3000)
    }
  })
})

const someText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '1',
        '.',
        '-',
        '+',
        'e',
        ' ',
        '\n',
        '0',
        '9',
        'nan',
        'inf',
        '"',
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        'a',
        '\0',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.double().map(String),
)
const someBytes = fc.oneof(someText.map(bytes), fc.uint8Array({ maxLength: 40 }))
const someTolerance = fc.constantFrom(1, 0.1, 1e-3, 1e-9, 1e-15)

describe('for any bytes', () => {
  it('an output agrees with itself', () => {
    fc.assert(
      fc.property(someBytes, someTolerance, (a, tolerance) => {
        expect(compareOutputs(within(tolerance), out(a), out(a.slice())).agrees).toBe(true)
        expect(compareOutputs(exact, out(a), out(a.slice())).agrees).toBe(true)
      }),
    )
  })
  it('agreement is symmetric, and so is the place of the difference', () => {
    fc.assert(
      fc.property(someBytes, someBytes, someTolerance, (a, b, tolerance) => {
        for (const comparator of [exact, within(tolerance)]) {
          const one = compareOutputs(comparator, out(a), out(b))
          const other = compareOutputs(comparator, out(b), out(a))
          expect(other.agrees).toBe(one.agrees)
        }
      }),
      { numRuns: 500 },
    )
  })
  it('what agrees exactly agrees within any tolerance, and what agrees within a small one within a larger', () => {
    fc.assert(
      fc.property(someBytes, someBytes, (a, b) => {
        const verdicts = [exact, within(1e-15), within(1e-9), within(1e-3), within(1)].map(
          (comparator) => compareOutputs(comparator, out(a), out(b)).agrees,
        )
        expect([...verdicts].sort()).toEqual(verdicts)
      }),
      { numRuns: 500 },
    )
  })
  it('numbers printed by JavaScript agree exactly when they are close enough', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(finite, finite, someTolerance, (x, y, tolerance) => {
        const close =
          x === y || Math.abs(x / 2 - y / 2) <= (tolerance / 2) * Math.max(1, Math.abs(x), Math.abs(y))
        const edge =
          Math.abs(Math.abs(x / 2 - y / 2) / Math.max(1, Math.abs(x), Math.abs(y)) / (tolerance / 2) - 1) <
          1e-9
        if (!edge) expect(agree(within(tolerance), `v=${x}`, `v=${y}`)).toBe(close)
      }),
    )
  })
})

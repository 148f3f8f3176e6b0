import { expect, test } from 'vitest'
import { uint64Schema, uint256Schema, weiSchema } from './primitives.ts'

test.each([
  ['wei', weiSchema, 2n ** 128n],
  ['a 256-bit number', uint256Schema, 2n ** 256n],
  ['a 64-bit number', uint64Schema, 2n ** 64n],
])(
  '[case 138] %s: what is no whole number or too large is an issue, never an exception',
  (_, schema, end) => {
    for (const text of [
      '',
      '1.5',
      '-1',
      '1e3',
      '0x10',
      '01',
      ' 1',
      '1 ',
      '١',
      `${end}`,
      '9'.repeat(200),
      'NaN',
    ]) {
      expect(schema.safeParse(text).success, text).toBe(false)
    }
    for (const text of ['0', '1', `${end - 1n}`]) expect(schema.safeParse(text).success, text).toBe(true)
  },
)

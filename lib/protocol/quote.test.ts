import { expect, test } from 'vitest'
import { quote } from './quote.ts'

test.each([
  // ask, predicted seconds, time-out, price
  [1000n, 10, 60, 15_001n],
  [1000n, 59, 60, 60_000n],
  [1000n, 0, 60, 1n],
  [1000n, null, 60, 60_000n],
  [0n, null, 60, 1n],
  [3n, 0.001, 60, 1n],
])(
  'at %s wei a second, %s s predicted and %s s at most the price is %s',
  (ask, predicted, timeout, price) => {
    expect(quote(ask, predicted, timeout)).toBe(price)
  },
)

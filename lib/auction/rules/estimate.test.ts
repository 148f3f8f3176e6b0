import { describe, expect, it } from 'vitest'
import { quote } from '../../protocol/quote.ts'
import { percentile, priceInterval, secondsInterval, suggestMaxPrice } from './estimate.ts'

describe('an estimate', () => {
  it('without history says no run time, and prices the whole time-out from the cheapest ask to the dearest', () => {
    expect(secondsInterval([])).toBeNull()
    expect(priceInterval([30n, 10n, 20n], null, 60)).toEqual({ low: 600n, expected: 600n, high: 1800n })
  })

  it('with history is what nodes would quote for the 10th, 50th and 90th percentile of it', () => {
    const seconds = secondsInterval([9, 1, 2, 3, 4, 5, 6, 7, 8, 10])
    expect(seconds).toEqual({ low: 1, expected: 5, high: 9 })
    expect(priceInterval([20n, 10n], seconds, 3600)).toEqual({
      low: quote(10n, 1, 3600),
      expected: quote(10n, 5, 3600),
      high: quote(20n, 9, 3600),
    })
  })

  it('names no price when nobody offers, and suggests the least there is', () => {
    expect(priceInterval([], null, 60)).toBeNull()
    expect(suggestMaxPrice(null, 7n)).toBe(7n)
  })

  it('suggests the dearest quote and half as much again, so that a replacement still fits', () => {
    expect(suggestMaxPrice({ low: 1n, expected: 2n, high: 100n }, 7n)).toBe(150n)
    expect(suggestMaxPrice({ low: 1n, expected: 1n, high: 2n }, 7n)).toBe(7n)
  })

  it('takes a percentile by nearest rank, and none of nothing', () => {
    expect(percentile([1, 2, 3, 4], 50)).toBe(2)
    expect(percentile([1, 2, 3, 4], 0)).toBe(1)
    expect(percentile([1, 2, 3, 4], 100)).toBe(4)
    expect(percentile([], 50)).toBeUndefined()
  })
})

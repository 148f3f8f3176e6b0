/**
 * What a job will probably cost and take, before it is submitted. Pure: history and asks in, an interval out.
 *
 * Nodes quote by lib/protocol/quote.ts: without history they ask for the whole time-out, so the interval then reaches from
 * the cheapest ask to the dearest.
 */
import { quote } from '../../protocol/quote.ts'

export interface Interval<T> {
  readonly low: T
  readonly expected: T
  readonly high: T
}

/** The value at `percent` (0-100) of sorted values, nearest rank. Undefined for an empty list. */
export function percentile<T>(sorted: readonly T[], percent: number): T | undefined {
  if (sorted.length === 0) return undefined
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1))]
}

/** Run time of like jobs: 10th, 50th and 90th percentile in seconds; null without history. */
export function secondsInterval(history: readonly number[]): Interval<number> | null {
  const sorted = [...history].sort((a, b) => a - b)
  const low = percentile(sorted, 10)
  const expected = percentile(sorted, 50)
  const high = percentile(sorted, 90)
  return low === undefined || expected === undefined || high === undefined ? null : { low, expected, high }
}

/**
 * Price interval in wei: what the eligible nodes would quote. `asks` are wei per second, any order; null when there are
 * none. Each end is a quote itself, so that a suggestion is never below what it stands for.
 */
export function priceInterval(
  asks: readonly bigint[],
  seconds: Interval<number> | null,
  timeoutSeconds: number,
): Interval<bigint> | null {
  const sorted = [...asks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const cheapest = sorted[0]
  const dearest = sorted[sorted.length - 1]
  if (cheapest === undefined || dearest === undefined) return null
  if (seconds === null) {
    const most = quote(cheapest, null, timeoutSeconds)
    return { low: most, expected: most, high: quote(dearest, null, timeoutSeconds) }
  }
  return {
    low: quote(cheapest, seconds.low, timeoutSeconds),
    expected: quote(cheapest, seconds.expected, timeoutSeconds),
    high: quote(dearest, seconds.high, timeoutSeconds),
  }
}

/**
 * The maximum price we suggest: the dearest likely quote and half as much again, so that a replacement is still within it;
 * at least `least` wei.
 */
export function suggestMaxPrice(price: Interval<bigint> | null, least: bigint): bigint {
  if (price === null) return least
  const wanted = price.high + price.high / 2n
  return wanted > least ? wanted : least
}

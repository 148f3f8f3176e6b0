import { expect, it } from 'vitest'
import { createFlapGuard } from './flapping.ts'

it('[case 82] a node that comes and goes a hundred times a second waits longer and longer, then is refused, and waiting helps', () => {
  let now = 0
  const guard = createFlapGuard(() => now)
  const verdicts = Array.from({ length: 100 }, () => {
    now += 10
    return guard('node')
  })
  expect(verdicts.slice(0, 3).map(({ wait }) => wait)).toEqual([0, 0, 0])
  expect(verdicts.slice(3, 7).map(({ wait }) => wait)).toEqual([2000, 4000, 8000, 16000])
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(12)
  expect(guard('another')).toEqual({ allowed: true, wait: 0 })
  now += 30_000
  expect(guard('node')).toEqual({ allowed: true, wait: 0 })
})

import { expect, it } from 'vitest'
import { createBudget } from './budget.ts'

it('allows a burst, then only what refills with time, in messages and in bytes', () => {
  let now = 0
  const take = createBudget(
    { messagesPerSecond: 10, messageBurst: 3, bytesPerSecond: 100, byteBurst: 200 },
    () => now,
  )
  expect([take(1), take(1), take(1), take(1)]).toEqual([true, true, true, false])
  now += 1000
  expect(take(150)).toBe(true)
  expect(take(150)).toBe(false)
  now += 10_000
  expect(take(200)).toBe(true)
})

import { expect, test, vi } from 'vitest'
import { compareApart } from './compareApart.ts'

// A thread starts slowly on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 })

const number = { method: 'number', tolerance: 1e-3, on: { kind: 'stdout' } } as const
const lines = (offset: number, count: number): Buffer =>
  Buffer.from(
    Array.from({ length: count }, (_, index) => `step ${index} loss ${index / 7 + offset}\n`).join(''),
  )

test.each([10, 50_000])('%i lines agree within the tolerance and not beyond it', async (count) => {
  const task = { comparator: number, name: 'stdout', left: lines(0, count) }
  expect(await compareApart({ ...task, right: lines(1e-6, count) })).toBe(true)
  expect(await compareApart({ ...task, right: lines(0.5, count) })).toBe(false)
})

test('while large outputs are compared the worker goes on', async () => {
  let ticks = 0
  const ticking = setInterval(() => ticks++, 5)
  await compareApart({
    comparator: number,
    name: 'stdout',
    left: lines(0, 200_000),
    right: lines(1e-6, 200_000),
  })
  clearInterval(ticking)
  expect(ticks).toBeGreaterThan(10)
})

import { expect, test } from 'vitest'
import { type LogEntry, LogSender } from './logSender.ts'

test('entries are numbered without gaps, sent in order and one batch at a time', async () => {
  const batches: LogEntry[][] = []
  let inFlight = 0
  const logs = new LogSender(async (entries) => {
    expect(++inFlight).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inFlight--
    batches.push(entries)
  })
  for (let index = 0; index < 100; index++)
    logs.output(index % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(`${index}\n`))
  await logs.end()
  const entries = batches.flat()
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index))
  expect(entries.map(({ text }) => text).join('')).toBe(
    Array.from({ length: 100 }, (_, index) => `${index}\n`).join(''),
  )
  expect(batches.length).toBeGreaterThan(1)
  for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(16)
})

test('a character cut by two chunks or by the size of an entry stays whole, and NUL is shown', async () => {
  const sent: LogEntry[] = []
  const logs = new LogSender(async (entries) => sent.push(...entries))
  const [left, right] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]
  logs.output('stdout', left)
  logs.output('stdout', right)
  logs.output('stdout', Buffer.from(`${'x'.repeat(16 * 1024 - 1)}😀\0end`))
  await logs.end()
  expect(sent.map(({ text }) => text).join('')).toBe(`é${'x'.repeat(16 * 1024 - 1)}😀\ufffdend`)
  for (const { text } of sent) expect(Buffer.from(text).toString()).toBe(text)
})

test('when the lease is over the rest is dropped and nobody waits', async () => {
  let calls = 0
  const logs = new LogSender(async () => {
    calls++
    throw new Error('gone')
  })
  for (let index = 0; index < 50; index++) logs.output('stdout', Buffer.from('line\n'))
  await logs.end()
  expect(calls).toBe(1)
})

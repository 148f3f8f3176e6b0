import { describe, expect, it } from 'vitest'
import { type OwnedChild, spawnOwned } from './child.ts'
import type { Guard } from './guard.ts'
import { keepRunning } from './service.ts'

const guard: Guard = { watch: () => {}, stop: async () => {} }

function sleeper(starts: OwnedChild[]) {
  return async () => {
    const child = await spawnOwned('sleep', ['1000'])
    starts.push(child)
    return { child, stop: () => child.stop('SIGTERM', 1000) }
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 5_000 && !condition(); waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20))
  expect(condition()).toBe(true)
}

describe('a service that is kept running', () => {
  it('starts again when it dies, says so, and ends for good when it is asked to', async () => {
    const starts: OwnedChild[] = []
    const said: string[] = []
    const service = await keepRunning({
      name: 'it',
      guard,
      signal: 'SIGTERM',
      graceMilliseconds: 1000,
      rank: 0,
      start: sleeper(starts),
      say: (line) => said.push(line),
    })
    starts[0]?.process.kill('SIGKILL')
    await until(() => starts.length === 2)
    expect(said[0]).toBe('it ended (SIGKILL); starting it again')
    await service.stop()
    expect(starts.every((child) => child.hasExited())).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(starts.length).toBe(2)
  })

  it('is stopped even while it waits to be started again', async () => {
    const starts: OwnedChild[] = []
    const service = await keepRunning({
      name: 'it',
      guard,
      signal: 'SIGTERM',
      graceMilliseconds: 1000,
      rank: 0,
      start: sleeper(starts),
      say: () => {},
    })
    starts[0]?.process.kill('SIGKILL')
    await starts[0]?.exited
    await service.stop()
    expect(starts.every((child) => child.hasExited())).toBe(true)
  })
})

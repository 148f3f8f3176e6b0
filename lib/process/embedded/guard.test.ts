import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SUPERVISOR = `
  import { startGuard } from ${JSON.stringify(fileURLToPath(new URL('./guard.ts', import.meta.url)))}
  import { spawnOwned } from ${JSON.stringify(fileURLToPath(new URL('./child.ts', import.meta.url)))}
  const guard = await startGuard()
  const polite = await spawnOwned('sleep', ['1000'])
  const stubborn = await spawnOwned('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'])
  guard.watch(polite, 'SIGTERM', 500)
  guard.watch(stubborn, 'SIGTERM', 500)
  setTimeout(() => console.log(polite.pid + ' ' + stubborn.pid), 300)
  setInterval(() => {}, 1000)
`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function goneWithin(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 50) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return !isAlive(pid)
}

describe('the guard', () => {
  it('ends every child of a supervisor that was killed with SIGKILL, stubborn ones too', async () => {
    const supervisor = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', SUPERVISOR], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [first] = (await once(supervisor.stdout, 'data')) as [Buffer]
    const pids = first.toString().trim().split(' ').map(Number)
    expect(pids.every(isAlive)).toBe(true)
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    for (const pid of pids) expect(await goneWithin(pid, 5_000)).toBe(true)
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inTurn } from './turn.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a turn', () => {
  let folder: string
  let place: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opengpu-turn-'))
    place = join(folder, 'below', 'turn')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('belongs to one at a time, and who waits is told by whom', async () => {
    let inside = 0
    let most = 0
    const told: number[] = []
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await pause(50)
      inside--
    }
    await Promise.all([1, 2, 3].map(() => inTurn(place, work, (pid) => told.push(pid))))
    expect(most).toBe(1)
    expect(told).toEqual([process.pid, process.pid])
  })

  it('is given back when the work fails', async () => {
    await expect(inTurn(place, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await inTurn(place, async () => 'yes')).toBe('yes')
  })

  it('of a process that died is taken over, by one of many', async () => {
    const dead = spawn('true')
    await once(dead, 'exit')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'pid'), String(dead.pid))
    let inside = 0
    let most = 0
    await Promise.all(
      [1, 2, 3, 4].map(() =>
        inTurn(place, async () => {
          most = Math.max(most, ++inside)
          await pause(20)
          inside--
        }),
      ),
    )
    expect(most).toBe(1)
  })
})

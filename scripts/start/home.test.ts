import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyAt, keyFile, takeHome } from './home.ts'

describe('the data folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opengpu-home-'))
  })
  afterEach(() => {
    chmodSync(folder, 0o755)
    rmSync(folder, { recursive: true, force: true })
  })

  it('is made where it is missing, with spaces in its name, and given back', () => {
    const home = join(folder, 'a folder', 'with spaces')
    const release = takeHome(home)
    expect(readFileSync(join(home, 'supervisor.pid'), 'utf8')).toBe(String(process.pid))
    expect(statSync(join(home, 'keys')).mode & 0o777).toBe(0o700)
    keyAt(keyFile(home, 'relayer'))
    expect(statSync(keyFile(home, 'relayer')).mode & 0o777).toBe(0o600)
    release()
    expect(() => takeHome(home)).not.toThrow()
  })

  it('that cannot be made or written is refused in words that name it and OPENGPU_HOME', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const closed = [file, join(file, 'below'), '/proc/opengpu']
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0o555)
      closed.push(folder, join(folder, 'below'))
    }
    for (const home of closed) {
      expect(() => takeHome(home), home).toThrow(`The data folder ${home} cannot be used`)
      expect(() => takeHome(home), home).toThrow('OPENGPU_HOME')
    }
  })
})

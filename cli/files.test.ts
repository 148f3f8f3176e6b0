import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JOB_LIMITS } from '../lib/protocol/jobSpec.ts'
import { readLocalFile, readProgram } from './files.ts'

let folder: string
const write = (name: string, text = 'x'): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the files of a job', () => {
  it('a script is its own entry, and its ending tells the runtime', () => {
    for (const [name, runtime] of [
      ['a.py', 'python'],
      ['b.MJS', 'node'],
      ['c.cjs', 'node'],
    ] as const) {
      expect(readProgram(write(name), undefined)).toMatchObject({ entry: name, runtime })
    }
    expect(readProgram(write('script'), 'python')).toMatchObject({ entry: 'script', runtime: 'python' })
    expect(() => readProgram(join(folder, 'script'), undefined)).toThrow(/--runtime/)
  })

  it('a folder brings everything below it but what tools leave there, links included', () => {
    write('main.py')
    mkdirSync(join(folder, 'lib'))
    write('lib/helper.py')
    mkdirSync(join(folder, 'node_modules'))
    write('node_modules/large.js')
    symlinkSync('/etc/passwd', join(folder, 'link.txt'))
    const program = readProgram(folder, undefined)
    expect(program.entry).toBe('main.py')
    expect(program.files.map(({ path }) => path).sort()).toEqual(['lib/helper.py', 'main.py'])
  })

  it('a folder without an entry, a missing file and an empty folder are refused by what is wrong', () => {
    expect(() => readProgram(folder, undefined)).toThrow(/has no files/)
    write('data.csv')
    expect(() => readProgram(folder, undefined)).toThrow(/has none of main\.py/)
    expect(() => readProgram(join(folder, 'absent.py'), undefined)).toThrow(/does not exist/)
    expect(() => readLocalFile(folder, 'x')).toThrow(/is not a file/)
  })

  it('a name that cannot travel and a file over the limit are refused before anything is sent', () => {
    const path = write('ok.txt')
    expect(() => readLocalFile(path, '../out.txt')).toThrow(/cannot be sent/)
    const large = join(folder, 'large.bin')
    writeFileSync(large, Buffer.alloc(JOB_LIMITS.fileBytes + 1))
    expect(() => readLocalFile(large, 'large.bin')).toThrow(String(JOB_LIMITS.fileBytes))
  })
})

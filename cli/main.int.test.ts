import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('bin.mjs', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'opengpu-cli-'))
afterAll(() => rmSync(home, { recursive: true }))
const script = join(home, 'main.py')
writeFileSync(script, 'print(1)\n')

function opengpu(args: readonly string[], settings: Record<string, string> = {}) {
  const { PATH = '' } = process.env
  const env = { PATH, OPENGPU_HOME: home, ...settings } as unknown as NodeJS.ProcessEnv
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', env })
  return { status, stdout, stderr }
}

describe('the opengpu command', () => {
  it.each([
    [['nonsense'], /no command "nonsense"/],
    [['submit'], /Name one file or folder/],
    [['submit', script, '--timeout', '0'], /--timeout wants a whole number/],
    [['submit', script, '--compare', 'roughly'], /--compare is exact or number:TOLERANCE/],
    [['status', 'job_1', '--colour'], /--colour/],
  ])(
    '$0 is a usage error: it ends with 2 and says what is right',
    (args, words) => {
      const { status, stdout, stderr } = opengpu(args)
      expect(stderr).toMatch(words)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    },
    30_000,
  )

  it('without a network it ends with 3 and says how to start one; with --json that is one object', () => {
    const words = /npm start/
    const plain = opengpu(['nodes'])
    expect(plain.stderr).toMatch(words)
    expect(plain.status).toBe(3)
    const json = opengpu(['nodes', '--json'])
    expect(JSON.parse(json.stdout)).toEqual({
      error: { code: 'no-network', message: expect.stringMatching(words) },
    })
    expect(json.status).toBe(3)
  })

  it('help is no error', () => {
    const { status, stdout } = opengpu(['--help'])
    expect(stdout).toContain('opengpu submit FILE|DIR')
    expect(status).toBe(0)
  })
})

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { limitedCommand } from './rlimits.ts'
import { LIMITS } from './trial.testing.ts'

test('the limits are hard ones, so that a job cannot raise them', () => {
  const command = limitedCommand(LIMITS)
  expect(command[0]).toBe('prlimit')
  expect(command).toContain('--core=0:0')
  expect(command).toContain(`--fsize=${LIMITS.diskBytes}:${LIMITS.diskBytes}`)
  expect(command).toContain('--nproc=32:32')
})

test('a worker that is itself limited asks for no more than it has', () => {
  const file = fileURLToPath(new URL('./rlimits.ts', import.meta.url))
  const script = `import { limitedCommand } from ${JSON.stringify(file)}; console.log(limitedCommand(${JSON.stringify({ ...LIMITS, processes: 5000 })}).join(' '))`
  const limited = [
    '--nofile=600:600',
    '--nproc=1000:1000',
    process.execPath,
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ]
  const stdout = execFileSync('prlimit', limited, { encoding: 'utf8' })
  expect(stdout).toContain('--nofile=600:600')
  expect(stdout).toContain('--nproc=1000:1000')
})

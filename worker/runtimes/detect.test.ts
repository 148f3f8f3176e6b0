import { beforeAll, describe, expect, test, vi } from 'vitest'
import { detectSandbox, type Sandbox } from '../sandbox/detect.ts'
import { LIMITS, type Trial } from '../sandbox/trial.testing.ts'
import { detectRuntimes, type Runtimes } from './detect.ts'
import { nodeBinary } from './node.ts'
import type { Runtime } from './runtime.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sandbox: Sandbox
let runtimes: Runtimes
beforeAll(async () => {
  sandbox = await detectSandbox(process.env.PATH ?? '', nodeBinary().extra)
  runtimes = await detectRuntimes(sandbox)
})

async function runFile(
  runtime: Runtime | undefined,
  entry: string,
  text: string,
  args: string[] = [],
  stdin = '',
): Promise<Trial> {
  if (runtime === undefined || sandbox.open === null) throw new Error('no such runtime here')
  const limits = { ...LIMITS, memoryBytes: 512 * 1024 * 1024 }
  const room = await sandbox.open(limits)
  const output = { stdout: '', stderr: '' }
  try {
    await room.put(entry, Buffer.from(text))
    const report = await room.run(runtime.program(entry, args, Buffer.from(stdin), limits), {
      onOutput: (stream, chunk) => {
        output[stream] += chunk.toString()
      },
    })
    return { report, ...output }
  } finally {
    await room.close()
  }
}

describe('runtimes found inside the sandbox', () => {
  test('Python tells its version and what can be imported: the standard library and installed packages', () => {
    const python = runtimes.byName.get('python')
    expect(python?.version).toMatch(/^3\.\d+\.\d+/)
    expect(python?.modules).toEqual(expect.arrayContaining(['json', 'math', 'sys', 'numpy']))
    expect(python?.modules).not.toContain('a_module_that_is_not_there')
  })

  test('Node tells its version and built-in modules', () => {
    const node = runtimes.byName.get('node')
    expect(node?.version).toBe(process.versions.node)
    expect(node?.modules).toEqual(expect.arrayContaining(['fs', 'path', 'crypto']))
  })

  test('a C compiler is announced as a tool', () => {
    expect(runtimes.tools).toContain('gcc')
  })

  test('a Python program in a folder gets arguments, input and a numpy that computes the same each time', async () => {
    const text = `
import sys, os, numpy
print(sys.argv[1:], sys.stdin.read(), os.getcwd(), hash("x"), os.path.basename(sys.argv[0]))
print(numpy.random.default_rng(1).standard_normal((200, 200)).dot(numpy.ones(200)).sum())
`
    const first = await runFile(runtimes.byName.get('python'), 'src/main.py', text, ['a b', '--c'], 'hello')
    const second = await runFile(runtimes.byName.get('python'), 'src/main.py', text, ['a b', '--c'], 'hello')
    expect(first.stdout).toMatch(/^\['a b', '--c'\] hello \/job -?\d+ main\.py\n-?\d+\.\d+\n$/)
    expect(second.stdout).toBe(first.stdout)
    expect(first.stderr).toBe('')
  })

  test('a Node program runs, with a heap that fits its memory limit', async () => {
    const text = `
      const { heap_size_limit } = require('node:v8').getHeapStatistics()
      console.log(process.argv.slice(2).join(','), require('node:fs').readFileSync(0, 'utf8'), heap_size_limit < 512 * 1024 * 1024, process.cwd(), new Date(0).getTimezoneOffset())
    `
    const trial = await runFile(runtimes.byName.get('node'), 'main.cjs', text, ['x', 'y'], 'in')
    expect(trial).toMatchObject({ stdout: 'x,y in true /job 0\n', stderr: '', report: { exitCode: 0 } })
  })

  test('a Python program compiles and runs C', async () => {
    const text = `
import subprocess
open("m.c", "w").write('#include <stdio.h>\\nint main(void) { puts("from C"); return 0; }')
subprocess.run(["cc", "-O2", "-o", "m", "m.c"], check=True)
print(subprocess.check_output(["./m"], text=True), end="")
`
    expect((await runFile(runtimes.byName.get('python'), 'main.py', text)).stdout).toBe('from C\n')
  })
})

test('a Node outside the system folders is shown inside under a generic name', () => {
  expect(nodeBinary('/usr/bin/env').extra).toEqual([])
  expect(nodeBinary(process.argv0.startsWith('/') ? process.argv0 : process.execPath).command).not.toContain(
    '/home/',
  )
  const elsewhere = nodeBinary('/proc/self/exe')
  expect(elsewhere.command === '/opt/opengpu/bin/node' || elsewhere.command.startsWith('/usr/')).toBe(true)
})

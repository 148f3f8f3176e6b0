import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { detectRuntimes } from '../runtimes/detect.ts'
import { nodeBinary } from '../runtimes/node.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import { detectSandbox, type Sandbox } from './detect.ts'
import { LIMITS, type Trial } from './trial.testing.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sandbox: Sandbox
let node: Runtime
let names: string[]
let server: Server
let port: number

beforeAll(async () => {
  sandbox = await detectSandbox('/nonexistent', nodeBinary().extra)
  const runtimes = await detectRuntimes(sandbox)
  names = [...runtimes.byName.keys()]
  node = runtimes.byName.get('node') as Runtime
  server = createServer((socket) => socket.end('reached'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => {
  server.close()
})

async function tryNode(text: string, seconds = 20): Promise<Trial> {
  if (sandbox.open === null) throw new Error('no sandbox')
  const room = await sandbox.open({ ...LIMITS, memoryBytes: 512 * 1024 * 1024, seconds })
  const output = { stdout: '', stderr: '' }
  try {
    await room.put('main.mjs', Buffer.from(text))
    const report = await room.run(node.program('main.mjs', ['one'], Buffer.from('given'), LIMITS), {
      onOutput: (stream, chunk) => {
        output[stream] += chunk.toString()
      },
    })
    return { report, ...output }
  } finally {
    await room.close()
  }
}

describe('the sandbox of machines without bubblewrap', () => {
  test('it announces itself as the weaker kind and runs Node alone', () => {
    expect(sandbox.found.kind).toBe('namespaces')
    expect(names).toEqual(['node'])
  })

  test('an honest Node program reads its input, writes its output and ends with its exit code', async () => {
    const trial = await tryNode(`
      import { readFileSync, writeFileSync } from 'node:fs'
      writeFileSync('out.txt', 'x')
      console.log(readFileSync('/dev/stdin', 'utf8'), process.argv[2], readFileSync('out.txt', 'utf8'))
      process.exitCode = 5
    `)
    expect(trial).toMatchObject({
      stdout: 'given one x\n',
      stderr: '',
      report: { outcome: 'exited', exitCode: 5 },
    })
  })

  test('[case 97] it has no network either', async () => {
    const { stdout } = await tryNode(`
      import { connect } from 'node:net'
      import { lookup } from 'node:dns/promises'
      for (const [host, port] of [['127.0.0.1', ${port}], ['1.1.1.1', 443], ['169.254.169.254', 80], ['::1', ${port}]]) {
        await new Promise((resolve) => connect({ host, port }).once('connect', () => { console.log('REACHED', host); resolve() }).once('error', () => { console.log('failed'); resolve() }))
      }
      try { await lookup('example.com'); console.log('REACHED dns') } catch { console.log('failed') }
    `)
    expect(stdout).toBe('failed\n'.repeat(5))
  })

  test('[case 98][case 99] it sees nothing of the machine and writes nowhere else', async () => {
    const { stdout } = await tryNode(`
      import { existsSync, readdirSync, writeFileSync } from 'node:fs'
      for (const path of ['/root', '/home', '/work', '/sys', '/etc/shadow', '/etc/machine-id', '/old/usr', '${process.cwd()}'])
        if (existsSync(path)) console.log('LEAK', path)
      for (const path of ['/x', '/usr/x', '/etc/x', '/etc/alternatives/x', '/dev/x', '/etc/passwd', '/proc/sys/kernel/core_pattern'])
        try { writeFileSync(path, 'x'); console.log('WROTE', path) } catch {}
      console.log(Object.keys(process.env).filter((name) => /OPENGPU|SECRET|USERPROFILE|npm_/.test(name)).length)
      console.log(readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length)
    `)
    expect(stdout).toBe('0\n1\n')
  })

  test('[case 104] programs, threads and native code are refused, and no capability is left', async () => {
    const { stdout } = await tryNode(`
      import { spawnSync } from 'node:child_process'
      import { readFileSync } from 'node:fs'
      import { Worker } from 'node:worker_threads'
      for (const [what, call] of [
        ['program', () => spawnSync('/bin/true')],
        ['thread', () => new Worker('1', { eval: true })],
        ['addon', () => process.dlopen({ exports: {} }, '/usr/lib/x86_64-linux-gnu/libc.so.6')],
        ['binding', () => process.binding('spawn_sync')],
      ]) try { call(); console.log(what, 'ALLOWED') } catch (error) { console.log(what, error.code) }
      console.log(readFileSync('/proc/self/status', 'utf8').match(/^(NoNewPrivs|CapEff|CapPrm):.*$/gm).join(' '))
    `)
    expect(stdout).not.toContain('ALLOWED')
    expect(stdout.match(/ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/g)).toHaveLength(4)
    expect(stdout).toMatch(/CapPrm:\t0000000000000000 CapEff:\t0000000000000000 NoNewPrivs:\t1/)
  })

  test('[case 96] it ends at the wall limit', async () => {
    const { report } = await tryNode('for (;;) {}', 1)
    expect(report.outcome).toBe('timeout')
    expect(report.seconds).toBeLessThan(3)
  })
})

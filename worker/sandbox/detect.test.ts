import { expect, test, vi } from 'vitest'
import { detectSandbox } from './detect.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

test('with bubblewrap on the path the full sandbox is found, filter included', async () => {
  expect((await detectSandbox(process.env.PATH ?? '', [])).found).toMatchObject({
    kind: 'bubblewrap',
    seccomp: true,
  })
})

test('without it the weaker one is found by trying it', async () => {
  expect((await detectSandbox('/nonexistent', [])).found.kind).toBe('namespaces')
})

test('where nothing works no room can be opened, and the reason and a remedy are given', async () => {
  // A program that cannot be shown inside makes every trial fail.
  const sandbox = await detectSandbox(process.env.PATH ?? '', [{ source: '/nonexistent/node', name: 'node' }])
  expect(sandbox.open).toBeNull()
  expect(sandbox.found).toMatchObject({ kind: 'none' })
  if (sandbox.found.kind === 'none') {
    expect(sandbox.found.reason).toContain('/nonexistent/node')
    expect(sandbox.found.fix).not.toBe('')
  }
})

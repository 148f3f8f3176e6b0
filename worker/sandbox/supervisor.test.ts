import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { eventually, processesWith } from './trial.testing.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const FIXTURE = fileURLToPath(new URL('./supervisor.fixture.ts', import.meta.url))
const BWRAP = 'bwrap'
const PATH = process.env.PATH ?? ''
const UID_OF_NOBODY_IN_PARTICULAR = '1987654'

function startFixture(...args: string[]): Fixture {
  return follow(
    spawn(process.execPath, ['--import', 'tsx', FIXTURE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}

/** The same with a terminal of its own, as a person who starts a worker has. */
function startFixtureInTerminal(...args: string[]): Fixture {
  const spawnInTerminal = 'import pty, sys; pty.spawn(sys.argv[1:])'
  const command = [process.execPath, '--import', 'tsx', FIXTURE, ...args]
  return follow(
    spawn('/usr/bin/python3', ['-c', spawnInTerminal, ...command], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}

interface Fixture {
  readonly child: ChildProcess
  readonly lines: Record<string, unknown>[]
  readonly ended: Promise<void>
}

function follow(child: ChildProcess): Fixture {
  const lines: Record<string, unknown>[] = []
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  }
  return { child, lines, ended: new Promise((resolve) => child.once('close', () => resolve())) }
}

describe('the supervisor of a room', () => {
  test.each([
    ['bubblewrap', PATH],
    ['namespaces', '/nonexistent'],
  ])(
    '[case 108] when the worker is killed with SIGKILL its job in %s dies and its scratch is gone',
    async (kind, path) => {
      const mark = `orphan-${randomBytes(6).toString('hex')}`
      const { child, lines, ended } = startFixture(
        '-',
        path,
        'sh',
        '-c',
        `echo x > /job/${mark}; sleep 1000; echo ${mark}`,
      )
      expect(await eventually(() => lines.some((line) => line.started === true), 20_000)).toBe(true)
      expect(lines[0]).toMatchObject({ found: { kind } })
      expect(await eventually(() => processesWith(mark).length > 0)).toBe(true)
      const inside = processesWith(mark).filter((pid) => pid !== child.pid)
      expect(inside.length).toBeGreaterThan(0)
      child.kill('SIGKILL')
      await ended
      expect(await eventually(() => processesWith(mark).length === 0, 10_000)).toBe(true)
      expect(await eventually(() => processesWith('mount -t tmpfs -o size=').length === 0)).toBe(true)
    },
  )

  test.each([
    ['bubblewrap', PATH],
    ['namespaces', '/nonexistent'],
  ])('%s works for a user who is not root', async (kind, path) => {
    const uid = process.getuid?.() === 0 ? UID_OF_NOBODY_IN_PARTICULAR : '-'
    const { lines, ended } = startFixture(
      uid,
      path,
      'sh',
      '-c',
      'id -u; touch /job/mine && echo wrote; touch /usr/x; cat /etc/shadow',
    )
    await ended
    expect(lines[0]).toMatchObject({ found: { kind } })
    const last = lines.at(-1) as { report: object; stdout: string; stderr: string }
    expect(last.stdout).toBe('1000\nwrote\n')
    expect(last.stderr).toMatch(/Read-only file system[\s\S]*No such file/)
    expect(last.report).toMatchObject({ outcome: 'exited', exitCode: 1 })
  })

  test.each([
    ['bubblewrap', PATH],
    ['namespaces', '/nonexistent'],
  ])(
    '[case 106] under %s a job has no part in the terminal its worker was started from',
    async (kind, path) => {
      const { lines, ended } = startFixtureInTerminal(
        '-',
        path,
        'sh',
        '-c',
        'if (exec 3</dev/tty) 2>/dev/null; then echo TERMINAL; else echo none; fi',
      )
      await ended
      expect(lines[0]).toMatchObject({ found: { kind } })
      expect(lines.at(-1)).toMatchObject({ stdout: 'none\n', report: { exitCode: 0 } })
    },
  )

  test('[case 98] descriptors that the worker was started with do not reach a job', async () => {
    // A high number, which Node itself does not look after.
    const withDescriptor =
      'import os, sys; os.dup2(os.open("/etc/hostname", os.O_RDONLY), 200); os.execv(sys.argv[1], sys.argv[1:])'
    const command = [
      process.execPath,
      '--import',
      'tsx',
      FIXTURE,
      '-',
      PATH,
      'sh',
      '-c',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands it.
      'for each in /proc/self/fd/*; do echo "${each##*/}"; done',
    ]
    const { lines, ended } = follow(
      spawn('/usr/bin/python3', ['-c', withDescriptor, ...command], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    await ended
    const { stdout } = lines.at(-1) as { stdout: string }
    // The shell itself holds the folder it lists.
    expect(
      stdout
        .trim()
        .split('\n')
        .map(Number)
        .filter((number) => number > 2).length,
    ).toBeLessThanOrEqual(1)
    expect(stdout).not.toContain('200')
  })

  test('where user namespaces are switched off no sandbox is claimed, and the reason and a remedy are given', async () => {
    const command = [process.execPath, '--import', 'tsx', FIXTURE, '-', PATH]
    const noNamespaces = [
      '--unshare-user',
      '--uid',
      '1000',
      '--gid',
      '1000',
      '--disable-userns',
      '--bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
    ]
    const { lines, ended } = follow(
      spawn(BWRAP, [...noNamespaces, '--', ...command], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    await ended
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      found: {
        kind: 'none',
        reason: expect.stringContaining('bubblewrap does not work here'),
        fix: expect.stringContaining('namespaces'),
      },
    })
  })
})

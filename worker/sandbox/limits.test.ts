import { randomBytes } from 'node:crypto'
import { freemem } from 'node:os'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from './detect.ts'
import { eventually, fullSandbox, MIB, processesWith, tryCommand, tryPython } from './trial.testing.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await fullSandbox()
})

describe('limits of a job', () => {
  test('[case 92] a fork bomb is held by the process limit, killed at the wall limit and leaves no process', async () => {
    const mark = `bomb-${randomBytes(6).toString('hex')}`
    const bomb = `
import os, sys, time
made = 0
while True:
    try:
        if os.fork() == 0:
            while True:
                try: os.fork()
                except OSError: time.sleep(0.01)
        made += 1
    except OSError:
        print("held", made, flush=True)
        time.sleep(0.05)
`
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, processesWith(mark).length)
    }, 50)
    const { report, stdout } = await tryCommand(
      sandbox,
      ['/usr/bin/python3', 'main.py', mark],
      { 'main.py': bomb },
      { limits: { seconds: 2 } },
    )
    clearInterval(watch)
    expect(['timeout', 'processes']).toContain(report.outcome)
    expect(stdout).toContain('held')
    expect(most).toBeLessThanOrEqual(40)
    expect(processesWith(mark)).toEqual([])
  })

  test('[case 93] one process that takes all memory is stopped and the next job runs', async () => {
    const { report } = await tryPython(
      sandbox,
      'hog = []\nwhile True: hog.append(bytearray(8 * 1024 * 1024))',
    )
    expect(report.outcome === 'memory' || report.exitCode !== 0).toBe(true)
    expect(report.peakMemoryBytes).toBeLessThan(700 * MIB)
    expect(freemem()).toBeGreaterThan(1024 * MIB)
    const next = await tryPython(sandbox, 'print("fine")')
    expect(next.stdout).toBe('fine\n')
  })

  test('[case 93] many processes that take all memory together are killed as one', async () => {
    const hogs = `
import os, time
for _ in range(8):
    if os.fork() == 0:
        hog = bytearray(os.urandom(1024)) * (64 * 1024)
        time.sleep(30)
time.sleep(30)
`
    const { report } = await tryPython(sandbox, hogs)
    expect(report.outcome).toBe('memory')
    expect(report.exitCode).toBeNull()
    expect(report.seconds).toBeLessThan(10)
  })

  test.each(['/tmp', '/dev/shm', '/job'])(
    '[case 93][case 94] filling %s ends at the quota',
    async (folder) => {
      const { report, stdout } = await tryPython(
        sandbox,
        `
written = 0
try:
    for number in range(200):
        with open("${folder}/f%d" % number, "wb") as file: written += file.write(b"x" * (1 << 20))
except OSError as error: print(error.errno)
print(written >> 20)
raise SystemExit(7)
`,
      )
      const [errno, mebibytes] = stdout.trim().split('\n').map(Number)
      expect(errno).toBe(28)
      expect(mebibytes).toBeLessThanOrEqual(32)
      expect(mebibytes).toBeGreaterThan(20)
      expect(report.outcome).toBe('disk-limit')
    },
  )

  test('[case 94] sparse files, fallocate and a million small files end at the quota', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def attempt(what, call):
    try: call(); print(what, "allowed")
    except OSError as error: print(what, error.errno)
with open("sparse", "wb") as file:
    attempt("sparse", lambda: os.truncate(file.fileno(), 1 << 40))
    attempt("fallocate", lambda: os.posix_fallocate(file.fileno(), 0, 31 << 30))
count = 0
try:
    for count in range(1000000): open("s%d" % count, "w").close()
except OSError as error: print("files", error.errno)
print("made", count)
`,
    )
    expect(stdout).toContain('sparse 27\nfallocate 27\n')
    expect(stdout).toContain('files 28\n')
    expect(Number(/made (\d+)/.exec(stdout)?.[1])).toBeLessThan(600)
  })

  test.each([
    ['endless lines', 'import sys\nwhile True: sys.stdout.write("x" * 999 + "\\n")', 'output-limit'],
    ['endless errors', 'import sys\nwhile True: sys.stderr.write("x" * 999 + "\\n")', 'output-limit'],
    [
      'one line without end',
      'import sys\nfor _ in range(1000): sys.stdout.write("x" * (1 << 20))',
      'output-limit',
    ],
    [
      'NUL and binary bytes',
      'import sys\nfor _ in range(300): sys.stdout.buffer.write(bytes(range(256)) * 4)',
      'exited',
    ],
  ])('[case 95] %s are cut at the limit and held in no memory', async (_, text, outcome) => {
    const before = process.memoryUsage().rss
    const { report, stdout, stderr } = await tryPython(sandbox, text)
    expect(report.outcome).toBe(outcome)
    expect(report.truncated).toHaveLength(1)
    expect(stdout.length + stderr.length).toBe(256 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB)
  })

  test('output just at the limit is whole and not marked', async () => {
    const { report, stdout } = await tryPython(sandbox, 'import sys\nsys.stdout.write("x" * (256 * 1024))')
    expect(report.truncated).toEqual([])
    expect(stdout).toHaveLength(256 * 1024)
  })

  test.each([
    ['a busy loop', 'while True: pass'],
    ['sleeping for ever', 'import time\ntime.sleep(10 ** 6)'],
    [
      'signals that are ignored',
      'import signal, time\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except OSError: pass\nwhile True: time.sleep(1)',
    ],
    [
      'a daemon in a session of its own',
      'import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(10 ** 6)\n  os._exit(0)\ntime.sleep(10 ** 6)',
    ],
  ])('[case 96] %s: the whole tree is dead at the wall limit', async (_, text) => {
    const mark = `mark-${randomBytes(6).toString('hex')}`
    const { report } = await tryCommand(
      sandbox,
      ['/usr/bin/python3', 'main.py', mark],
      { 'main.py': text },
      { limits: { seconds: 1 } },
    )
    expect(report.outcome).toBe('timeout')
    expect(report.exitCode).toBeNull()
    expect(report.seconds).toBeGreaterThanOrEqual(0.95)
    expect(report.seconds).toBeLessThan(3)
    expect(processesWith(mark)).toEqual([])
  })

  test('[case 96] a child that outlives its parent dies with it', async () => {
    const mark = `mark-${randomBytes(6).toString('hex')}`
    const text =
      'import os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(10 ** 6)\nprint("parent done")'
    let left: number[] = [1]
    const { report, stdout } = await tryCommand(
      sandbox,
      ['/usr/bin/python3', 'main.py', mark],
      { 'main.py': text },
      {
        inspect: async () => {
          left = processesWith(mark)
        },
      },
    )
    expect(report).toMatchObject({ outcome: 'exited', exitCode: 0 })
    expect(stdout).toBe('parent done\n')
    expect(left).toEqual([])
  })

  test('a caller can end a run, before and after it started', async () => {
    const controller = new AbortController()
    const running = await tryPython(sandbox, 'import time\ntime.sleep(100)', {
      hooks: { signal: controller.signal, onStart: () => setTimeout(() => controller.abort(), 100) },
    })
    expect(running.report.outcome).toBe('killed')
    const early = await tryPython(sandbox, 'import time\ntime.sleep(100)', {
      hooks: { signal: AbortSignal.abort() },
    })
    expect(early.report.outcome).toBe('killed')
    expect(early.report.seconds).toBeLessThan(3)
  })

  test('[case 105] core dumps, raised limits, priorities, descriptors, threads and watches are bounded', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import ctypes, os, resource, threading, time
def attempt(what, call):
    try: print(what, "allowed", call())
    except (OSError, ValueError, RuntimeError) as error: print(what, "refused")
print("core", resource.getrlimit(resource.RLIMIT_CORE))
attempt("raise core", lambda: resource.setrlimit(resource.RLIMIT_CORE, (1, 1)))
attempt("raise files", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)))
attempt("raise processes", lambda: resource.setrlimit(resource.RLIMIT_NPROC, (10000, 10000)))
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)))
opened = []
try:
    while len(opened) < 5000: opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError: pass
print("descriptors", len(opened))
for each in opened: os.close(each)
libc = ctypes.CDLL(None)
watches = 0
while watches < 5000 and libc.inotify_init() >= 0: watches += 1
print("watches", watches)
for each in range(3, 1024):
    try: os.close(each)
    except OSError: pass
started = 0
try:
    for started in range(1000): threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
except RuntimeError: pass
print("threads", started, flush=True)
os._exit(0)
`,
    )
    expect(stdout).toContain('core (0, 0)\n')
    for (const what of ['raise core', 'raise files', 'raise processes', 'priority', 'real time']) {
      expect(stdout).toContain(`${what} refused`)
    }
    const number = (what: string): number => Number(new RegExp(`${what} (\\d+)`).exec(stdout)?.[1])
    expect(number('descriptors')).toBeLessThan(1024)
    expect(number('watches')).toBeLessThan(1024)
    expect(number('threads')).toBeLessThan(32)
  })

  test('[case 93] memory of a job is given back at its end', async () => {
    await tryPython(sandbox, 'open("/dev/shm/full", "wb").write(b"x" * (30 << 20))')
    const mounts = (): boolean => processesWith('mount -t tmpfs -o size=').length === 0
    expect(await eventually(mounts)).toBe(true)
  })
})

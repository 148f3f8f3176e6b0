import { randomBytes } from 'node:crypto'
import { totalmem } from 'node:os'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from './detect.ts'
import { availableBytes, leastAvailable } from './machineMemory.ts'
import { fullSandbox, MIB, processesWith, tryCommand, tryPython } from './trial.testing.ts'
import { SandboxError } from './types.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await fullSandbox()
})

/** Memory that no process maps is in nobody's figure: a job must not get any beyond its limits. 256 MiB of memory, 32 MiB of disk. */
describe('memory that belongs to no process', () => {
  test('[case 93] cannot be had in files without a name', async () => {
    const { report, stdout } = await tryPython(
      sandbox,
      `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
made, taken, chunk = [], 0, b"x" * (1 << 20)
for call in (lambda: libc.memfd_create(b"m", 0), lambda: libc.syscall(447, 0)):
    for _ in range(20):
        fd = call()
        if fd < 0: break
        made.append(fd)
        try:
            for _ in range(31): taken += os.write(fd, chunk)
        except OSError: pass
print(len(made), taken)
`,
    )
    expect([report.outcome, stdout]).toEqual(['exited', '0 0\n'])
  })

  test('[case 93] cannot be had in shared segments and message queues of System V', async () => {
    const { report, stdout } = await tryPython(
      sandbox,
      `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
taken, size = 0, ${64 * MIB}
for _ in range(10):
    segment = libc.shmget(0, ctypes.c_size_t(size), 0o1600)
    if segment < 0: break
    at = libc.shmat(segment, None, 0)
    ctypes.memset(at, 1, size)
    libc.shmdt(ctypes.c_void_p(at))
    taken += size
print(taken, libc.msgget(0, 0o1600))
`,
    )
    expect([report.outcome, stdout]).toEqual(['exited', '0 -1\n'])
  })

  test('[case 93] cannot be had in shared mappings whose pages were handed back', async () => {
    const { report, stdout } = await tryPython(
      sandbox,
      `
import mmap, sys, time
kept = []
for _ in range(12):
    part = mmap.mmap(-1, ${64 * MIB})
    for at in range(0, len(part), 4096): part[at] = 1
    part.madvise(mmap.MADV_DONTNEED)
    kept.append(part)
    print(len(kept), flush=True)
    time.sleep(0.2)
print("all of it", all(part[4096] == 1 for part in kept))
`,
    )
    expect([report.outcome, stdout.includes('all of it')]).toEqual(['memory', false])
  })

  test('[case 93] is free to have in small shared mappings', async () => {
    const { report, stdout } = await tryPython(
      sandbox,
      'import mmap, time\nparts = [mmap.mmap(-1, 8 << 20) for _ in range(8)]\ntime.sleep(1.5)\nprint("fine")\n',
    )
    expect([report.outcome, stdout]).toEqual(['exited', 'fine\n'])
  })

  test('[case 93] that the kernel holds ends the job before the machine is out of it, and is not told as its result', async () => {
    // Everybody's memory together is never twice what there is: the machine counts as short from the beginning.
    const machineBytes = 2 * totalmem()
    const mark = `sockets-${randomBytes(6).toString('hex')}`
    const program = 'import socket, time\nkept = [socket.socketpair() for _ in range(100)]\ntime.sleep(20)\n'
    const run = tryCommand(
      sandbox,
      ['/usr/bin/python3', 'main.py', mark],
      { 'main.py': program },
      { limits: { machineBytes } },
    )
    await expect(run).rejects.toThrow(SandboxError)
    expect(processesWith(mark)).toEqual([])
    expect(availableBytes()).toBeLessThan(totalmem())
    expect(leastAvailable()).toBeGreaterThan(0)
  })
})

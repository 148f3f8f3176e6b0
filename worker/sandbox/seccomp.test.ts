import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from './detect.ts'
import { refusedCalls, seccompProgram } from './seccomp.ts'
import { fullSandbox, tryCommand, tryPython } from './trial.testing.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await fullSandbox()
})

// The numbers come from the system's own headers, not from our table.
const PROBE = `
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#define TRY(name, ...) do { errno = 0; long r = syscall(SYS_##name, ##__VA_ARGS__); printf(#name " %ld %d\\n", r, r < 0 ? errno : 0); fflush(stdout); } while (0)
int main(void) {
  TRY(ptrace, 0, 0, 0, 0);
  TRY(mount, 0, 0, 0, 0, 0);
  TRY(umount2, "/tmp", 0);
  TRY(unshare, CLONE_NEWUSER);
  TRY(setns, 0, 0);
  TRY(keyctl, 0, -3, 0);
  TRY(add_key, 0, 0, 0, 0, 0);
  TRY(request_key, 0, 0, 0, 0);
  TRY(bpf, 0, 0, 0);
  TRY(io_uring_setup, 1, 0);
  TRY(io_uring_enter, -1, 0, 0, 0, 0);
  TRY(io_uring_register, -1, 0, 0, 0);
  TRY(userfaultfd, 1);
  TRY(perf_event_open, 0, 0, 0, 0, 0);
  TRY(kexec_load, 0, 0, 0, 0);
  TRY(chroot, "/job");
  TRY(pivot_root, ".", ".");
  TRY(init_module, 0, 0, 0);
  TRY(finit_module, -1, 0, 0);
  TRY(delete_module, "x", 0);
  TRY(process_vm_readv, 1, 0, 0, 0, 0, 0);
  TRY(open_by_handle_at, -1, 0, 0);
  TRY(name_to_handle_at, -1, 0, 0, 0, 0);
  TRY(personality, 0x0040000);
  TRY(fsopen, 0, 0);
  TRY(open_tree, -1, 0, 0);
  TRY(clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
  TRY(clone, CLONE_NEWNS | 17, 0, 0, 0, 0);
  TRY(memfd_create, "m", 0);
  TRY(shmget, 0, 4096, 01600);
  TRY(semget, 0, 1, 01600);
  TRY(msgget, 0, 01600);
  TRY(clone3, 0, 0);
  TRY(setuid, 0);
  TRY(personality, 0xffffffff);
  return 0;
}
`

describe('system calls of a job', () => {
  test('[case 104] calls that have broken sandboxes are refused, by name of the system headers', async () => {
    const { stdout, stderr } = await tryCommand(sandbox, ['sh', '-c', 'gcc -w -o probe probe.c && ./probe'], {
      'probe.c': PROBE,
    })
    expect(stderr).toBe('')
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(35)
    expect(lines.pop()).toBe('personality 0 0')
    expect(lines.pop()).toBe('setuid -1 22')
    expect(lines.pop()).toBe('clone3 -1 38')
    for (const line of lines) expect(line).toMatch(/ -1 1$/)
  })

  test('[case 104] the filter is on, NoNewPrivs is set, no capability is left and setuid programs give nothing', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import os, subprocess
print("".join(line for line in open("/proc/self/status") if line.split(":")[0] in ("NoNewPrivs", "Seccomp", "CapEff", "CapPrm", "CapInh", "CapAmb")))
found = [os.path.join("/usr/bin", name) for name in os.listdir("/usr/bin") if os.path.exists("/usr/bin/" + name) and os.stat("/usr/bin/" + name).st_mode & 0o4000]
print("setuid programs", len(found))
if os.path.exists("/usr/bin/su"): print("su", subprocess.run(["/usr/bin/su", "-c", "id"], stdin=subprocess.DEVNULL, capture_output=True).returncode != 0)
`,
    )
    expect(stdout).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2\n/)
    for (const kind of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb'])
      expect(stdout).toContain(`${kind}:\t0000000000000000`)
    expect(stdout).not.toContain('su False')
  })

  test('ordinary programs start threads and processes under the filter', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import subprocess, threading
thread = threading.Thread(target=lambda: print("thread", flush=True)); thread.start(); thread.join()
print(subprocess.check_output(["sh", "-c", "echo process"], text=True), end="")
`,
    )
    expect(stdout).toBe('thread\nprocess\n')
  })

  test('the programs of both machines are whole and jump nowhere outside', () => {
    for (const machine of ['x64', 'arm64'] as const) {
      const bytes = seccompProgram(machine)
      expect(bytes).not.toBeNull()
      if (bytes === null) continue
      const count = bytes.length / 8
      expect(count).toBeGreaterThan(refusedCalls(machine).length * 2)
      expect(count).toBeLessThan(4096)
      for (let index = 0; index < count; index++) {
        const code = bytes.readUInt16LE(index * 8)
        expect([0x06, 0x15, 0x20, 0x35, 0x45]).toContain(code)
        if (code === 0x06 || code === 0x20) continue
        expect(index + 1 + bytes.readUInt8(index * 8 + 2)).toBeLessThan(count)
        expect(index + 1 + bytes.readUInt8(index * 8 + 3)).toBeLessThan(count)
      }
      expect(bytes.readUInt16LE((count - 1) * 8)).toBe(0x06)
    }
    expect(seccompProgram('mips')).toBeNull()
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from './detect.ts'
import { fullSandbox, tryCommand, tryPython } from './trial.testing.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const SECRET = 'a-secret-of-the-worker-7f3a'
const ABSTRACT = `opengpu-test-${process.pid}`

let sandbox: Sandbox
let home: string | undefined
let port: number
let tcp: Server | undefined
let abstract: Server | undefined
let reached = 0

beforeAll(async () => {
  process.env.OPENGPU_TEST_SECRET = SECRET
  sandbox = await fullSandbox()
  home = mkdtempSync(join(tmpdir(), 'worker-home-'))
  writeFileSync(join(home, 'node.key'), SECRET)
  const listen = (server: Server, where: object): Promise<void> =>
    new Promise((resolve) => server.listen(where, resolve))
  tcp = createServer((socket) => {
    reached++
    socket.end(SECRET)
  })
  abstract = createServer((socket) => {
    reached++
    socket.end(SECRET)
  })
  await listen(tcp, { port: 0, host: '127.0.0.1' })
  await listen(abstract, { path: `\0${ABSTRACT}` })
  const address = tcp.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => {
  tcp?.close()
  abstract?.close()
  if (home !== undefined) rmSync(home, { recursive: true })
  delete process.env.OPENGPU_TEST_SECRET
})

describe('what a job can see and reach', () => {
  test('[case 97] no network of any kind is reachable', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import socket
socket.setdefaulttimeout(2)
def attempt(what, call):
    try: print(what, "REACHED", call())
    except OSError: print(what, "failed")
def tcp(host, port, family=socket.AF_INET):
    s = socket.socket(family, socket.SOCK_STREAM); s.connect((host, port)); return s.recv(100)
def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x", ("1.1.1.1", 53)); return s.recv(100)
attempt("tcp", lambda: tcp("1.1.1.1", 443))
attempt("udp", udp)
attempt("dns", lambda: socket.getaddrinfo("example.com", 443))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
attempt("packet", lambda: socket.socket(17, socket.SOCK_RAW, 0))
attempt("ipv6", lambda: tcp("2606:4700:4700::1111", 443, socket.AF_INET6))
attempt("loopback", lambda: tcp("127.0.0.1", ${port}))
attempt("metadata", lambda: tcp("169.254.169.254", 80))
def abstract():
    s = socket.socket(socket.AF_UNIX); s.connect("\\0${ABSTRACT}"); return s.recv(100)
attempt("abstract", abstract)
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("kernel crypto", lambda: socket.socket(38, socket.SOCK_SEQPACKET))
`,
    )
    expect(stdout).not.toContain('REACHED')
    expect(stdout.trim().split('\n')).toHaveLength(11)
    expect(reached).toBe(0)
  })

  test('[case 98] secrets of the worker, other processes and the machine are absent', async () => {
    const { stdout, report } = await tryPython(
      sandbox,
      `
import glob, os
# In hex, so that this file does not hold it.
secret = bytes.fromhex("${Buffer.from(SECRET).toString('hex')}")
def read(path):
    try:
        with open(path, "rb") as file: return file.read(1 << 20)
    except OSError: return b""
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    if secret in read(path) or b"worker-home" in read(path): print("LEAK", path)
print("processes", len(glob.glob("/proc/[0-9]*")))
for path in ["/sys/kernel", "/root", "/home", "/work", "/var/run/docker.sock", "/run", "/etc/shadow", "/etc/machine-id",
             "${home}", "${home}/node.key", "${process.cwd()}", "${process.cwd()}/.env", "/proc/1/root/${home}", "/proc/1/root/root"]:
    if os.path.exists(path): print("LEAK", path)
for base, folders, files in os.walk("/"):
    if base == "/": folders[:] = [name for name in folders if name not in ("usr", "proc")]
    for name in files:
        if os.path.isfile(os.path.join(base, name)) and secret in read(os.path.join(base, name)): print("LEAK", base, name)
print(sorted(os.environ))
print("descriptors", sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3])
`,
    )
    expect(stdout).not.toContain('LEAK')
    expect(stdout).toContain("['LC_ALL', 'PATH', 'PWD']")
    expect(Number(/processes (\d+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(3)
    expect(report.exitCode).toBe(0)
  })

  test('[case 99] nothing outside the job can be written and nothing is left for the next job', async () => {
    const text = `
import os
def attempt(path):
    try:
        with open(path, "w") as file: file.write("x")
        print("WROTE", path)
    except OSError: pass
for folder in ["/", "/usr", "/usr/bin", "/etc", "/etc/alternatives", "/dev", "/proc", "/proc/sys/kernel", "/lib", "/opt"]:
    attempt(folder + "/persist")
attempt("/proc/sys/kernel/core_pattern")
attempt("/etc/passwd")
attempt("/usr/bin/env")
for folder in ["/job", "/tmp", "/dev/shm"]:
    if os.path.exists(folder + "/persist"): print("PERSISTED", folder)
    open(folder + "/persist", "w").close()
print("end")
`
    for (let run = 0; run < 2; run++) {
      const { stdout } = await tryPython(sandbox, text)
      expect(stdout).toBe('end\n')
    }
  })

  test('[case 106] typing into a terminal is refused even to the owner of one', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import fcntl, os, termios
master, slave = os.openpty()
if os.fork() == 0:
    # A session of its own with this terminal: what is left to refuse is the typing itself.
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for name, request in [("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541C)]:
        try: fcntl.ioctl(slave, request, b"x"); print(name, "TYPED", flush=True)
        except OSError as error: print(name, error.errno, flush=True)
    os._exit(0)
os.wait()
`,
    )
    expect(stdout).toBe('TIOCSTI 1\nTIOCLINUX 1\n')
  })

  test('[case 110] host name, machine id, boot id, addresses and user are generic', async () => {
    const { stdout } = await tryPython(
      sandbox,
      `
import os, socket, uuid, getpass, glob
print(socket.gethostname())
print(open("/proc/sys/kernel/random/boot_id").read().strip())
print(os.path.exists("/etc/machine-id"), os.path.exists("/var/lib/dbus/machine-id"))
print(os.getuid(), os.getgid(), getpass.getuser())
print(open("/proc/net/dev").read().count(":") )
print(open("/etc/passwd").read().count("\\n"))
`,
    )
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      'opengpu',
      '00000000-0000-4000-8000-000000000000',
      'False False',
      '1000 1000 job',
      '1',
      '1',
    ])
    expect(hostname()).not.toBe('opengpu')
  })

  test('standard input, output and error are what programs expect of them', async () => {
    const shell = 'cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr; exit 3'
    const trial = await tryCommand(sandbox, ['sh', '-c', shell], {}, { stdin: 'in\n' })
    expect(trial).toMatchObject({
      stdout: 'in\nout\n',
      stderr: 'err\n',
      report: { outcome: 'exited', exitCode: 3 },
    })
  })

  test('a program that a signal ended reports 128 and the signal, a missing one 127', async () => {
    expect((await tryCommand(sandbox, ['sh', '-c', 'kill -SEGV $$'])).report.exitCode).toBe(139)
    expect((await tryCommand(sandbox, ['no-such-program'])).report.exitCode).toBe(127)
  })
})

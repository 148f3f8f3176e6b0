import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from '../sandbox/detect.ts'
import { fullSandbox, tryPython } from '../sandbox/trial.testing.ts'
import { type Collected, collectArtifacts } from './collect.ts'

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const LIMITS = { files: 100, bytes: 1024 * 1024, fileBytes: 512 * 1024, depth: 8 }
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

let folder: string
let root: string
let spool: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collect-'))
  root = join(folder, 'job')
  spool = join(folder, 'spool')
  mkdirSync(root)
})
afterEach(() => rmSync(folder, { recursive: true }))

const collect = (inputs: Record<string, string> = {}, limits = LIMITS): Promise<Collected> =>
  collectArtifacts(root, new Map(Object.entries(inputs)), spool, limits)

describe('the artifact door', () => {
  test('new and changed files come out with their hashes, unchanged inputs do not', async () => {
    mkdirSync(join(root, 'model'))
    writeFileSync(join(root, 'model/weights.bin'), 'weights')
    writeFileSync(join(root, 'same.txt'), 'same')
    writeFileSync(join(root, 'changed.txt'), 'after')
    writeFileSync(join(root, 'empty'), '')
    const { artifacts, left } = await collect({ 'same.txt': sha256('same'), 'changed.txt': sha256('before') })
    expect(left).toEqual([])
    expect(artifacts).toEqual([
      { name: 'changed.txt', sha256: sha256('after'), bytes: 5 },
      { name: 'empty', sha256: sha256(''), bytes: 0 },
      { name: 'model/weights.bin', sha256: sha256('weights'), bytes: 7 },
    ])
    expect(readFileSync(join(spool, sha256('weights')), 'utf8')).toBe('weights')
    expect(readdirSync(spool)).toHaveLength(3)
  })

  test('[case 100] symbolic links to files and folders are never followed', async () => {
    writeFileSync(join(folder, 'worker.key'), 'secret')
    mkdirSync(join(folder, 'private'))
    writeFileSync(join(folder, 'private/file'), 'secret')
    symlinkSync(join(folder, 'worker.key'), join(root, 'absolute'))
    symlinkSync('../worker.key', join(root, 'relative'))
    symlinkSync('/etc/shadow', join(root, 'shadow'))
    symlinkSync(join(folder, 'private'), join(root, 'folder'))
    writeFileSync(join(root, 'honest'), 'x')
    const { artifacts, left } = await collect()
    expect(artifacts.map((artifact) => artifact.name)).toEqual(['honest'])
    expect(left).toHaveLength(4)
    expect(readdirSync(spool)).toEqual([sha256('x')])
  })

  test('[case 100] pipes, sockets and devices are left, and a pipe holds nobody up', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    execFileSync('/usr/bin/python3', [
      '-c',
      `import socket; socket.socket(socket.AF_UNIX).bind(${JSON.stringify(join(root, 'sock'))})`,
    ])
    if (process.getuid?.() === 0) execFileSync('mknod', [join(root, 'device'), 'c', '1', '5'])
    const { artifacts, left } = await collect()
    expect(artifacts).toEqual([])
    expect(left.length).toBeGreaterThanOrEqual(2)
    expect(left.every((line) => line.includes('not a regular file'))).toBe(true)
  })

  test('[case 101] names that could harm another machine are renamed by content', async () => {
    const names = [
      'a\\..\\b',
      'new\nline',
      'over\u202eride',
      '-rf',
      'con',
      'aux.txt',
      'dot.',
      ' space ',
      'e\u0301',
      `${'n'.repeat(250)}/${'m'.repeat(250)}/${'o'.repeat(250)}`,
    ]
    for (const name of names) {
      mkdirSync(join(root, name, '..'), { recursive: true })
      writeFileSync(join(root, name), `content of ${name}`)
    }
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x41])]), 'not text')
    writeFileSync(join(root, 'fine.txt'), 'fine')
    const { artifacts } = await collect()
    const expected = [
      ...names.map((name) => `renamed-${sha256(`content of ${name}`).slice(0, 16)}`),
      `renamed-${sha256('not text').slice(0, 16)}`,
      'fine.txt',
    ]
    expect(artifacts.map((artifact) => artifact.name)).toEqual(expected.sort())
  })

  test('too many files, too many bytes and too deep folders are left and named, the same ones each time', async () => {
    for (let index = 0; index < 20; index++)
      writeFileSync(join(root, `f${String(index).padStart(2, '0')}`), 'x'.repeat(100))
    mkdirSync(join(root, 'a/b/c/d'), { recursive: true })
    writeFileSync(join(root, 'a/b/c/d/deep'), 'x')
    const counted = await collect({}, { files: 5, bytes: 10_000, fileBytes: 10_000, depth: 3 })
    expect(counted.artifacts.map((artifact) => artifact.name)).toEqual(['f00', 'f01', 'f02', 'f03', 'f04'])
    expect(counted.left.some((line) => line.includes('too deep'))).toBe(true)
    const weighed = await collect({}, { files: 50, bytes: 350, fileBytes: 350, depth: 3 })
    expect(weighed.artifacts).toHaveLength(3)
    expect(existsSync(join(spool, `part-${process.pid}-3`))).toBe(false)
  })
})

describe('the artifact door on a real job', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await fullSandbox()
  })

  test('[case 100][case 101] what a hostile program leaves is collected without touching this machine', async () => {
    const text = `
import os, socket
os.symlink("/etc/shadow", "shadow"); os.symlink("/proc/self/environ", "environ"); os.symlink("/", "all")
os.symlink("../ctl/args", "up"); os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("sock")
try: os.mknod("device", 0o20666, os.makedev(1, 1)); print("DEVICE")
except OSError: pass
try: os.link("/etc/passwd", "hard"); print("LINKED")
except OSError: pass
open("model.bin", "w").write("model"); os.chmod("model.bin", 0)
os.mkdir("closed"); open("closed/in", "w").write("in"); os.chmod("closed", 0)
open(b"\\xff\\xfe", "w").write("bytes"); open("-rf", "w").write("dash")
`
    let collected: Collected | undefined
    const { stdout, stderr } = await tryPython(sandbox, text, {
      inspect: async (room) => {
        collected = await collectArtifacts(room.folder, new Map([['main.py', sha256(text)]]), spool, LIMITS)
      },
    })
    expect(stderr).toBe('')
    expect(stdout).toBe('')
    const names = collected?.artifacts.map((artifact) => artifact.name) ?? []
    expect(names).toContain('model.bin')
    expect(names).toContain(`renamed-${sha256('dash').slice(0, 16)}`)
    expect(names).toContain(`renamed-${sha256('bytes').slice(0, 16)}`)
    for (const name of names)
      expect(['closed/in', 'model.bin']).toContain(name.startsWith('renamed-') ? 'model.bin' : name)
    expect(collected?.left).toHaveLength(6)
  })
})

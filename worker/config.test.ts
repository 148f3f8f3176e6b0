import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readWorkerConfig } from './config.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'))
  file = join(folder, 'node.key')
  writeFileSync(file, `0x${'11'.repeat(32)}\n`)
})
afterEach(() => rmSync(folder, { recursive: true }))

test('with a key alone everything else has a sensible value', () => {
  const config = readWorkerConfig({ OPENGPU_NODE_KEY_FILE: file })
  expect(config).toMatchObject({
    url: 'http://127.0.0.1:3000',
    ask: 10n ** 14n,
    slots: 1,
    gpuClass: null,
    logLevel: 'info',
  })
  expect(config.account.address).toMatch(/^0x[0-9a-fA-F]{40}$/)
  expect(config.name).not.toBe('')
})

test('settings are taken as given', () => {
  const config = readWorkerConfig({
    OPENGPU_NODE_KEY_FILE: file,
    OPENGPU_URL: 'https://network.example/',
    OPENGPU_NODE_ASK: '7',
    OPENGPU_NODE_SLOTS: '3',
    OPENGPU_NODE_GPU_CLASS: '2',
    OPENGPU_NODE_NAME: 'rig',
    OPENGPU_NODE_HOME: folder,
  })
  expect(config).toMatchObject({
    url: 'https://network.example',
    ask: 7n,
    slots: 3,
    gpuClass: 2,
    name: 'rig',
    home: folder,
  })
})

test.each([
  [{}, 'OPENGPU_NODE_KEY_FILE'],
  [{ OPENGPU_NODE_KEY_FILE: '/nonexistent' }, 'cannot be read'],
  [{ OPENGPU_URL: 'ftp://x' }, 'OPENGPU_URL'],
  [{ OPENGPU_NODE_SLOTS: '0' }, 'OPENGPU_NODE_SLOTS'],
  [{ OPENGPU_NODE_ASK: '-1' }, 'OPENGPU_NODE_ASK'],
  [{ OPENGPU_NODE_ASK: '1.5' }, 'OPENGPU_NODE_ASK'],
])('a wrong setting (%j) is named', (wrong, named) => {
  const environment = Object.keys(wrong).length === 0 ? {} : { OPENGPU_NODE_KEY_FILE: file, ...wrong }
  expect(() => readWorkerConfig(environment)).toThrow(named)
})

test('a file that holds no key is refused', () => {
  writeFileSync(file, 'not a key')
  expect(() => readWorkerConfig({ OPENGPU_NODE_KEY_FILE: file })).toThrow('64 hex digits')
})

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const KEY_A = `0x${'a1'.repeat(32)}`
const KEY_B = `0x${'b2'.repeat(32)}`
const KNOWN = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const GOOD = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/x',
  RPC_URL: 'ws://127.0.0.1:1',
  RELAYER_KEY: KEY_A,
  AUCTIONEER_KEY: KEY_B,
}

describe('the settings of the server', () => {
  it('fill in what may be left out', () => {
    const config = parseConfig(GOOD)
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      chainId: 31337,
      confirmations: 1,
      publicUrl: 'http://127.0.0.1:3000',
    })
    expect(config.adminAddresses).toEqual([])
  })

  it('name every problem at once and never print a secret', () => {
    try {
      parseConfig({ RPC_URL: 'http://x', PORT: '99999', RELAYER_KEY: 'hunter2-hunter2' })
      expect.unreachable()
    } catch (error) {
      const text = String(error)
      for (const name of ['DATABASE_URL', 'RPC_URL', 'PORT', 'RELAYER_KEY', 'AUCTIONEER_KEY'])
        expect(text).toContain(name)
      expect(text).not.toContain('hunter2')
    }
  })

  it('refuse known keys outside the embedded chain, and accept them on it', () => {
    expect(() => parseConfig({ ...GOOD, CHAIN_ID: '1', RELAYER_KEY: KNOWN })).toThrow(/everybody knows/)
    expect(parseConfig({ ...GOOD, RELAYER_KEY: KNOWN }).relayerKey).toBe(KNOWN)
    expect(parseConfig({ ...GOOD, CHAIN_ID: '1' }).confirmations).toBe(12)
  })

  it('refuse one key in two roles', () => {
    expect(() => parseConfig({ ...GOOD, AUCTIONEER_KEY: KEY_A })).toThrow(/two different keys/)
  })

  it('read a secret from the file that its twin names', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'opengpu-config-')), 'key')
    writeFileSync(file, `${KEY_A}\n`)
    const { RELAYER_KEY: _, ...rest } = GOOD
    expect(parseConfig({ ...rest, RELAYER_KEY_FILE: file }).relayerKey).toBe(KEY_A)
    expect(() => parseConfig({ ...rest, RELAYER_KEY_FILE: '/nowhere/key' })).toThrow(
      /RELAYER_KEY_FILE cannot be read/,
    )
  })

  it('keep admin addresses in lower case', () => {
    const config = parseConfig({ ...GOOD, ADMIN_ADDRESSES: ' 0x00000000000000000000000000000000000000AA , ' })
    expect(config.adminAddresses).toEqual(['0x00000000000000000000000000000000000000aa'])
  })
})

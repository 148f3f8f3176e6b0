import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, createWalletClient, defineChain, http, parseEther } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, it, vi } from 'vitest'
import { PUBLISHED_MNEMONIC } from '#lib/config/publishedKeys.ts'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'

const account = mnemonicToAccount(PUBLISHED_MNEMONIC)
const other = '0x00000000000000000000000000000000000000bb'

function clients(chain: TestChain) {
  const definition = defineChain({
    id: 31337,
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.http] } },
  })
  return {
    read: createPublicClient({
      chain: definition,
      transport: http(chain.http),
      pollingInterval: 50,
      cacheTime: 0,
    }),
    write: createWalletClient({ account, chain: definition, transport: http(chain.http) }),
  }
}

const settle = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function keptHeight(folder: string): number {
  return (JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as { best_block_number: number })
    .best_block_number
}

describe('the embedded chain across restarts', () => {
  it('comes back with the same blocks, receipts and balances after a clean stop', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'opengpu-chain-'))
    const first = await startAnvil({ folder })
    const { read, write } = clients(first)
    const hash = await write.sendTransaction({ to: other, value: parseEther('3') })
    const receipt = await read.waitForTransactionReceipt({ hash })
    await first.stop()
    const second = await startAnvil({ folder })
    const again = clients(second)
    expect((await again.read.getTransactionReceipt({ hash })).blockHash).toBe(receipt.blockHash)
    expect((await again.read.getBlock({ blockNumber: receipt.blockNumber })).hash).toBe(receipt.blockHash)
    expect(await again.read.getBalance({ address: other })).toBe(parseEther('3'))
    const next = await again.read.waitForTransactionReceipt({
      hash: await again.write.sendTransaction({ to: other, value: 1n }),
    })
    expect((await again.read.getBlock({ blockNumber: next.blockNumber })).parentHash).toBe(receipt.blockHash)
    await second.stop()
  })

  it('keeps what it saved by itself when it is killed, and a half-written file does not hurt it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'opengpu-chain-'))
    const first = await startAnvil({ folder })
    const { read, write } = clients(first)
    for (let i = 0; i < 5; i++)
      await read.waitForTransactionReceipt({ hash: await write.sendTransaction({ to: other, value: 1n }) })
    await vi.waitFor(() => expect(keptHeight(folder)).toBe(5), { timeout: 10_000, interval: 50 })
    await first.kill()
    writeFileSync(join(folder, 'state-on-exit.json'), '{"best_block_number":"0x99","blo')
    writeFileSync(join(folder, 'state.json.new'), '{')
    const second = await startAnvil({ folder })
    expect(await clients(second).read.getBlockNumber()).toBe(5n)
    await second.stop()
  })

  it('shows the same first block and the present time however often it was started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'opengpu-chain-'))
    const first = new Set<string>()
    for (let start = 0; start < 5; start++) {
      const chain = await startAnvil({ folder })
      const { read, write } = clients(chain)
      first.add((await read.getBlock({ blockNumber: 0n })).hash)
      await read.waitForTransactionReceipt({ hash: await write.sendTransaction({ to: other, value: 1n }) })
      const { timestamp } = await read.getBlock()
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(3)
      await chain.stop()
      await settle(1_100)
    }
    expect(first.size).toBe(1)
  })

  it('makes a block by itself when nothing happens', async () => {
    const chain = await startAnvil({ idleBlocks: { busyMilliseconds: 200, idleMilliseconds: 200 } })
    const { read } = clients(chain)
    const before = await read.getBlockNumber()
    await settle(1500)
    expect(await read.getBlockNumber()).toBeGreaterThan(before + 2n)
    await chain.stop()
  })
})

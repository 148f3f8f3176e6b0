/** A wallet's transaction from click to end, on a real chain: what the one hook of the site reports. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createConfig, mock, switchChain } from '@wagmi/core'
import {
  type Chain,
  createTestClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  http,
  publicActions,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runTransaction, type TransactionState } from '#components/wallet/transactionFlow.ts'
import { isRefusal } from '#components/wallet/useWallet.ts'
import { type WalletActions, walletActions } from '#components/wallet/walletActions.ts'
import type { NetworkView } from '#lib/protocol/views.ts'
import { ensureDeployment } from '../../scripts/start/contracts.ts'
import { startAnvil, type TestChain } from '../support/chain.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'
const owner = mnemonicToAccount(MNEMONIC, { addressIndex: 0 })
const person = mnemonicToAccount(MNEMONIC, { addressIndex: 5 })
const OGPU = 10n ** 18n

let home: string
let chain: TestChain
let wallet: WalletActions
let config: ReturnType<typeof createConfig>
let local: Chain
let addresses: NetworkView['addresses']

function tester() {
  return createTestClient({ chain: local, mode: 'anvil', transport: http(chain.http) }).extend(publicActions)
}
function sender(account: typeof person) {
  return createWalletClient({ account, chain: local, transport: http(chain.http) })
}

/** Starts a transaction while no blocks are made, lets `meanwhile` act once it is sent, then makes a block. */
async function whilePending(
  call: Parameters<typeof runTransaction>[1],
  meanwhile: (hash: `0x${string}`) => Promise<void>,
) {
  const test = tester()
  const seen: TransactionState[] = []
  await test.setAutomine(false)
  try {
    const ended = runTransaction(wallet, call, (state) => seen.push(state), isRefusal)
    await expect.poll(() => seen.some((state) => state.phase === 'sent'), { timeout: 10_000 }).toBe(true)
    const sent = seen.find((state) => state.phase === 'sent')
    if (sent?.phase !== 'sent') throw new Error('it was not sent')
    // The library has to see the first transaction in the pool before another can be known to take its place.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await meanwhile(sent.hash as `0x${string}`)
    await test.mine({ blocks: 1 })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await test.mine({ blocks: 1 })
    return { end: await ended, seen, first: sent.hash }
  } finally {
    await test.setAutomine(true)
  }
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'opengpu-wallet-'))
  chain = await startAnvil()
  const { deployment } = await ensureDeployment(home, chain.url, 31337)
  addresses = deployment.addresses
  local = defineChain({
    id: 31337,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.http] } },
  })
  const other = defineChain({ ...local, id: 31338, name: 'other' })
  config = createConfig({
    chains: [local, other],
    connectors: [mock({ accounts: [person.address] })],
    transports: { [local.id]: http(chain.http), [other.id]: http(chain.http) },
    storage: null,
  })
  const connector = config.connectors[0]
  if (!connector) throw new Error('no connector')
  await connect(config, { connector, chainId: local.id })
  const network = { chainId: 31337, embedded: true, addresses } as unknown as NetworkView
  wallet = walletActions(
    config,
    network,
    async () => undefined,
    async () => undefined,
  )
}, 60_000)

afterAll(async () => {
  await chain?.stop()
  rmSync(home, { recursive: true, force: true })
})

const approve = (amount: bigint) =>
  ({ contract: 'ogpu', functionName: 'approve', args: [addresses.escrow, amount] }) as const

describe('a transaction of the site', () => {
  it('goes from signing over sent to mined', async () => {
    const seen: TransactionState[] = []
    const end = await runTransaction(wallet, approve(1n), (state) => seen.push(state), isRefusal)
    expect(end.phase).toBe('mined')
    expect(seen.map((state) => state.phase)).toEqual(['preparing', 'signing', 'sent', 'mined'])
  })

  it('[case 66] is followed to its new hash when the wallet speeds it up', async () => {
    const { end, first } = await whilePending(approve(2n), async (hash) => {
      const sent = await tester().getTransaction({ hash })
      if (sent.to === null) throw new Error('no recipient')
      await sender(person).sendTransaction({
        to: sent.to,
        data: sent.input,
        nonce: sent.nonce,
        gas: 100_000n,
        maxFeePerGas: 10n ** 12n,
        maxPriorityFeePerGas: 10n ** 11n,
      })
    })
    expect(end).toMatchObject({ phase: 'mined', replaced: 'repriced' })
    expect(end.phase === 'mined' && end.hash).not.toBe(first)
  })

  it('[case 66] is shown as cancelled when the wallet cancels it', async () => {
    const { end } = await whilePending(approve(3n), async (hash) => {
      const sent = await tester().getTransaction({ hash })
      await sender(person).sendTransaction({
        to: person.address,
        value: 0n,
        nonce: sent.nonce,
        gas: 100_000n,
        maxFeePerGas: 10n ** 12n,
        maxPriorityFeePerGas: 10n ** 11n,
      })
    })
    expect(end.phase).toBe('cancelled')
    expect(
      await tester().readContract({
        address: addresses.ogpu as `0x${string}`,
        abi: erc20Abi,
        functionName: 'allowance',
        args: [person.address, addresses.escrow as `0x${string}`],
      }),
    ).toBe(2n)
  })

  it('[case 66] does not claim success when something else took its place', async () => {
    const { end } = await whilePending(approve(4n), async (hash) => {
      const sent = await tester().getTransaction({ hash })
      await sender(person).sendTransaction({
        to: owner.address,
        value: 1n,
        nonce: sent.nonce,
        gas: 100_000n,
        maxFeePerGas: 10n ** 12n,
        maxPriorityFeePerGas: 10n ** 11n,
      })
    })
    expect(end).toMatchObject({ phase: 'failed', reason: 'replaced' })
  })

  it('[case 67] is refused before signing while the wallet is on another chain', async () => {
    const before = await tester().getTransactionCount({ address: person.address })
    await switchChain(config, { chainId: 31338 })
    const seen: TransactionState[] = []
    const end = await runTransaction(wallet, approve(5n), (state) => seen.push(state), isRefusal)
    expect(end).toEqual({ phase: 'wrongChain', has: 31338, needs: 31337 })
    expect(seen.some((state) => state.phase === 'signing')).toBe(false)
    expect(await tester().getTransactionCount({ address: person.address })).toBe(before)
    await wallet.switchChain()
    expect((await runTransaction(wallet, approve(5n), () => undefined, isRefusal)).phase).toBe('mined')
  })

  it('is not sent when the contract would refuse it, and says why', async () => {
    const before = await tester().getTransactionCount({ address: person.address })
    const end = await runTransaction(
      wallet,
      { contract: 'escrow', functionName: 'withdraw', args: [OGPU, person.address] },
      () => undefined,
      isRefusal,
    )
    expect(end).toMatchObject({ phase: 'reverted', hash: null })
    expect(end.phase === 'reverted' && end.reason).toContain('The escrow balance is 0 oGPU')
    expect(await tester().getTransactionCount({ address: person.address })).toBe(before)
  })

  it('shows the decoded reason when it reverts on chain after all', async () => {
    const token = { address: addresses.ogpu as `0x${string}`, abi: erc20Abi } as const
    const allowed = await sender(owner).writeContract({
      ...token,
      functionName: 'approve',
      args: [person.address, OGPU],
    })
    await tester().waitForTransactionReceipt({ hash: allowed })
    const { end } = await whilePending(
      { contract: 'ogpu', functionName: 'transferFrom', args: [owner.address, person.address, OGPU] },
      async () => {
        // Taken back in the same block, but first: it pays more.
        await sender(owner).writeContract({
          ...token,
          functionName: 'approve',
          args: [person.address, 0n],
          gas: 100_000n,
          maxFeePerGas: 10n ** 13n,
          maxPriorityFeePerGas: 10n ** 12n,
        })
      },
    )
    expect(end.phase).toBe('reverted')
    expect(end.phase === 'reverted' && end.hash).toMatch(/^0x/)
    expect(end.phase === 'reverted' && end.reason).toContain('The contract may take 0 oGPU')
  })
})

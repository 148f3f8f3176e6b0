import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPublicClient, createWalletClient, custom, http } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PUBLISHED_MNEMONIC } from '#lib/config/publishedKeys.ts'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { deployContracts, verifyDeployment } from './deploy.ts'
import { closeJournal, fileJournal } from './deployJournal.ts'
import type { Deployment } from './deployment.ts'
import {
  LOCAL_LIQUIDITY,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_UNBOND_SECONDS,
} from './parameters.ts'

class CutOff extends Error {}

const account = mnemonicToAccount(PUBLISHED_MNEMONIC)
let folder: string
let file: string
let chain: TestChain

beforeEach(async () => {
  folder = mkdtempSync('/tmp/opengpu-deploy-')
  file = join(folder, 'journal.json')
  chain = await startAnvil()
})
afterEach(async () => {
  await chain?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const read = () =>
  createPublicClient({ chain: foundry, transport: http(chain.http), pollingInterval: 20, cacheTime: 0 })

/** Deploys with the journal. `around` stands between the deployment and the chain when a transaction is sent; after a CutOff nothing reaches the chain any more. */
function deploy(
  around: (send: () => Promise<unknown>) => Promise<unknown> = (send) => send(),
  taxBps = 500,
): Promise<Deployment> {
  const request = http(chain.http)({ chain: foundry }).request as (call: object) => Promise<unknown>
  let death: unknown
  const transport = custom(
    {
      request: async (call: { method: string }) => {
        if (death !== undefined) throw death
        if (call.method !== 'eth_sendRawTransaction') return request(call)
        return around(() => request(call)).catch((error: unknown) => {
          if (error instanceof CutOff) death = error
          throw error
        })
      },
    },
    { retryCount: 0 },
  )
  return deployContracts({
    walletClient: createWalletClient({ account, chain: foundry, transport }),
    publicClient: createPublicClient({ chain: foundry, transport, pollingInterval: 20, cacheTime: 0 }),
    parameters: {
      market: LOCAL_MARKET_PARAMETERS,
      minimumBond: LOCAL_MINIMUM_BOND,
      unbondSeconds: LOCAL_UNBOND_SECONDS,
      treasury: '0x00000000000000000000000000000000000000aa',
      tokenHolder: account.address,
      liquidity: LOCAL_LIQUIDITY,
      taxBps,
    },
    journal: fileJournal(file),
  })
}
const sentSoFar = () => read().getTransactionCount({ address: account.address })

it('cut off before or after every single transaction, a deployment goes on and sends each once [case 65]', async () => {
  const whole = await deploy()
  const transactions = await sentSoFar()
  closeJournal(file)
  await chain.stop()
  chain = await startAnvil()

  let deployment: Deployment | undefined
  let cuts = 0
  while (deployment === undefined) {
    let sent = 0
    try {
      deployment = await deploy(async (send) => {
        sent++
        // Each run gets one new transaction through, and hears of it or dies before it is sent or before the answer.
        if (sent === 1) return send()
        if (cuts % 2 === 0) await send()
        throw new CutOff('cut off')
      })
    } catch (error) {
      expect(String(error)).toMatch(/cut off/)
      cuts++
      expect(cuts).toBeLessThan(200)
    }
  }
  expect(cuts).toBeGreaterThan(transactions / 3)
  expect(deployment.addresses).toEqual(whole.addresses)
  expect(await sentSoFar()).toBe(transactions)
  await verifyDeployment(read(), deployment)

  // Begun once more when all is done, it sends nothing.
  expect((await deploy()).addresses).toEqual(whole.addresses)
  expect(await sentSoFar()).toBe(transactions)
})

it('goes on when the chain has lost its last blocks', async () => {
  const request = http(chain.http)({ chain: foundry }).request as (call: object) => Promise<unknown>
  let sent = 0
  let snapshot: unknown
  await expect(
    deploy(async (send) => {
      if (++sent === 5) snapshot = await request({ method: 'evm_snapshot', params: [] })
      if (sent === 9) throw new CutOff('cut off')
      return send()
    }),
  ).rejects.toThrow(/cut off/)
  await request({ method: 'evm_revert', params: [snapshot] })
  await verifyDeployment(read(), await deploy())
})

it('with other parameters than it was begun with it refuses to go on', async () => {
  let sent = 0
  await expect(
    deploy(async (send) => {
      if (++sent === 9) throw new CutOff('cut off')
      return send()
    }),
  ).rejects.toThrow(/cut off/)
  await expect(deploy(undefined, 400)).rejects.toMatchObject({ code: 'deployment.otherPlan' })
})

it('refuses when somebody else used the key in between, and says which step it was for', async () => {
  let sent = 0
  await expect(
    deploy(async (send) => {
      if (++sent === 3) throw new CutOff('cut off')
      return send()
    }),
  ).rejects.toThrow(/cut off/)
  const wallet = createWalletClient({ account, chain: foundry, transport: http(chain.http) })
  await read().waitForTransactionReceipt({
    hash: await wallet.sendTransaction({ to: account.address, value: 1n }),
  })
  await expect(deploy()).rejects.toMatchObject({
    code: 'deployment.failed',
    message: expect.stringMatching(/took nonce 2, which was for Committee/),
  })
})

it('refuses a journal of another chain, and a damaged one', async () => {
  await deploy()
  await chain.stop()
  chain = await startAnvil({ extraArguments: ['--timestamp', '1700000000'] })
  await expect(deploy()).rejects.toMatchObject({ code: 'deployment.otherPlan' })
  writeFileSync(file, '{"genesis": 1}')
  await expect(deploy).toThrow(/damaged/)
})

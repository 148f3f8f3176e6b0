import { createPublicClient, createWalletClient, http } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Chain, openChain } from '#lib/chain/client.ts'
import { deployContracts } from '#lib/chain/deploy.ts'
import type { Deployment } from '#lib/chain/deployment.ts'
import { ogpuAbi } from '#lib/chain/generated/abis.ts'
import { LOCAL_MARKET_PARAMETERS, LOCAL_MINIMUM_BOND, LOCAL_UNBOND_SECONDS } from '#lib/chain/parameters.ts'
import { PUBLISHED_MNEMONIC } from '#lib/config/publishedKeys.ts'
import type { Address } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { dripFaucet, FAUCET_ETH, FAUCET_OGPU } from './faucet.ts'

const bank = mnemonicToAccount(PUBLISHED_MNEMONIC)
let server: TestChain
let chain: Chain
let deployment: Deployment

beforeAll(async () => {
  server = await startAnvil()
  chain = openChain({ rpcUrl: server.url, chainId: 31337 })
  deployment = await deployContracts({
    walletClient: createWalletClient({ account: bank, chain: foundry, transport: http(server.http) }),
    publicClient: createPublicClient({ chain: foundry, transport: http(server.http), pollingInterval: 20 }),
    parameters: {
      market: LOCAL_MARKET_PARAMETERS,
      minimumBond: LOCAL_MINIMUM_BOND,
      unbondSeconds: LOCAL_UNBOND_SECONDS,
      treasury: bank.address,
      tokenHolder: bank.address,
    },
  })
})
afterAll(async () => {
  await chain?.close()
  await server?.stop()
})

const newcomer = (): Address => privateKeyToAccount(generatePrivateKey()).address
const ogpuOf = (account: Address): Promise<bigint> =>
  chain.publicClient.readContract({
    address: deployment.addresses.ogpu,
    abi: ogpuAbi,
    functionName: 'balanceOf',
    args: [account],
  })

it('gives test oGPU and gas, to many at once', async () => {
  const people = [newcomer(), newcomer(), newcomer()]
  await Promise.all(people.map((person) => dripFaucet(chain, deployment, person)))
  for (const person of people) {
    expect(await ogpuOf(person)).toBe(FAUCET_OGPU)
    expect(await chain.publicClient.getBalance({ address: person })).toBe(FAUCET_ETH)
  }
})

it('says in words that a wallet is full, and gives it nothing', async () => {
  const person = newcomer()
  const held = 410_001n * WEI_PER_OGPU
  await chain.publicClient.waitForTransactionReceipt({
    hash: await createWalletClient({
      account: bank,
      chain: foundry,
      transport: http(server.http),
    }).writeContract({
      address: deployment.addresses.ogpu,
      abi: ogpuAbi,
      functionName: 'transfer',
      args: [person, held],
    }),
  })
  await expect(dripFaucet(chain, deployment, person)).rejects.toMatchObject({
    code: 'wallet-full',
    message:
      'This address holds 410001 oGPU, and no wallet may hold more than 420000. Deposit or send some first.',
  })
  expect(await ogpuOf(person)).toBe(held)
})

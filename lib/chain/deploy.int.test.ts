import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  http,
  keccak256,
  type PublicClient,
  parseAbi,
  toHex,
  zeroAddress,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { deployContracts, verifyDeployment } from './deploy.ts'
import type { Deployment } from './deployment.ts'
import {
  escrowAbi,
  governorAbi,
  nodeRegistryAbi,
  ogpuAbi,
  providerEmissionAbi,
  stakingPoolAbi,
  streamPaymentsAbi,
  taskMarketAbi,
  taxRouterAbi,
  timelockAbi,
} from './generated/abis.ts'
import {
  LOCAL_EPOCH_SECONDS,
  LOCAL_GOVERNANCE,
  LOCAL_LIQUIDITY,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_ROUNDS,
  LOCAL_STREAMS,
  LOCAL_UNBOND_SECONDS,
} from './parameters.ts'

const account = mnemonicToAccount('test test test test test test test test test test test junk')
const treasury = '0x00000000000000000000000000000000000000aa'
const OWNED = [
  'ogpu',
  'vesting',
  'merkleAirdrop',
  'providerEmission',
  'taxRouter',
  'nodeRegistry',
  'escrow',
  'taskMarket',
  'stakingPool',
  'streamPayments',
] as const

let chain: TestChain
let publicClient: PublicClient
let deployment: Deployment

async function deployTo(url: string): Promise<Deployment> {
  const transport = http(url)
  return deployContracts({
    walletClient: createWalletClient({ account, chain: foundry, transport }),
    publicClient: createPublicClient({ chain: foundry, transport, pollingInterval: 50 }) as PublicClient,
    parameters: {
      market: LOCAL_MARKET_PARAMETERS,
      minimumBond: LOCAL_MINIMUM_BOND,
      unbondSeconds: LOCAL_UNBOND_SECONDS,
      rounds: LOCAL_ROUNDS,
      treasury,
      tokenHolder: account.address,
      liquidity: LOCAL_LIQUIDITY,
      epochSeconds: LOCAL_EPOCH_SECONDS,
      governance: LOCAL_GOVERNANCE,
      streams: LOCAL_STREAMS,
    },
  })
}

beforeAll(async () => {
  chain = await startAnvil()
  publicClient = createPublicClient({ chain: foundry, transport: http(chain.http) }) as PublicClient
  deployment = await deployTo(chain.http)
})
afterAll(() => chain?.stop())

describe('a deployment', () => {
  it('is wired: the market is known to registry and escrow, and the parameters are the ones asked for', async () => {
    const { nodeRegistry, escrow, taskMarket, ogpu } = deployment.addresses
    const read = { abi: taskMarketAbi, address: taskMarket } as const
    expect((await publicClient.readContract({ ...read, functionName: 'registry' })).toLowerCase()).toBe(
      nodeRegistry,
    )
    expect((await publicClient.readContract({ ...read, functionName: 'escrow' })).toLowerCase()).toBe(escrow)
    expect(await publicClient.readContract({ ...read, functionName: 'parameters' })).toEqual(
      LOCAL_MARKET_PARAMETERS,
    )
    for (const [abi, address] of [
      [escrowAbi, escrow],
      [nodeRegistryAbi, nodeRegistry],
    ] as const) {
      const market = await publicClient.readContract({ abi, address, functionName: 'market' })
      expect(market.toLowerCase()).toBe(taskMarket)
    }
    const registry = { abi: nodeRegistryAbi, address: nodeRegistry } as const
    const emission = await publicClient.readContract({ ...registry, functionName: 'emission' })
    expect(await publicClient.readContract({ ...registry, functionName: 'roundSeconds' })).toBe(
      LOCAL_ROUNDS.seconds,
    )
    expect(await publicClient.readContract({ ...registry, functionName: 'attestors' })).toBe(
      LOCAL_ROUNDS.attestors,
    )
    expect(emission.toLowerCase()).toBe(deployment.addresses.providerEmission)
    const supply = await publicClient.readContract({
      abi: ogpuAbi,
      address: ogpu,
      functionName: 'balanceOf',
      args: [account.address],
    })
    // Ecosystem and reserve, less the first liquidity.
    expect(supply).toBe(4_000_000n * 10n ** 18n)
  })

  it('mints 21 million once: ecosystem and reserve to the holder, the rest into contracts that lock it [case 1]', async () => {
    const { addresses } = deployment
    const token = { abi: ogpuAbi, address: addresses.ogpu } as const
    const held = (account: Address) =>
      publicClient.readContract({ ...token, functionName: 'balanceOf', args: [account] })
    const million = (n: number) => BigInt(n * 100) * 10n ** 22n
    expect(await held(addresses.vesting)).toBe(million(3.15))
    expect(await held(addresses.merkleAirdrop)).toBe(million(3.15))
    expect(await held(addresses.providerEmission)).toBe(million(10.5))
    expect((await held(account.address)) + (await held(addresses.pair))).toBe(million(4.2))
    for (const name of [
      'escrow',
      'nodeRegistry',
      'stakingPool',
      'streamPayments',
      'vesting',
      'taxRouter',
    ] as const) {
      const core = await publicClient.readContract({
        ...token,
        functionName: 'isCore',
        args: [addresses[name]],
      })
      expect(core, name).toBe(true)
    }
    expect(
      await publicClient.readContract({
        abi: providerEmissionAbi,
        address: addresses.providerEmission,
        functionName: 'market',
      }),
    ).toSatisfy((market: string) => market.toLowerCase() === addresses.taskMarket)
  })

  it('has a pair with liquidity, where a purchase over the published router is taxed once [case 3]', async () => {
    const { addresses } = deployment
    const token = { abi: ogpuAbi, address: addresses.ogpu } as const
    const held = (account: Address) =>
      publicClient.readContract({ ...token, functionName: 'balanceOf', args: [account] })
    const buyer = mnemonicToAccount('test test test test test test test test test test test junk', {
      addressIndex: 5,
    })
    const inPair = await held(addresses.pair)
    expect(inPair).toBe(LOCAL_LIQUIDITY.ogpu)
    const hash = await createWalletClient({
      account: buyer,
      chain: foundry,
      transport: http(chain.http),
    }).writeContract({
      address: addresses.exchangeRouter,
      abi: parseAbi([
        'function swapExactETHForTokensSupportingFeeOnTransferTokens(uint256 least, address[] path, address to, uint256 deadline) payable',
      ]),
      functionName: 'swapExactETHForTokensSupportingFeeOnTransferTokens',
      args: [0n, [addresses.weth, addresses.ogpu], buyer.address, 2n ** 40n],
      value: 10n ** 18n,
    })
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    expect(receipt.status).toBe('success')
    const sent = inPair - (await held(addresses.pair))
    const tax = (sent * 500n) / 10_000n
    expect(await held(addresses.taxRouter)).toBe(tax)
    expect(await held(buyer.address)).toBe(sent - tax)
  })

  it('belongs to the timelock alone, whose only proposer is the governor [case 54]', async () => {
    const { addresses } = deployment
    const { governor, timelock } = addresses
    for (const name of OWNED) {
      const owned = { abi: ogpuAbi, address: addresses[name] } as const
      const owner = await publicClient.readContract({ ...owned, functionName: 'owner' })
      expect(owner.toLowerCase(), name).toBe(timelock)
      expect(await publicClient.readContract({ ...owned, functionName: 'pendingOwner' }), name).toBe(
        zeroAddress,
      )
    }
    const its = { abi: timelockAbi, address: timelock } as const
    const has =
      (role: 'PROPOSER_ROLE' | 'CANCELLER_ROLE' | 'EXECUTOR_ROLE' | 'DEFAULT_ADMIN_ROLE') =>
      async (who: Address) =>
        publicClient.readContract({
          ...its,
          functionName: 'hasRole',
          args: [await publicClient.readContract({ ...its, functionName: role }), who],
        })
    for (const role of ['PROPOSER_ROLE', 'CANCELLER_ROLE', 'DEFAULT_ADMIN_ROLE'] as const)
      expect(await has(role)(account.address), role).toBe(false)
    expect(await has('PROPOSER_ROLE')(governor)).toBe(true)
    expect(await has('EXECUTOR_ROLE')(zeroAddress)).toBe(true)
    await expect(
      createWalletClient({ account, chain: foundry, transport: http(chain.http) }).writeContract({
        abi: ogpuAbi,
        address: addresses.ogpu,
        functionName: 'setTax',
        args: [0n],
      }),
    ).rejects.toThrow('OwnableUnauthorizedAccount')
    const liquidity = await publicClient.readContract({
      abi: ogpuAbi,
      address: addresses.pair,
      functionName: 'balanceOf',
      args: [timelock],
    })
    expect(liquidity).toBeGreaterThan(0n)
  })

  it('sends the tax to the pool and the treasury, and knows its terms', async () => {
    const { addresses } = deployment
    const router = { abi: taxRouterAbi, address: addresses.taxRouter } as const
    expect((await publicClient.readContract({ ...router, functionName: 'stakers' })).toLowerCase()).toBe(
      addresses.stakingPool,
    )
    expect((await publicClient.readContract({ ...router, functionName: 'treasury' })).toLowerCase()).toBe(
      treasury,
    )
    const streams = { abi: streamPaymentsAbi, address: addresses.streamPayments } as const
    expect(await publicClient.readContract({ ...streams, functionName: 'feeBps' })).toBe(200n)
    expect(await publicClient.readContract({ ...streams, functionName: 'closeSeconds' })).toBe(600n)
    expect((await publicClient.readContract({ ...streams, functionName: 'treasury' })).toLowerCase()).toBe(
      treasury,
    )
    const votes = { abi: governorAbi, address: addresses.governor } as const
    expect((await publicClient.readContract({ ...votes, functionName: 'token' })).toLowerCase()).toBe(
      addresses.stakingPool,
    )
    expect(await publicClient.readContract({ ...votes, functionName: 'votingPeriod' })).toBe(
      BigInt(LOCAL_GOVERNANCE.votingPeriod),
    )
    expect(
      await publicClient.readContract({
        abi: timelockAbi,
        address: addresses.timelock,
        functionName: 'getMinDelay',
      }),
    ).toBe(BigInt(LOCAL_GOVERNANCE.timelockSeconds))
  })

  it('is changed by a vote of its stakers, and by nothing faster [case 10]', async () => {
    const { addresses } = deployment
    const wallet = createWalletClient({ account, chain: foundry, transport: http(chain.http) })
    const test = createTestClient({ mode: 'anvil', chain: foundry, transport: http(chain.http) })
    const sent = async (hash: Promise<`0x${string}`>) => {
      const receipt = await publicClient.waitForTransactionReceipt({ hash: await hash })
      expect(receipt.status).toBe('success')
    }
    const pass = async (seconds: number) => {
      await test.increaseTime({ seconds })
      await test.mine({ blocks: 1 })
    }
    const amount = LOCAL_GOVERNANCE.quorum
    const pool = { abi: stakingPoolAbi, address: addresses.stakingPool } as const
    const token = { abi: ogpuAbi, address: addresses.ogpu } as const
    const governor = { abi: governorAbi, address: addresses.governor } as const
    await sent(wallet.writeContract({ ...token, functionName: 'approve', args: [pool.address, amount] }))
    await sent(wallet.writeContract({ ...pool, functionName: 'stake', args: [amount] }))
    await sent(wallet.writeContract({ ...pool, functionName: 'delegate', args: [account.address] }))
    await pass(1)
    const call = encodeFunctionData({ abi: ogpuAbi, functionName: 'setTax', args: [300n] })
    const plan = [[token.address], [0n], [call]] as const
    const description = 'Lower the tax to three percent'
    await sent(wallet.writeContract({ ...governor, functionName: 'propose', args: [...plan, description] }))
    const named = [...plan, keccak256(toHex(description))] as const
    const id = await publicClient.readContract({ ...governor, functionName: 'hashProposal', args: named })
    await pass(LOCAL_GOVERNANCE.votingDelay + 1)
    await sent(wallet.writeContract({ ...governor, functionName: 'castVote', args: [id, 1] }))
    await expect(wallet.writeContract({ ...governor, functionName: 'queue', args: named })).rejects.toThrow(
      'GovernorUnexpectedProposalState',
    )
    await pass(LOCAL_GOVERNANCE.votingPeriod + 1)
    await sent(wallet.writeContract({ ...governor, functionName: 'queue', args: named }))
    await expect(wallet.writeContract({ ...governor, functionName: 'execute', args: named })).rejects.toThrow(
      'TimelockUnexpectedOperationState',
    )
    await pass(LOCAL_GOVERNANCE.timelockSeconds)
    await sent(wallet.writeContract({ ...governor, functionName: 'execute', args: named }))
    expect(await publicClient.readContract({ ...token, functionName: 'taxBps' })).toBe(300n)
  })

  it('is accepted where it stands, and its id names chain, code and addresses', async () => {
    await expect(verifyDeployment(publicClient, deployment)).resolves.toBeUndefined()
    expect(deployment.id).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('is refused with a wrong address, changed code, another build or another chain [case 71]', async () => {
    const { addresses } = deployment
    await expect(
      verifyDeployment(publicClient, { ...deployment, addresses: { ...addresses, escrow: addresses.ogpu } }),
    ).rejects.toMatchObject({ code: 'deployment.otherCode' })
    await expect(
      verifyDeployment(publicClient, { ...deployment, addresses: { ...addresses, escrow: treasury } }),
    ).rejects.toMatchObject({ code: 'deployment.missing' })
    await expect(
      verifyDeployment(publicClient, { ...deployment, codeHash: `0x${'11'.repeat(32)}` }),
    ).rejects.toMatchObject({ code: 'deployment.otherCode' })
    await expect(verifyDeployment(publicClient, { ...deployment, chainId: 1 })).rejects.toMatchObject({
      code: 'deployment.otherChain',
    })

    const test = createTestClient({ mode: 'anvil', chain: foundry, transport: http(chain.http) })
    const code = await publicClient.getCode({ address: addresses.nodeRegistry })
    if (!code) throw new Error('the registry has no code')
    const last = code.endsWith('00') ? '01' : '00'
    await test.setCode({
      address: addresses.nodeRegistry,
      bytecode: `${code.slice(0, -2)}${last}` as `0x${string}`,
    })
    await expect(verifyDeployment(publicClient, deployment)).rejects.toMatchObject({
      code: 'deployment.otherCode',
    })
    await test.setCode({ address: addresses.nodeRegistry, bytecode: code })
    await expect(verifyDeployment(publicClient, deployment)).resolves.toBeUndefined()
  })

  it('made twice with the same code is another deployment', async () => {
    const second = await deployTo(chain.http)
    expect(second.codeHash).toBe(deployment.codeHash)
    expect(second.id).not.toBe(deployment.id)
  })
})

import { readFileSync } from 'node:fs'
import {
  type Abi,
  createPublicClient,
  createWalletClient,
  hashDomain,
  hashStruct,
  hashTypedData,
  http,
  keccak256,
  type PublicClient,
  stringToHex,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Address } from '#lib/kernel/ids.ts'
import {
  type Bid,
  MESSAGE_TYPES,
  marketDomain,
  type Opening,
  type Order,
  orderId,
  type RevealMessage,
  resultCommitment,
  sealHash,
} from '#lib/protocol/messages.ts'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { forgeBuild } from '../../scripts/contracts/compile.ts'
import { deployContracts } from './deploy.ts'
import type { Deployment } from './deployment.ts'
import { taskMarketAbi } from './generated/abis.ts'
import {
  LOCAL_EPOCH_SECONDS,
  LOCAL_LIQUIDITY,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_UNBOND_SECONDS,
} from './parameters.ts'

const account = mnemonicToAccount('test test test test test test test test test test test junk')
const PROBE = 'contracts/out/MessagesProbe.sol/MessagesProbe.json'
const TYPES: Record<string, readonly { name: string; type: string }[]> = MESSAGE_TYPES

let chain: TestChain
let publicClient: PublicClient
let deployment: Deployment
let probe: { abi: Abi; address: Address }

const bytes32 = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`
const node: Address = '0x1111111111111111111111111111111111111111'
const order: Order = {
  customer: '0x2222222222222222222222222222222222222222',
  auctioneer: '0x3333333333333333333333333333333333333333',
  specHash: bytes32(0xabc),
  maxPrice: 12_345_678_901_234_567_890n,
  gpuClass: 513,
  validation: 1,
  comparison: 1,
  members: 5,
  timeout: 601,
  softSeconds: 1_201,
  hardSeconds: 2_401,
  floorBps: 4_321,
  submitBy: 1_900_000_000n,
  nonce: 2n ** 255n + 7n,
}
const bid: Bid = { order: bytes32(77), attempt: 3, node, price: 99n, rate: 7n, validUntil: 1_900_000_001n }
const attempt = { order: bytes32(78), attempt: 2, node }
const opening: Opening = {
  outcome: 2,
  outputHash: bytes32(5),
  manifestHash: bytes32(6),
  secondsUsed: 4_000_000_000,
  salt: bytes32(7),
}
const reveal: RevealMessage = {
  order: bytes32(79),
  attempt: 4,
  member: node,
  outcome: 1,
  outputHash: bytes32(8),
  secondsUsed: 61,
  salt: bytes32(9),
  agrees: 0b1011,
}

beforeAll(async () => {
  forgeBuild('.', ['contracts/test/support/MessagesProbe.sol'])
  const artifact = JSON.parse(readFileSync(PROBE, 'utf8')) as {
    abi: Abi
    bytecode: { object: `0x${string}` }
  }
  chain = await startAnvil()
  const transport = http(chain.http)
  publicClient = createPublicClient({ chain: foundry, transport, pollingInterval: 50 }) as PublicClient
  const walletClient = createWalletClient({ account, chain: foundry, transport })
  deployment = await deployContracts({
    walletClient,
    publicClient,
    parameters: {
      market: LOCAL_MARKET_PARAMETERS,
      minimumBond: LOCAL_MINIMUM_BOND,
      unbondSeconds: LOCAL_UNBOND_SECONDS,
      treasury: account.address,
      tokenHolder: account.address,
      liquidity: LOCAL_LIQUIDITY,
      epochSeconds: LOCAL_EPOCH_SECONDS,
    },
  })
  const hash = await walletClient.deployContract({ abi: artifact.abi, bytecode: artifact.bytecode.object })
  const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash })
  if (!contractAddress) throw new Error('the probe was not deployed')
  probe = { abi: artifact.abi, address: contractAddress }
})
afterAll(() => chain?.stop())

const ask = (functionName: string, args: readonly unknown[] = []) =>
  publicClient.readContract({ ...probe, functionName, args })

describe('the signed messages in TypeScript and in Solidity', () => {
  it('have the same type hashes, all nine', async () => {
    const ours = Object.entries(MESSAGE_TYPES).map(([name, fields]) =>
      keccak256(stringToHex(`${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`)),
    )
    expect(await ask('typeHashes')).toEqual(ours)
  })

  it('have the same struct hashes', async () => {
    const cases = [
      ['order', 'Order', order],
      ['bid', 'Bid', bid],
      ['start', 'Start', attempt],
      ['handBack', 'HandBack', attempt],
      ['result', 'Result', { ...attempt, commitment: bytes32(10) }],
      ['seal', 'Seal', { order: bytes32(11), attempt: 1, member: node, seal: bytes32(12) }],
      ['reveal', 'Reveal', reveal],
    ] as const
    for (const [functionName, primaryType, data] of cases) {
      const ours = hashStruct({ data: { ...data }, primaryType, types: TYPES })
      expect([functionName, await ask(functionName, [data])]).toEqual([functionName, ours])
    }
    const cancel = hashStruct({
      data: { order: bytes32(13) },
      primaryType: 'Cancel',
      types: TYPES,
    })
    expect(await ask('cancel', [bytes32(13)])).toBe(cancel)
  })

  it('give an order the same id, under the same domain', async () => {
    const domain = marketDomain(foundry.id, deployment.addresses.taskMarket)
    const market = { abi: taskMarketAbi, address: deployment.addresses.taskMarket } as const
    expect(await publicClient.readContract({ ...market, functionName: 'orderId', args: [order] })).toBe(
      orderId(domain, order),
    )
    const separator = hashDomain({
      domain: {
        name: 'OpenGPU TaskMarket',
        version: '1',
        chainId: BigInt(foundry.id),
        verifyingContract: market.address,
      },
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'version', type: 'string' },
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'address' },
        ],
      },
    })
    expect(await publicClient.readContract({ ...market, functionName: 'domainSeparator' })).toBe(separator)
    expect(hashTypedData({ domain, types: MESSAGE_TYPES, primaryType: 'Order', message: order })).toBe(
      orderId(domain, order),
    )
  })

  it('have the same result commitment and the same seal', async () => {
    expect(await ask('commitment', [attempt.order, attempt.attempt, attempt.node, opening])).toBe(
      resultCommitment(attempt, opening),
    )
    expect(await ask('sealOf', [reveal])).toBe(sealHash(reveal))
    // The seal hides what the others' outputs decide, and nothing else.
    expect(await ask('sealOf', [{ ...reveal, agrees: 0 }])).toBe(sealHash(reveal))
    expect(await ask('sealOf', [{ ...reveal, secondsUsed: 62 }])).not.toBe(sealHash(reveal))
  })
})

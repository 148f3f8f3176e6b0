/** The token and the contracts that its shares are minted to. */
import { type ContractConstructorArgs, encodeDeployData, getContractAddress } from 'viem'
import { type Address, lower } from '../kernel/ids.ts'
import type { Sender } from './deploySender.ts'
import { merkleAirdropAbi, ogpuAbi, providerEmissionAbi, taxRouterAbi, vestingAbi } from './generated/abis.ts'
import { artifacts } from './generated/artifacts.ts'
import { PAIR_CODE_HASH } from './generated/exchange.ts'
import type { DeployParameters, ExchangeAddresses } from './parameters.ts'

const MAX_TAX_BPS = 500
const WEEK = 7 * 24 * 3_600

export interface TokenAddresses {
  readonly ogpu: Address
  readonly vesting: Address
  readonly merkleAirdrop: Address
  readonly providerEmission: Address
  readonly taxRouter: Address
}

/**
 * Deploys the token and, right after it, the contracts that hold its locked shares. The token mints to addresses that
 * follow from the deployer's next nonces; each of those contracts refuses to be made unless its share is there.
 */
export async function deployToken(
  sender: Sender,
  exchange: ExchangeAddresses,
  parameters: DeployParameters,
): Promise<TokenAddresses> {
  const { deployer } = sender
  const nonce = BigInt(await sender.nonceOf('OGPU'))
  const next = (offset: bigint): Address =>
    lower(getContractAddress({ from: deployer, nonce: nonce + offset }))
  const { treasury, tokenHolder } = parameters
  const tokenArgs: ContractConstructorArgs<typeof ogpuAbi> = [
    {
      ecosystem: parameters.ecosystem ?? tokenHolder,
      team: next(1n),
      community: next(2n),
      providers: next(3n),
      reserve: tokenHolder,
    },
    {
      factory: exchange.factory,
      pairCodeHash: PAIR_CODE_HASH,
      weth: exchange.weth,
      taxRouter: next(4n),
    },
    BigInt(parameters.taxBps ?? MAX_TAX_BPS),
    deployer,
  ]
  const ogpu = await sender.create(
    'OGPU',
    encodeDeployData({ abi: ogpuAbi, bytecode: artifacts.ogpu.creation, args: tokenArgs }),
  )
  const vesting = await sender.create(
    'Vesting',
    encodeDeployData({ abi: vestingAbi, bytecode: artifacts.vesting.creation, args: [ogpu, deployer] }),
  )
  const merkleAirdrop = await sender.create(
    'MerkleAirdrop',
    encodeDeployData({
      abi: merkleAirdropAbi,
      bytecode: artifacts.merkleAirdrop.creation,
      args: [ogpu, treasury, deployer],
    }),
  )
  const providerEmission = await sender.create(
    'ProviderEmission',
    encodeDeployData({
      abi: providerEmissionAbi,
      bytecode: artifacts.providerEmission.creation,
      args: [ogpu, BigInt(parameters.epochSeconds ?? WEEK), treasury, deployer],
    }),
  )
  const taxRouter = await sender.create(
    'TaxRouter',
    encodeDeployData({
      abi: taxRouterAbi,
      bytecode: artifacts.taxRouter.creation,
      args: [ogpu, exchange.weth, treasury, treasury, deployer],
    }),
  )
  return { ogpu, vesting, merkleAirdrop, providerEmission, taxRouter }
}

/** Takes holders out of the wallet limit for good; those that are already stay as they are. */
export async function exemptHolders(
  { read, call }: Sender,
  ogpu: Address,
  holders: readonly Address[],
): Promise<void> {
  const token = { address: ogpu, abi: ogpuAbi } as const
  for (const holder of holders) {
    if (await read.readContract({ ...token, functionName: 'isCore', args: [holder] })) continue
    await call(`OGPU.exempt ${holder}`, { ...token, functionName: 'exempt', args: [holder, true] })
  }
}

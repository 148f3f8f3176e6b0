import { concat, encodeAbiParameters, encodeDeployData, type Hex, keccak256, type PublicClient } from 'viem'
import { AppError } from '../kernel/errors.ts'
import { type Address, lower } from '../kernel/ids.ts'
import { deployExchange, openMarket } from './deployExchange.ts'
import { deployGovernance, handOver } from './deployGovernance.ts'
import { type DeployJournal, memoryJournal } from './deployJournal.ts'
import { DEPLOYED_NAMES, type Deployment } from './deployment.ts'
import { type Deployer, openSender } from './deploySender.ts'
import { deployStaking, deployStreams } from './deployStakes.ts'
import { deployToken, exemptHolders } from './deployToken.ts'
import {
  escrowAbi,
  nodeRegistryAbi,
  ogpuAbi,
  providerEmissionAbi,
  stakingPoolAbi,
  taskMarketAbi,
  taxRouterAbi,
} from './generated/abis.ts'
import { artifacts, type ContractKey, type LibraryKey } from './generated/artifacts.ts'
import type { DeployParameters } from './parameters.ts'

const CONTRACT_KEYS = [
  'ogpu',
  'nodeRegistry',
  'escrow',
  'taskMarket',
  'vesting',
  'merkleAirdrop',
  'providerEmission',
  'taxRouter',
  'stakingPool',
  'streamPayments',
  'timelock',
  'governor',
] as const satisfies readonly ContractKey[]
const LIBRARY_KEYS: readonly LibraryKey[] = ['auction', 'attempts', 'committee']

/** Hash over the code of every contract and library this build was made from. */
export const CODE_HASH: Hex = keccak256(
  concat([...CONTRACT_KEYS, ...LIBRARY_KEYS].map((key) => artifacts[key].codeHash)),
)

/**
 * Deploys and wires token, locked shares, exchange, registry, escrow, task market, staking pool, payment channels and
 * governance from the committed code; needs no compiler. With a journal it can be cut off anywhere and called again with the
 * same parameters: what was done is not done twice. The deployer must be alone on its key meanwhile. Ends with the timelock as
 * the owner of everything: the deployer keeps nothing but what it holds in tokens, and the guardian's pause where no other
 * guardian is named. Throws AppError `deployment.failed` when a transaction reverts.
 */
export async function deployContracts(options: {
  walletClient: Deployer
  publicClient: PublicClient
  parameters: DeployParameters
  /** Where to go on when this was begun before; without it nothing is kept. */
  journal?: DeployJournal
}): Promise<Deployment> {
  const { walletClient, publicClient, parameters } = options
  const sender = await openSender(walletClient, publicClient, options.journal ?? memoryJournal())
  const { deployer, create, call } = sender
  const guardian = parameters.guardian ?? deployer

  const libraries = {} as Record<LibraryKey, Address>
  for (const key of LIBRARY_KEYS)
    libraries[key] = await create(artifacts[key].contract, artifacts[key].creation)

  const exchange = await deployExchange(sender, parameters)
  const token = await deployToken(sender, exchange, parameters)
  const { ogpu } = token
  const nodeRegistry = await create(
    'NodeRegistry',
    encodeDeployData({
      abi: nodeRegistryAbi,
      bytecode: artifacts.nodeRegistry.creation,
      args: [ogpu, parameters.minimumBond, parameters.unbondSeconds, deployer, guardian],
    }),
  )
  const escrow = await create(
    'Escrow',
    encodeDeployData({
      abi: escrowAbi,
      bytecode: artifacts.escrow.creation,
      args: [ogpu, deployer, guardian],
    }),
  )
  const taskMarket = await create(
    'TaskMarket',
    encodeDeployData({
      abi: taskMarketAbi,
      bytecode: linked('taskMarket', libraries),
      args: [nodeRegistry, escrow, parameters.treasury, parameters.market, deployer, guardian],
    }),
  )
  await call('NodeRegistry.setMarket', {
    address: nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'setMarket',
    args: [taskMarket, escrow],
  })
  await call('Escrow.setMarket', {
    address: escrow,
    abi: escrowAbi,
    functionName: 'setMarket',
    args: [taskMarket],
  })
  await call('ProviderEmission.setRecorders', {
    address: token.providerEmission,
    abi: providerEmissionAbi,
    functionName: 'setRecorders',
    args: [taskMarket, nodeRegistry],
  })
  const stakingPool = await deployStaking(sender, ogpu, guardian)
  const streamPayments = await deployStreams(sender, ogpu, guardian, parameters)
  await call('TaxRouter.setRecipients', {
    address: token.taxRouter,
    abi: taxRouterAbi,
    functionName: 'setRecipients',
    args: [stakingPool, parameters.treasury],
  })
  await call('StakingPool.setRegistry', {
    address: stakingPool,
    abi: stakingPoolAbi,
    functionName: 'setRegistry',
    args: [nodeRegistry],
  })
  await call('NodeRegistry.setPool', {
    address: nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'setPool',
    args: [stakingPool],
  })
  await call('NodeRegistry.setEmission', {
    address: nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'setEmission',
    args: [token.providerEmission],
  })
  if (parameters.rounds) {
    await call('NodeRegistry.setRoundParameters', {
      address: nodeRegistry,
      abi: nodeRegistryAbi,
      functionName: 'setRoundParameters',
      args: [parameters.rounds.seconds, parameters.rounds.attestors],
    })
  }
  const { timelock, governor } = await deployGovernance(sender, stakingPool, parameters)
  // Before anybody can hold oGPU there: what they hold is other people's, and no limit may stop it.
  await exemptHolders(sender, ogpu, [nodeRegistry, escrow, stakingPool, streamPayments, parameters.treasury])
  const pair = await openMarket(sender, ogpu, exchange, timelock, parameters)

  await handOver(sender, timelock, [
    ...Object.values(token),
    nodeRegistry,
    escrow,
    taskMarket,
    stakingPool,
    streamPayments,
  ])

  const chainId = await publicClient.getChainId()
  const addresses = {
    ...token,
    nodeRegistry,
    escrow,
    taskMarket,
    stakingPool,
    streamPayments,
    timelock,
    governor,
    exchangeFactory: exchange.factory,
    exchangeRouter: exchange.router,
    weth: exchange.weth,
    pair,
  }
  return {
    id: await deploymentId(publicClient, chainId, addresses),
    chainId,
    blockNumber: sender.fromBlock,
    codeHash: CODE_HASH,
    addresses,
    treasury: lower(parameters.treasury),
  }
}

/**
 * Makes sure that `deployment` is on this chain and made of this build's code. Throws AppError: `deployment.otherChain`
 * (chain id or genesis differ), `deployment.missing` (no code at an address) or `deployment.otherCode` (code differs).
 */
export async function verifyDeployment(publicClient: PublicClient, deployment: Deployment): Promise<void> {
  const chainId = await publicClient.getChainId()
  if (chainId !== deployment.chainId) {
    throw new AppError(
      'deployment.otherChain',
      `the contracts are on chain ${deployment.chainId}, but this is chain ${chainId}`,
      { status: 500 },
    )
  }
  if (deployment.codeHash !== CODE_HASH) {
    throw new AppError(
      'deployment.otherCode',
      'the deployed contracts were built from other sources than this program',
      {
        status: 500,
        details: { deployed: deployment.codeHash, ours: CODE_HASH },
      },
    )
  }
  for (const name of DEPLOYED_NAMES) {
    if (deployment.addresses[name] === undefined) {
      throw new AppError('deployment.missing', `the deployment does not say where ${name} is`, {
        status: 500,
      })
    }
  }
  const market = await checkedCode(publicClient, 'taskMarket', deployment.addresses.taskMarket)
  for (const key of CONTRACT_KEYS) {
    if (key !== 'taskMarket') await checkedCode(publicClient, key, deployment.addresses[key])
  }
  for (const key of LIBRARY_KEYS) {
    const start = artifacts.taskMarket.runtimeLinks[key]?.[0]
    if (start === undefined) continue
    await checkedCode(publicClient, key, `0x${market.slice(2 + start * 2, 2 + (start + 20) * 2)}`)
  }
  await checkExchange(publicClient, deployment)
  if ((await deploymentId(publicClient, chainId, deployment.addresses)) !== deployment.id) {
    throw new AppError('deployment.otherChain', 'the contracts belong to another chain with the same id', {
      status: 500,
    })
  }
}

async function checkedCode(
  publicClient: PublicClient,
  key: ContractKey | LibraryKey,
  address: Address,
): Promise<Hex> {
  const artifact = artifacts[key]
  const code = await publicClient.getCode({ address })
  if (!code || code === '0x') {
    throw new AppError('deployment.missing', `there is no ${artifact.contract} at ${address} on this chain`, {
      status: 500,
    })
  }
  if (keccak256(zeroed(code, artifact.open)) !== artifact.codeHash) {
    throw new AppError(
      'deployment.otherCode',
      `the code at ${address} is not the ${artifact.contract} of this program`,
      {
        status: 500,
      },
    )
  }
  return code
}

function zeroed(code: Hex, ranges: readonly (readonly [number, number])[]): Hex {
  let text: string = code
  for (const [start, length] of ranges) {
    text = text.slice(0, 2 + start * 2) + '0'.repeat(length * 2) + text.slice(2 + (start + length) * 2)
  }
  return text as Hex
}

function linked(key: ContractKey, libraries: Readonly<Record<LibraryKey, Address>>): Hex {
  let code: string = artifacts[key].creation
  for (const library of LIBRARY_KEYS) {
    for (const start of artifacts[key].links[library] ?? []) {
      code = code.slice(0, 2 + start * 2) + libraries[library].slice(2) + code.slice(2 + (start + 20) * 2)
    }
  }
  return code as Hex
}

async function deploymentId(
  publicClient: PublicClient,
  chainId: number,
  addresses: Deployment['addresses'],
): Promise<Hex> {
  const genesis = await publicClient.getBlock({ blockNumber: 0n })
  return keccak256(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'bytes32' }, { type: 'bytes32' }, { type: 'address[]' }],
      [BigInt(chainId), genesis.hash, CODE_HASH, DEPLOYED_NAMES.map((name) => addresses[name])],
    ),
  )
}

/** The exchange has code of others; what ties it to the token is what the token itself was built with. */
async function checkExchange(publicClient: PublicClient, { addresses }: Deployment): Promise<void> {
  const token = { address: addresses.ogpu, abi: ogpuAbi } as const
  const [factory, taxRouter, pair] = await Promise.all([
    publicClient.readContract({ ...token, functionName: 'factory' }),
    publicClient.readContract({ ...token, functionName: 'taxRouter' }),
    publicClient.readContract({ ...token, functionName: 'pairFor', args: [addresses.weth] }),
  ])
  const isSame =
    lower(factory) === addresses.exchangeFactory &&
    lower(taxRouter) === addresses.taxRouter &&
    lower(pair) === addresses.pair
  if (!isSame) {
    throw new AppError('deployment.otherCode', 'the exchange is not the one that the token was made for', {
      status: 500,
    })
  }
}

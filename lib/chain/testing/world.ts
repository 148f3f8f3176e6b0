/** What the tests of this room stand on: a real chain with the real contracts, a real database, customers and nodes. */
import {
  createWalletClient,
  custom,
  type LocalAccount,
  maxUint256,
  parseEther,
  type WalletClient,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { startPostgres } from '#tests/support/postgres.ts'
import { type Database, openDatabase } from '../../db/client.ts'
import { type Address, type Hex, lower } from '../../kernel/ids.ts'
import { createLogger } from '../../kernel/logger.ts'
import { type Bid, MESSAGE_TYPES, marketDomain, type Order, orderId } from '../../protocol/messages.ts'
import { type Chain, openChain } from '../client.ts'
import { contractsOf } from '../contracts.ts'
import { deployContracts } from '../deploy.ts'
import { type Deployment, recordDeployment } from '../deployment.ts'
import {
  LOCAL_EPOCH_SECONDS,
  LOCAL_LIQUIDITY,
  LOCAL_MARKET_PARAMETERS,
  LOCAL_MINIMUM_BOND,
  LOCAL_UNBOND_SECONDS,
} from '../parameters.ts'
import { createAuctioneer } from '../signer/auctioneer.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'

/** The well-known accounts of the local chain. */
export const account = (index: number): LocalAccount => mnemonicToAccount(MNEMONIC, { addressIndex: index })
export const DEPLOYER = 0
export const RELAYER = 1
export const AUCTIONEER = 2
export const CUSTOMER = 3

export const logger = createLogger('test', process.env.TEST_LOG ?? 'silent')

export interface World {
  readonly anvil: TestChain
  readonly chain: Chain
  readonly database: Database
  readonly databaseUrl: string
  readonly deployment: Deployment
  /** Four nodes of four owners, registered and live. */
  readonly nodes: readonly LocalAccount[]
  stop(): Promise<void>
}

export function walletOf(chain: Chain, who: LocalAccount): WalletClient {
  return createWalletClient({
    account: who,
    chain: anvil,
    transport: custom({ request: ({ method, params }) => chain.request(method, params ?? []) }),
  })
}

/** Sends a call as somebody and waits until it is mined. Throws when it reverts. */
export async function send(
  chain: Chain,
  who: LocalAccount,
  call: Parameters<WalletClient['writeContract']>[0],
): Promise<void> {
  const hash = await walletOf(chain, who).writeContract(call)
  const receipt = await chain.publicClient.waitForTransactionReceipt({ hash, pollingInterval: 20 })
  if (receipt.status !== 'success') throw new Error(`${call.functionName} reverted`)
}

/** Starts everything. `nodes` = how many nodes to register (each bond 10,000 oGPU), default 4. */
export async function startWorld(
  options: { nodes?: number; extraArguments?: readonly string[]; folder?: string } = {},
): Promise<World> {
  const [server, postgres] = await Promise.all([
    startAnvil({
      ...(options.extraArguments ? { extraArguments: options.extraArguments } : {}),
      ...(options.folder ? { folder: options.folder } : {}),
    }),
    startPostgres(),
  ])
  const chain = openChain({ rpcUrl: server.url, chainId: anvil.id })
  const database = openDatabase(postgres.url)
  const deployer = account(DEPLOYER)
  const walletClient = walletOf(chain, deployer) as Parameters<typeof deployContracts>[0]['walletClient']
  const deployment = await deployContracts({
    walletClient,
    publicClient: chain.publicClient,
    parameters: {
      market: LOCAL_MARKET_PARAMETERS,
      minimumBond: LOCAL_MINIMUM_BOND,
      unbondSeconds: LOCAL_UNBOND_SECONDS,
      treasury: account(9).address,
      tokenHolder: deployer.address,
      liquidity: LOCAL_LIQUIDITY,
      epochSeconds: LOCAL_EPOCH_SECONDS,
    },
  })
  await recordDeployment(database.db, deployment)
  const { ogpu, escrow } = contractsOf(deployment)
  await send(chain, deployer, {
    ...ogpu,
    functionName: 'transfer',
    args: [account(CUSTOMER).address, parseEther('100000')],
    chain: null,
    account: deployer,
  })
  const customer = account(CUSTOMER)
  await send(chain, customer, {
    ...ogpu,
    functionName: 'approve',
    args: [escrow.address, maxUint256],
    chain: null,
    account: customer,
  })
  await deposit(chain, deployment, parseEther('50000'))
  const nodes: LocalAccount[] = []
  for (let index = 0; index < (options.nodes ?? 4); index++)
    nodes.push(await registerNode(chain, deployment, index))
  return {
    anvil: server,
    chain,
    database,
    databaseUrl: postgres.url,
    deployment,
    nodes,
    stop: async () => {
      await chain.close()
      await database.close()
      await Promise.all([server.stop(), postgres.stop()])
    },
  }
}

export async function deposit(chain: Chain, deployment: Deployment, amount: bigint): Promise<void> {
  const customer = account(CUSTOMER)
  const { escrow } = contractsOf(deployment)
  await send(chain, customer, {
    ...escrow,
    functionName: 'deposit',
    args: [amount],
    chain: null,
    account: customer,
  })
}

async function registerNode(chain: Chain, deployment: Deployment, index: number): Promise<LocalAccount> {
  const owner = account(4 + index)
  const node = account(100 + index)
  const { ogpu, nodeRegistry } = contractsOf(deployment)
  const deployer = account(DEPLOYER)
  const bond = parseEther('10000')
  await send(chain, deployer, {
    ...ogpu,
    functionName: 'transfer',
    args: [owner.address, bond],
    chain: null,
    account: deployer,
  })
  await send(chain, owner, {
    ...ogpu,
    functionName: 'approve',
    args: [nodeRegistry.address, maxUint256],
    chain: null,
    account: owner,
  })
  const digest = await chain.publicClient.readContract({
    ...nodeRegistry,
    functionName: 'registrationDigest',
    args: [owner.address, node.address],
  })
  const signature = await (node.sign as NonNullable<LocalAccount['sign']>)({ hash: digest })
  await send(chain, owner, {
    ...nodeRegistry,
    functionName: 'register',
    args: [node.address, 1, 1n, bond, signature],
    chain: null,
    account: owner,
  })
  return node
}

let nextNonce = 1n

export interface SignedOrder {
  readonly order: Order
  readonly signature: Hex
  readonly id: Hex
}

/** A signed order of the customer. */
export async function newOrder(
  world: Pick<World, 'chain' | 'deployment'>,
  changes: Partial<Order> = {},
): Promise<SignedOrder> {
  const customer = account(CUSTOMER)
  const now = (await world.chain.publicClient.getBlock({ blockTag: 'latest' })).timestamp
  const order: Order = {
    customer: lower(customer.address) as Address,
    auctioneer: lower(account(AUCTIONEER).address) as Address,
    specHash: `0x${'11'.repeat(32)}`,
    maxPrice: parseEther('1'),
    gpuClass: 1,
    validation: 1,
    comparison: 0,
    members: 3,
    timeout: 60,
    softSeconds: 600,
    hardSeconds: 1200,
    floorBps: 5000,
    submitBy: now + 86_400n,
    nonce: nextNonce++,
    ...changes,
  }
  const domain = marketDomain(world.deployment.chainId, world.deployment.addresses.taskMarket)
  const signature = await customer.signTypedData({
    domain,
    types: { Order: MESSAGE_TYPES.Order },
    primaryType: 'Order',
    message: order,
  })
  return { order, signature, id: orderId(domain, order) }
}

/** A bid on an order, signed by node and auctioneer. */
export async function newBid(
  world: Pick<World, 'chain' | 'deployment' | 'nodes'>,
  order: SignedOrder,
  changes: Partial<Bid> & { nodeIndex?: number } = {},
): Promise<{ bid: Bid; nodeSignature: Hex; auctioneerSignature: Hex }> {
  const { nodeIndex = 0, ...fields } = changes
  const node = world.nodes[nodeIndex] as LocalAccount
  const now = (await world.chain.publicClient.getBlock({ blockTag: 'latest' })).timestamp
  const bid: Bid = {
    order: order.id,
    attempt: 1,
    node: lower(node.address) as Address,
    price: parseEther('0.5'),
    rate: 1n,
    validUntil: now + 3_600n,
    ...fields,
  }
  const domain = marketDomain(world.deployment.chainId, world.deployment.addresses.taskMarket)
  const nodeSignature = await node.signTypedData({
    domain,
    types: { Bid: MESSAGE_TYPES.Bid },
    primaryType: 'Bid',
    message: bid,
  })
  const auctioneerSignature = await createAuctioneer(account(AUCTIONEER), world.deployment).signBid(bid)
  return { bid, nodeSignature, auctioneerSignature }
}

/** Waits until `look` gives something other than undefined or false. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  what: string,
  milliseconds = 15_000,
): Promise<T> {
  const end = performance.now() + milliseconds
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** How many events of the market are about the order, on the chain itself. */
export async function timesOnChain(
  world: Pick<World, 'chain' | 'deployment'>,
  order: SignedOrder,
): Promise<number> {
  const { taskMarket } = world.deployment.addresses
  const logs = await world.chain.publicClient.getLogs({ address: taskMarket, fromBlock: 0n })
  return logs.filter((log) => log.topics[1] === order.id).length
}

/** Transactions that wait in the node's pool and could be mined. */
export async function poolSize(chain: Chain): Promise<number> {
  return Number((await chain.request<{ pending: string }>('txpool_status', [])).pending)
}

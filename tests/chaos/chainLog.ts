/** What the chain itself says at the end: every event since the deployment, and the balances behind them. Asks no table of ours. */
import { createPublicClient, http, type PublicClient } from 'viem'
import type { Deployment } from '#lib/chain/deployment.ts'
import { escrowAbi, nodeRegistryAbi, ogpuAbi, taskMarketAbi } from '#lib/chain/generated/abis.ts'
import { contractAt } from '#lib/chain/rules/contracts.ts'
import { decode } from '#lib/chain/rules/events.ts'
import { type Address, type Hex, lower } from '#lib/kernel/ids.ts'

export interface ChainLogEvent {
  readonly contract: string
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly transaction: Hex
  readonly block: number
}

export function reader(rpcUrl: string): PublicClient {
  return createPublicClient({ transport: http(rpcUrl.replace(/^ws/, 'http')), cacheTime: 0 }) as PublicClient
}

export async function readEvents(client: PublicClient, deployment: Deployment): Promise<ChainLogEvent[]> {
  const { addresses } = deployment
  const logs = await client.getLogs({
    address: [addresses.nodeRegistry, addresses.escrow, addresses.taskMarket],
    fromBlock: BigInt(deployment.blockNumber),
    toBlock: 'latest',
  })
  return logs.flatMap((log) => {
    const contract = contractAt(addresses, log.address)
    if (contract === null) return []
    const decoded = decode(contract, { address: log.address, topics: log.topics, data: log.data })
    if (decoded === null) return []
    return [{ contract, ...decoded, transaction: lower(log.transactionHash), block: Number(log.blockNumber) }]
  })
}

/** Wei. */
export interface Money {
  readonly free: bigint
  readonly locked: bigint
}

export async function escrowMoney(
  client: PublicClient,
  deployment: Deployment,
  account: Address,
): Promise<Money> {
  const escrow = { address: deployment.addresses.escrow, abi: escrowAbi } as const
  const [free, locked] = await Promise.all([
    client.readContract({ ...escrow, functionName: 'balanceOf', args: [account] }),
    client.readContract({ ...escrow, functionName: 'lockedOf', args: [account] }),
  ])
  return { free, locked }
}

/** A node's bond: what is left of it, and how much of that is locked. */
export async function bondMoney(
  client: PublicClient,
  deployment: Deployment,
  node: Address,
): Promise<{ readonly bond: bigint; readonly locked: bigint }> {
  const record = await client.readContract({
    address: deployment.addresses.nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'nodeOf',
    args: [node],
  })
  return { bond: record.bond, locked: record.lockedBond }
}

export function tokensOf(client: PublicClient, deployment: Deployment, holder: Address): Promise<bigint> {
  return client.readContract({
    address: deployment.addresses.ogpu,
    abi: ogpuAbi,
    functionName: 'balanceOf',
    args: [holder],
  })
}

export function treasuryOf(client: PublicClient, deployment: Deployment): Promise<Address> {
  return client
    .readContract({
      address: deployment.addresses.taskMarket,
      abi: taskMarketAbi,
      functionName: 'treasury',
    })
    .then(lower)
}

import { desc } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { deployments } from '../db/schema/chain.ts'
import type { Address, Hex } from '../kernel/ids.ts'

/** Our contracts, and the exchange they trade on: factory, router, WETH and the pair of it with oGPU. */
export const DEPLOYED_NAMES = [
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
  'exchangeFactory',
  'exchangeRouter',
  'weth',
  'pair',
] as const
export type DeployedName = (typeof DEPLOYED_NAMES)[number]

/** One set of contracts on one chain. Rows of the database carry its `id`. Addresses are lower-case. */
export interface Deployment {
  /** Hash of chain id, genesis hash, code hash and addresses: a new chain, code or address is another deployment. */
  readonly id: Hex
  readonly chainId: number
  /** The block from which the indexer reads. */
  readonly blockNumber: bigint
  /** Hash over the code of all contracts. */
  readonly codeHash: Hex
  readonly addresses: Readonly<Record<DeployedName, Address>>
  readonly treasury: Address
}

/** Writes a deployment down; from then on it is the current one. A repeat changes nothing. */
export async function recordDeployment(db: Db | Tx, deployment: Deployment): Promise<void> {
  await db
    .insert(deployments)
    .values({
      id: deployment.id,
      chainId: deployment.chainId,
      codeHash: deployment.codeHash,
      addresses: { ...deployment.addresses, treasury: deployment.treasury },
      fromBlock: Number(deployment.blockNumber),
    })
    .onConflictDoNothing()
}

/** The newest deployment that was written down; null before the first. */
export async function currentDeployment(db: Db | Tx): Promise<Deployment | null> {
  const [row] = await db.select().from(deployments).orderBy(desc(deployments.createdAt)).limit(1)
  if (!row) return null
  const { treasury, ...addresses } = row.addresses
  return {
    id: row.id as Hex,
    chainId: row.chainId,
    blockNumber: BigInt(row.fromBlock),
    codeHash: row.codeHash,
    addresses,
    treasury,
  }
}

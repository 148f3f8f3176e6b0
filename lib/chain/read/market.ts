/** Jobs, nodes, parameters and time as the chain has them now. */
import type { ContractFunctionReturnType } from 'viem'
import type { Address, Hex } from '../../kernel/ids.ts'
import type { Chain } from '../client.ts'
import { contractsOf } from '../contracts.ts'
import type { nodeRegistryAbi, taskMarketAbi } from '../generated/abis.ts'
import type { At } from '../write/call.ts'

export type ChainJob = ContractFunctionReturnType<typeof taskMarketAbi, 'view', 'jobOf'>
export type ChainSeats = ContractFunctionReturnType<typeof taskMarketAbi, 'view', 'seatsOf'>
export type ChainParameters = ContractFunctionReturnType<typeof taskMarketAbi, 'view', 'parameters'>
export type ChainNode = ContractFunctionReturnType<typeof nodeRegistryAbi, 'view', 'nodeOf'>

/** The job of an order as it is stored; state 0 when the chain does not know it. */
export function jobOf(chain: Chain, deployment: At, order: Hex): Promise<ChainJob> {
  const { taskMarket } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...taskMarket, functionName: 'jobOf', args: [order] })
}

/** The drawn seats of an order, in the order of the draw. */
export function seatsOf(chain: Chain, deployment: At, order: Hex): Promise<ChainSeats> {
  const { taskMarket } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...taskMarket, functionName: 'seatsOf', args: [order] })
}

/** The governed numbers that a job submitted now would live by. */
export function parameters(chain: Chain, deployment: At): Promise<ChainParameters> {
  const { taskMarket } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...taskMarket, functionName: 'parameters' })
}

/** The registered node; owner zero when there is none. */
export function nodeOf(chain: Chain, deployment: At, node: Address): Promise<ChainNode> {
  const { nodeRegistry } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...nodeRegistry, functionName: 'nodeOf', args: [node] })
}

/** Registered, active and not leaving. */
export function isLive(chain: Chain, deployment: At, node: Address): Promise<boolean> {
  const { nodeRegistry } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...nodeRegistry, functionName: 'isLive', args: [node] })
}

/** Wei of a node's bond that no duty has locked. */
export function freeBond(chain: Chain, deployment: At, node: Address): Promise<bigint> {
  const { nodeRegistry } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...nodeRegistry, functionName: 'freeBond', args: [node] })
}

/** Chain time in seconds: the timestamp of the newest block, the only clock of money and deadlines. */
export async function chainTime(chain: Chain): Promise<number> {
  const block = await chain.publicClient.getBlock({ blockTag: 'latest' })
  return Number(block.timestamp)
}

/** Jobs and parameters as the chain has them now. */
import type { ContractFunctionReturnType } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Chain } from '../client.ts'
import { contractsOf } from '../contracts.ts'
import type { taskMarketAbi } from '../generated/abis.ts'
import type { At } from '../write/call.ts'

export type ChainJob = ContractFunctionReturnType<typeof taskMarketAbi, 'view', 'jobOf'>
export type ChainParameters = ContractFunctionReturnType<typeof taskMarketAbi, 'view', 'parameters'>

/** The job of an order as it is stored; state 0 when the chain does not know it. */
export function jobOf(chain: Chain, deployment: At, order: Hex): Promise<ChainJob> {
  const { taskMarket } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...taskMarket, functionName: 'jobOf', args: [order] })
}

/** The governed numbers that a job submitted now would live by. */
export function parameters(chain: Chain, deployment: At): Promise<ChainParameters> {
  const { taskMarket } = contractsOf(deployment)
  return chain.publicClient.readContract({ ...taskMarket, functionName: 'parameters' })
}

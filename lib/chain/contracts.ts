/** Interface and address together, the way viem's read functions want them. */
import type { Deployment } from './deployment.ts'
import { ABIS } from './rules/contracts.ts'

export function contractsOf(deployment: Pick<Deployment, 'addresses'>) {
  const { addresses } = deployment
  return {
    ogpu: { abi: ABIS.ogpu, address: addresses.ogpu },
    nodeRegistry: { abi: ABIS.nodeRegistry, address: addresses.nodeRegistry },
    escrow: { abi: ABIS.escrow, address: addresses.escrow },
    taskMarket: { abi: ABIS.taskMarket, address: addresses.taskMarket },
  } as const
}

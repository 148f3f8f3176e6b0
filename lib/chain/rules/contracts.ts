/** Our contracts by name, with their interfaces. Pure: pages import it too. */
import type { Address } from '../../kernel/ids.ts'
import { escrowAbi, nodeRegistryAbi, ogpuAbi, taskMarketAbi } from '../generated/abis.ts'

export const ABIS = {
  ogpu: ogpuAbi,
  nodeRegistry: nodeRegistryAbi,
  escrow: escrowAbi,
  taskMarket: taskMarketAbi,
} as const

export type ContractName = keyof typeof ABIS
export type Addresses = Readonly<Record<ContractName, Address>>

/** What people call the contracts. */
export const CONTRACT_TITLES: Readonly<Record<ContractName, string>> = {
  ogpu: 'OGPU',
  nodeRegistry: 'NodeRegistry',
  escrow: 'Escrow',
  taskMarket: 'TaskMarket',
}

/** Which of our contracts lives at an address; null when none. Case does not matter. */
export function contractAt(addresses: Addresses, address: string | null | undefined): ContractName | null {
  if (!address) return null
  const wanted = address.toLowerCase()
  for (const name of Object.keys(ABIS) as ContractName[])
    if (addresses[name].toLowerCase() === wanted) return name
  return null
}

import type { Address } from '../../kernel/ids.ts'
import { DEPLOYED_NAMES, type DeployedName } from '../deployment.ts'

/** Addresses of a deployment that is on no chain: 0x…01 for the first contract, and so on. */
export function madeUpAddresses(): Readonly<Record<DeployedName, Address>> {
  const entries = DEPLOYED_NAMES.map((name, index): [DeployedName, Address] => [
    name,
    `0x${(index + 1).toString(16).padStart(40, '0')}`,
  ])
  return Object.fromEntries(entries) as Record<DeployedName, Address>
}

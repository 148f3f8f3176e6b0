import { keccak256, type LocalAccount } from 'viem'
import { type Hex, lower } from '../../kernel/ids.ts'
import type { Deployment } from '../deployment.ts'
import { assertRelayerMaySign, type Unsigned } from './policy.ts'

export interface ToSign extends Unsigned {
  readonly nonce: number
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** Signs a transaction of the relayer after the policy allowed it. The same input gives the same bytes and hash. */
export async function signRelayed(
  account: LocalAccount,
  deployment: Deployment,
  transaction: ToSign,
): Promise<{ raw: Hex; hash: Hex }> {
  assertRelayerMaySign(deployment, account.address, transaction)
  const raw = await account.signTransaction({ type: 'eip1559', ...transaction })
  return { raw, hash: lower(keccak256(raw)) }
}

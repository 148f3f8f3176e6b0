/** Balances as the chain has them now. Amounts in wei. */
import type { Address } from '../../kernel/ids.ts'
import { type Ogpu, ogpu } from '../../kernel/money.ts'
import type { Chain } from '../client.ts'
import { contractsOf } from '../contracts.ts'
import type { At } from '../write/call.ts'

/** Free and locked oGPU of an account in escrow. */
export async function escrowBalance(
  chain: Chain,
  deployment: At,
  account: Address,
): Promise<{ free: Ogpu; locked: Ogpu }> {
  const { escrow } = contractsOf(deployment)
  const [free, locked] = await Promise.all([
    chain.publicClient.readContract({ ...escrow, functionName: 'balanceOf', args: [account] }),
    chain.publicClient.readContract({ ...escrow, functionName: 'lockedOf', args: [account] }),
  ])
  return { free: ogpu(free), locked: ogpu(locked) }
}

/** oGPU and ETH in the account's own wallet. */
export async function walletBalance(
  chain: Chain,
  deployment: At,
  account: Address,
): Promise<{ ogpu: Ogpu; eth: bigint }> {
  const token = contractsOf(deployment).ogpu
  const [tokens, eth] = await Promise.all([
    chain.publicClient.readContract({ ...token, functionName: 'balanceOf', args: [account] }),
    chain.publicClient.getBalance({ address: account }),
  ])
  return { ogpu: ogpu(tokens), eth }
}

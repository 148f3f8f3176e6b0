import { recoverTypedDataAddress } from 'viem'
import type { JobsCtx } from '../jobs/ctx.ts'
import { type Address, type Hex, lower } from '../kernel/ids.ts'
import { type Bid, MESSAGE_TYPES, marketDomain } from '../protocol/messages.ts'

/** Whether the node's own key signed the bid. Nodes are plain keys, so no contract is asked. */
export async function isNodeSignature(
  ctx: Pick<JobsCtx, 'chain' | 'deployment'>,
  node: Address,
  bid: Bid,
  signature: Hex,
): Promise<boolean> {
  const domain = marketDomain(ctx.chain.chainId, ctx.deployment.addresses.taskMarket)
  try {
    const signer = await recoverTypedDataAddress({
      domain,
      types: MESSAGE_TYPES,
      primaryType: 'Bid',
      message: bid,
      signature,
    })
    return lower(signer) === node
  } catch {
    return false
  }
}

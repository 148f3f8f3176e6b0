/** Who signed a message of the market: the one place where typed data is checked off chain. */
import { recoverTypedDataAddress } from 'viem'
import { type Address, type Hex, lower } from '../kernel/ids.ts'
import { MESSAGE_TYPES, marketDomain } from '../protocol/messages.ts'
import type { JobsCtx } from './ctx.ts'
import { fromChain } from './fromChain.ts'

type Ctx = Pick<JobsCtx, 'chain' | 'deployment'>

export interface SignedMessage {
  readonly primaryType: keyof typeof MESSAGE_TYPES
  readonly message: object
  readonly signature: Hex
}

/** Whether a node signed it. Nodes are plain keys, so the signature alone tells and no contract is asked. */
export async function isNodeSignature(ctx: Ctx, node: Address, signed: SignedMessage): Promise<boolean> {
  return (await signerOf(ctx, signed)) === lower(node)
}

/**
 * Whether a customer signed it, with a plain key or as a contract wallet (ERC-1271, asked at the head of the chain). Throws
 * AppError `chain-down` when a contract has to be asked and the chain does not answer.
 */
export async function isCustomerSignature(
  ctx: Ctx,
  customer: Address,
  signed: SignedMessage,
): Promise<boolean> {
  if ((await signerOf(ctx, signed)) === lower(customer)) return true
  return fromChain(() => ctx.chain.publicClient.verifyTypedData({ address: customer, ...typed(ctx, signed) }))
}

/** The key behind a signature, or null when it is not one of a plain key. */
async function signerOf(ctx: Ctx, signed: SignedMessage): Promise<Address | null> {
  try {
    return lower(await recoverTypedDataAddress(typed(ctx, signed)))
  } catch {
    // Bytes of another length or off the curve: not an error of ours, and a contract wallet may still accept them.
    return null
  }
}

function typed(ctx: Ctx, { primaryType, message, signature }: SignedMessage) {
  const domain = marketDomain(ctx.chain.chainId, ctx.deployment.addresses.taskMarket)
  return { domain, types: MESSAGE_TYPES, primaryType, message: message as never, signature }
}

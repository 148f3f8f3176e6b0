import { EMBEDDED_CHAIN_ID } from '../kernel/embeddedChain.ts'
import { AppError } from '../kernel/errors.ts'
import type { Chain } from './client.ts'

/** Makes `count` blocks on the embedded chain. Throws AppError `not-embedded` on any other. */
export async function mineBlocks(chain: Pick<Chain, 'chainId' | 'request'>, count: number): Promise<void> {
  if (chain.chainId !== EMBEDDED_CHAIN_ID)
    throw new AppError(
      'not-embedded',
      `Blocks are made to order on the embedded chain alone, not on chain ${chain.chainId}.`,
    )
  if (count > 0) await chain.request('anvil_mine', [`0x${count.toString(16)}`])
}

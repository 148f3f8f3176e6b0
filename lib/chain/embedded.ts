import { AppError } from '../kernel/errors.ts'
import type { Chain } from './client.ts'

/** The chain id on which the network may make blocks, and nowhere else. */
const EMBEDDED_CHAIN_ID = 31337

/** Makes `count` blocks on the embedded chain. Throws `not_embedded` on any other. */
export async function mineBlocks(chain: Pick<Chain, 'chainId' | 'request'>, count: number): Promise<void> {
  if (chain.chainId !== EMBEDDED_CHAIN_ID)
    throw new AppError(
      'not_embedded',
      `Blocks are made to order on the embedded chain alone, not on chain ${chain.chainId}.`,
    )
  if (count > 0) await chain.request('anvil_mine', [`0x${count.toString(16)}`])
}

import { messageOf } from '../../kernel/errors.ts'
import type { Chain } from '../client.ts'

/** The chain's part of /api/health: well when it answers now and is the right one. */
export async function chainHealth(chain: Chain): Promise<{ ok: boolean; detail: string }> {
  const problem = chain.problem()
  if (problem !== null) return { ok: false, detail: problem }
  try {
    const number = await chain.request<string>('eth_blockNumber', [])
    return { ok: true, detail: `chain ${chain.chainId}, block ${Number(number)}` }
  } catch (error) {
    return { ok: false, detail: messageOf(error) }
  }
}

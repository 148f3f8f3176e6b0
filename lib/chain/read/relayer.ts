/** The relayer's wallet and what waits for it, for the ops page. */
import { and, asc, eq, isNotNull } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { intents } from '../../db/schema/chain.ts'
import type { Address } from '../../kernel/ids.ts'
import type { Chain } from '../client.ts'

/** `eth` in wei; `alert` is the reason of the oldest intent that waits with one, whichever process sends. */
export async function relayerView(
  db: Db,
  chain: Chain,
  deploymentId: string,
  address: Address,
): Promise<{ address: Address; eth: string; nonce: number; alert: string | null }> {
  const [eth, nonce, waiting] = await Promise.all([
    chain.publicClient.getBalance({ address }),
    chain.publicClient.getTransactionCount({ address }),
    db
      .select({ error: intents.error })
      .from(intents)
      .where(
        and(eq(intents.deploymentId, deploymentId), eq(intents.status, 'queued'), isNotNull(intents.error)),
      )
      .orderBy(asc(intents.createdAt))
      .limit(1),
  ])
  return { address, eth: eth.toString(), nonce, alert: waiting[0]?.error ?? null }
}

/** What moved in and out of an account's escrow balance, read from the chain's own events. */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { chainEvents } from '../db/schema/chain.ts'
import type { Address, Hex } from '../kernel/ids.ts'

export interface Movement {
  /** Name of the escrow event. */
  readonly kind: string
  readonly wei: string
  readonly at: string
  readonly transaction: Hex
}

/** The newest movements of an account, at most `limit`. Payments to the account are listed as well as those it made. */
export async function movementsOf(
  db: Db,
  deploymentId: string,
  account: Address,
  limit = 50,
): Promise<Movement[]> {
  const rows = await db
    .select()
    .from(chainEvents)
    .where(
      and(
        eq(chainEvents.deploymentId, deploymentId),
        eq(chainEvents.contract, 'escrow'),
        sql`(${chainEvents.args}->>'account' = ${account} or ${chainEvents.args}->>'to' = ${account})`,
      ),
    )
    .orderBy(desc(chainEvents.blockNumber), desc(chainEvents.logIndex))
    .limit(limit)
  return rows.map((row) => ({
    kind: row.name,
    wei: String(row.args.amount ?? '0'),
    at: new Date(row.blockTime * 1000).toISOString(),
    transaction: row.transactionHash,
  }))
}

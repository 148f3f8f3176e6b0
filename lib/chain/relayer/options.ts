import type { Sql } from 'postgres'
import type { LocalAccount } from 'viem'
import type { Db } from '../../db/client.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Chain } from '../client.ts'
import type { Deployment } from '../deployment.ts'

export interface RelayerOptions {
  readonly db: Db
  readonly sql: Sql
  readonly chain: Chain
  readonly deployment: Deployment
  /** The hot key. It pays gas and holds nothing else. */
  readonly account: LocalAccount
  readonly logger: Logger
  /** True on the embedded chain alone: a draw that waits for blocks asks the chain for them. */
  readonly embedded: boolean
  /** Transactions without a receipt at once (default 256 on the embedded chain, else 32). */
  readonly maxInFlight?: number
  /** A transaction is offered more after this many blocks without it (default 3)... */
  readonly replaceAfterBlocks?: number
  /** ...and at least this many seconds (default 12). */
  readonly replaceAfterSeconds?: number
  /** No offer above this, wei per gas (default 500 gwei): above it intents wait. */
  readonly maxFeeCap?: bigint
  /** Milliseconds between looks when nothing happens (default 2000). */
  readonly lookEvery?: number
}

/** What one holder of the sender's turn shares between its steps. */
export interface RelayerContext extends RelayerOptions {
  /** Why intents wait although they could go (fees, empty wallet); null when nothing is amiss. For people. */
  alert: string | null
  /** Why a transaction that is out cannot be offered more; null when nothing is amiss. For people. */
  stuck: string | null
  /** The newest block seen. */
  head: { number: number; baseFeePerGas: bigint } | null
  /** The chain's count of our transactions, and since when it stands there with transactions out; null when none are. */
  stillSince: { count: number; at: number } | null
  /** Blocks seen at the last offer of a transaction, by intent. */
  readonly offeredAt: Map<string, number>
}

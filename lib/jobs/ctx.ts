/** What the rooms of a job's life need from the process they run in. The composition root builds one. */
import type { Sql } from 'postgres'
import type { LocalAccount } from 'viem'
import type * as z from 'zod'
import type { Chain } from '../chain/client.ts'
import type { Deployment } from '../chain/deployment.ts'
import type { Db } from '../db/client.ts'
import type { Address } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import type { bidAnswerSchema, bidRequestSchema } from '../protocol/workerEvents.ts'

/** A bid request as it goes out: amounts as decimal strings. */
export type BidRequest = z.input<typeof bidRequestSchema>
/** What a node answered in time, parsed; `silent` when it did not. */
export type BidAnswer = z.output<typeof bidAnswerSchema> | { kind: 'silent' }
/** Asks nodes for bids in parallel; resolves after BID_MILLISECONDS at the latest with an answer for every node. */
export type AskBids = (nodes: readonly Address[], request: BidRequest) => Promise<Map<Address, BidAnswer>>

export interface JobsCtx {
  readonly db: Db
  readonly sql: Sql
  readonly deployment: Deployment
  readonly chain: Chain
  /** Signs the chosen bid; orders must name its address. */
  readonly auctioneer: LocalAccount
  /** Blocks after which money is final and results are released; 1 = the block itself. */
  readonly confirmations: number
  /** True on the embedded chain alone, which makes blocks only when asked to. */
  readonly embedded: boolean
  readonly logger: Logger
  readonly askBids: AskBids
}

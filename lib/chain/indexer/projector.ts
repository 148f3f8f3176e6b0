import type { Tx } from '../../db/client.ts'
import type { Hex } from '../../kernel/ids.ts'
import type { ChainEvent } from '../rules/events.ts'

export interface BlockRef {
  readonly number: number
  readonly hash: Hex
  /** Chain time, seconds. */
  readonly timestamp: number
}

/** A room that keeps its own picture of the chain. Every call is inside the transaction that moves the cursor. */
export interface Projector {
  /** New events, in the order of the chain. `block` is the newest block; a catch-up brings several blocks at once. */
  apply(tx: Tx, news: { block: BlockRef; events: readonly ChainEvent[] }): Promise<void>
  /** Blocks that are not part of the chain any more, newest first, and what was said in them. Their rows are gone already. */
  undo(tx: Tx, removed: { removedBlocks: readonly BlockRef[]; events: readonly ChainEvent[] }): Promise<void>
  /** Everything up to and including this block is final (N confirmations). Called with every move of the cursor. */
  finalize(tx: Tx, through: { throughBlock: number }): Promise<void>
}

import type { Projector } from '../indexer/projector.ts'
import type { ChainEvent } from '../rules/events.ts'

/** A picture of the chain of its own, kept by news alone: event by event, taken back where it is undone. */
export function ledger(): Projector & { readonly seen: Map<string, ChainEvent>; finalThrough: number } {
  const seen = new Map<string, ChainEvent>()
  const key = (event: ChainEvent): string => `${event.blockHash}:${event.logIndex}`
  const self = {
    seen,
    finalThrough: 0,
    apply: async (_tx: unknown, { events }: { events: readonly ChainEvent[] }) => {
      for (const event of events) {
        if (seen.has(key(event))) throw new Error('applied twice')
        seen.set(key(event), event)
      }
    },
    undo: async (_tx: unknown, { events }: { events: readonly ChainEvent[] }) => {
      for (const event of events)
        if (!seen.delete(key(event))) throw new Error('undone without having been applied')
    },
    finalize: async (_tx: unknown, { throughBlock }: { throughBlock: number }) => {
      self.finalThrough = throughBlock
    },
  }
  return self
}

import type { LogEntry } from '#lib/protocol/dashboardEvents.ts'

/** The log of one lease as far as this tab has read it: entries without gaps from 0 to `last`. */
export interface LogBook {
  readonly leaseId: string | null
  readonly entries: readonly LogEntry[]
  /** Sequence number of the last entry, -1 when there is none. */
  readonly last: number
}

export const EMPTY_BOOK: LogBook = { leaseId: null, entries: [], last: -1 }

export type Taken = { readonly book: LogBook; readonly ask: boolean }

/**
 * Adds what arrived. Entries seen before change nothing; a gap is not filled with a guess: `ask` says to ask again from
 * `last`. A new lease (the job was replaced onto another node) starts a new book.
 */
export function takeEntries(book: LogBook, leaseId: string, arrived: readonly LogEntry[]): Taken {
  const current = book.leaseId === leaseId ? book : { leaseId, entries: [], last: -1 }
  const entries = [...current.entries]
  let last = current.last
  for (const entry of [...arrived].sort((a, b) => a.seq - b.seq)) {
    if (entry.seq <= last) continue
    if (entry.seq > last + 1) return { book: { leaseId, entries, last }, ask: true }
    entries.push(entry)
    last = entry.seq
  }
  return { book: { leaseId, entries, last }, ask: false }
}

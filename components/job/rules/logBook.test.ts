import { describe, expect, it } from 'vitest'
import { EMPTY_BOOK, takeEntries } from './logBook.ts'

const entry = (seq: number) => ({ seq, stream: 'stdout' as const, text: `line ${seq}\n` })

describe('the log of a job in a tab', () => {
  it('takes entries in order and ignores those it has', () => {
    const first = takeEntries(EMPTY_BOOK, 'a', [entry(0), entry(1)]).book
    const again = takeEntries(first, 'a', [entry(1), entry(2), entry(0)])
    expect(again.book.entries.map((item) => item.seq)).toEqual([0, 1, 2])
    expect(again.ask).toBe(false)
  })
  it('asks again instead of showing a gap', () => {
    const taken = takeEntries(takeEntries(EMPTY_BOOK, 'a', [entry(0)]).book, 'a', [entry(2), entry(3)])
    expect(taken).toMatchObject({ ask: true, book: { last: 0 } })
  })
  it('starts anew when another node took the job over', () => {
    const taken = takeEntries(takeEntries(EMPTY_BOOK, 'a', [entry(0), entry(1)]).book, 'b', [entry(0)])
    expect(taken.book).toMatchObject({ leaseId: 'b', last: 0 })
  })
})

'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import * as z from 'zod'
import { dashboardSocket, reconnectDashboard } from '#components/realtime/dashboardSocket.ts'
import {
  DASHBOARD_EVENTS,
  jobChangedSchema,
  jobLogsSchema,
  logEntrySchema,
  watchReplySchema,
} from '#lib/protocol/dashboardEvents.ts'
import { EMPTY_BOOK, type LogBook, takeEntries } from './rules/logBook.ts'

const storedBook = z.object({
  leaseId: z.string().nullable(),
  entries: z.array(logEntrySchema),
  last: z.int(),
})
/** A page that is still older than the news asks again after so many milliseconds. */
const ASK_AGAIN = 3_000
/** Changes come in groups; the page is read once for those within so many milliseconds. */
const TOGETHER = 150
/** Longest log kept over a reload, in characters; a longer one is asked for again from the start. */
const KEPT_CHARACTERS = 1_000_000

function readBook(jobId: string): LogBook {
  try {
    const parsed = storedBook.safeParse(JSON.parse(sessionStorage.getItem(`log:${jobId}`) ?? 'null'))
    return parsed.success ? parsed.data : EMPTY_BOOK
  } catch {
    return EMPTY_BOOK
  }
}

function forgetBook(jobId: string): void {
  try {
    sessionStorage.removeItem(`log:${jobId}`)
  } catch {
    // A forbidden store holds nothing.
  }
}

function keepBook(jobId: string, book: LogBook): void {
  try {
    const text = JSON.stringify(book)
    if (text.length <= KEPT_CHARACTERS) sessionStorage.setItem(`log:${jobId}`, text)
    else sessionStorage.removeItem(`log:${jobId}`)
  } catch {
    // A full or forbidden store only means that a reload reads the log from the start.
  }
}

export interface JobFeed {
  readonly book: LogBook
  readonly connected: boolean
}

/**
 * Follows a job: reads the page again when the job's revision rises, until the page shows it, and collects its log. After
 * a reload or a lost connection it goes on from the last sequence number this tab has. With `deleted` the job's owner took
 * his data back: then this tab forgets its part too.
 */
export function useJobFeed(
  jobId: string,
  revision: number,
  leaseId: string | null,
  deleted: boolean,
): JobFeed {
  const router = useRouter()
  const [book, setBook] = useState<LogBook>(EMPTY_BOOK)
  const [connected, setConnected] = useState(false)
  const shown = useRef(revision)
  shown.current = revision
  const heard = useRef(revision)

  useEffect(() => {
    const socket = dashboardSocket()
    // The book of another run than the one shown is closed: its job was replaced onto another node.
    if (deleted) forgetBook(jobId)
    const kept = deleted ? EMPTY_BOOK : readBook(jobId)
    let held: LogBook = kept.leaseId === leaseId ? kept : { leaseId, entries: [], last: -1 }
    let reconnected = false
    setBook(held)
    let paint: number | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    let due = Number.POSITIVE_INFINITY

    const publish = () => {
      // A fast log sends many messages a frame; the page is drawn once.
      paint ??= requestAnimationFrame(() => {
        paint = null
        setBook(held)
        if (!deleted) keepBook(jobId, held)
      })
    }
    // A refresh can be lost on the way, so the page is behind until it shows what was heard, not until it was asked for.
    const readAgain = (after: number) => {
      const at = performance.now() + after
      if (at >= due) return
      clearTimeout(timer)
      due = at
      timer = setTimeout(() => {
        due = Number.POSITIVE_INFINITY
        if (heard.current <= shown.current) return
        router.refresh()
        readAgain(ASK_AGAIN)
      }, after)
    }
    const hear = (news: number) => {
      heard.current = Math.max(heard.current, news)
      if (heard.current > shown.current) readAgain(TOGETHER)
    }
    // Heard by an earlier run of this effect, whose timer ended with it.
    hear(shown.current)
    const watch = () =>
      socket.emit(DASHBOARD_EVENTS.watchJob, { jobId, leaseId, afterLog: held.last }, (reply: unknown) => {
        const parsed = watchReplySchema.safeParse(reply)
        if (!parsed.success) return
        if (parsed.data.kind === 'refused') {
          // The connection may be older than the session: its cookie was read when it was opened.
          if (!reconnected) {
            reconnected = true
            reconnectDashboard()
          }
          return
        }
        setConnected(true)
        hear(parsed.data.revision)
      })
    const onChanged = (message: unknown) => {
      const change = jobChangedSchema.safeParse(message)
      if (change.success && change.data.jobId === jobId) hear(change.data.revision)
    }
    const onLogs = (message: unknown) => {
      const logs = jobLogsSchema.safeParse(message)
      if (!logs.success || logs.data.jobId !== jobId) return
      const taken = takeEntries(held, logs.data.leaseId, logs.data.entries)
      held = taken.book
      publish()
      if (taken.ask) watch()
    }
    const onDisconnect = () => setConnected(false)

    socket.on('connect', watch)
    socket.on('disconnect', onDisconnect)
    socket.on(DASHBOARD_EVENTS.jobChanged, onChanged)
    socket.on(DASHBOARD_EVENTS.jobLogs, onLogs)
    if (socket.connected) watch()
    return () => {
      socket.emit(DASHBOARD_EVENTS.unwatchJob, { jobId })
      socket.off('connect', watch)
      socket.off('disconnect', onDisconnect)
      socket.off(DASHBOARD_EVENTS.jobChanged, onChanged)
      socket.off(DASHBOARD_EVENTS.jobLogs, onLogs)
      if (paint !== null) cancelAnimationFrame(paint)
      clearTimeout(timer)
    }
  }, [jobId, leaseId, deleted, router])

  return { book, connected }
}

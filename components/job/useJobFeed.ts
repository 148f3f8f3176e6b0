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
 * Follows a job: reads the page again when the job's revision rises, and collects its log. After a reload or a lost
 * connection it goes on from the last sequence number this tab has.
 */
export function useJobFeed(jobId: string, revision: number, leaseId: string | null): JobFeed {
  const router = useRouter()
  const [book, setBook] = useState<LogBook>(EMPTY_BOOK)
  const [connected, setConnected] = useState(false)
  const seen = useRef(revision)
  seen.current = Math.max(seen.current, revision)

  useEffect(() => {
    const socket = dashboardSocket()
    // The book of another run than the one shown is closed: its job was replaced onto another node.
    const kept = readBook(jobId)
    let held: LogBook = kept.leaseId === leaseId ? kept : { leaseId, entries: [], last: -1 }
    let reconnected = false
    setBook(held)
    let paint: number | null = null
    let refresh: ReturnType<typeof setTimeout> | null = null

    const publish = () => {
      // A fast log sends many messages a frame; the page is drawn once.
      paint ??= requestAnimationFrame(() => {
        paint = null
        setBook(held)
        keepBook(jobId, held)
      })
    }
    const readAgain = () => {
      refresh ??= setTimeout(() => {
        refresh = null
        router.refresh()
      }, 150)
    }
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
        if (parsed.data.revision > seen.current) {
          seen.current = parsed.data.revision
          readAgain()
        }
      })
    const onChanged = (message: unknown) => {
      const change = jobChangedSchema.safeParse(message)
      if (!change.success || change.data.jobId !== jobId || change.data.revision <= seen.current) return
      seen.current = change.data.revision
      readAgain()
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
      if (refresh !== null) clearTimeout(refresh)
    }
  }, [jobId, leaseId, router])

  return { book, connected }
}

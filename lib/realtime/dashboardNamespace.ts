/**
 * Browsers' and the CLI's sockets. News say that something changed and carry numbers to resume from; logs are read from
 * the database at the pace of the reader, so that a tab that sleeps costs nothing.
 */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Namespace, Socket } from 'socket.io'
import type * as z from 'zod'
import type { Db } from '../db/client.ts'
import { leases } from '../db/schema/dispatch.ts'
import { jobs } from '../db/schema/jobs.ts'
import { messageOf } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import {
  DASHBOARD_EVENTS,
  type LogEntry,
  watchJobSchema,
  type watchReplySchema,
} from '../protocol/dashboardEvents.ts'
import { backlog, sendBounded } from './connection.ts'
import { LIMITS } from './rules/limits.ts'
import { type Credentials, credentialsOf, mayConnect, viewerOf } from './viewer.ts'

const LOG_ENTRIES = 256
/** A message ends with the entry that reaches this. */
const LOG_BATCH_BYTES = 64 * 1024
const RECHECK_MILLISECONDS = 30_000
const NETWORK_ROOM = 'network'

type WatchReply = z.input<typeof watchReplySchema>
export type NetworkTopic = 'nodes' | 'jobs' | 'chain'

export interface DashboardNamespaceOptions {
  readonly db: Db
  readonly logger: Logger
  readonly isOurs: (origin: string) => boolean
  readonly isAdmin: (address: Address) => boolean
}

export interface Dashboards {
  jobChanged(news: { jobId: string; revision: number; state: string }): void
  /** Entries of this lease were stored. */
  logsAdded(leaseId: string): void
  /** At most one message a topic and second goes out. */
  networkChanged(topic: NetworkTopic): void
  stop(): void
}

interface Watch {
  readonly jobId: string
  leaseId: string | null
  sentThrough: number
  reading: boolean
  again: boolean
}

/** Serves the namespace. */
export function serveDashboards(namespace: Namespace, options: DashboardNamespaceOptions): Dashboards {
  /** Watches by lease, so that new entries wake only their readers. */
  const byLease = new Map<string, Set<() => void>>()
  const due = new Set<NetworkTopic>()

  namespace.use((socket, next) => {
    if (mayConnect(socket.handshake.headers, options.isOurs)) next()
    else next(new Error('foreign-origin'))
  })
  namespace.on('connection', (socket) => serve(socket, options, byLease))

  const ticker = setInterval(() => {
    for (const topic of due) namespace.to(NETWORK_ROOM).emit(DASHBOARD_EVENTS.networkChanged, { topic })
    due.clear()
  }, 1_000)

  return {
    jobChanged({ jobId, revision, state }) {
      for (const socket of local(namespace, jobRoom(jobId))) {
        sendBounded(socket, LIMITS.dashboardBacklogBytes, DASHBOARD_EVENTS.jobChanged, {
          jobId,
          revision,
          state,
        })
      }
      due.add('jobs')
    },
    logsAdded(leaseId) {
      for (const pump of byLease.get(leaseId) ?? []) pump()
    },
    networkChanged: (topic) => void due.add(topic),
    stop: () => clearInterval(ticker),
  }
}

const jobRoom = (jobId: string): string => `job:${jobId}`

function local(namespace: Namespace, room: string): Socket[] {
  const ids = namespace.adapter.rooms.get(room) ?? new Set<string>()
  return [...ids].map((id) => namespace.sockets.get(id)).filter((socket) => socket !== undefined)
}

function serve(
  socket: Socket,
  options: DashboardNamespaceOptions,
  byLease: Map<string, Set<() => void>>,
): void {
  const credentials: Credentials = credentialsOf(socket.handshake.headers)
  const watches = new Map<string, { watch: Watch; pump: () => void }>()

  function forget(jobId: string): void {
    const entry = watches.get(jobId)
    if (entry === undefined) return
    watches.delete(jobId)
    const { leaseId } = entry.watch
    if (leaseId === null) return
    byLease.get(leaseId)?.delete(entry.pump)
    if (byLease.get(leaseId)?.size === 0) byLease.delete(leaseId)
  }

  async function watchJob(raw: unknown): Promise<WatchReply> {
    const parsed = watchJobSchema.safeParse(raw)
    if (!parsed.success) return { kind: 'refused', code: 'invalid' }
    const { jobId, leaseId: asked, afterLog } = parsed.data
    const viewer = await viewerOf(options.db, credentials)
    const [job] = await options.db
      .select({ customer: jobs.customer, revision: jobs.revision, dataDeletedAt: jobs.dataDeletedAt })
      .from(jobs)
      .where(eq(jobs.id, jobId))
    // Somebody else's job and no job look the same.
    if (job === undefined || viewer === null || (job.customer !== viewer && !options.isAdmin(viewer))) {
      return { kind: 'refused', code: 'not-found' }
    }
    if (!watches.has(jobId) && watches.size >= LIMITS.watchesPerSocket) {
      return { kind: 'refused', code: 'too-many-watches' }
    }
    const leaseId = await runLease(options.db, jobId, asked)
    forget(jobId)
    if (!socket.connected) return { kind: 'refused', code: 'gone' }
    const watch: Watch = {
      jobId,
      leaseId,
      // Numbers count within one lease: for another than was asked about, the reader has seen none.
      sentThrough: leaseId === asked ? afterLog : -1,
      reading: false,
      again: false,
    }
    const pump = (): void => void sendLogs(socket, watch, options)
    watches.set(jobId, { watch, pump })
    await socket.join(jobRoom(jobId))
    if (leaseId !== null) {
      byLease.set(leaseId, (byLease.get(leaseId) ?? new Set()).add(pump))
      setImmediate(pump)
    }
    return { kind: 'watching', revision: job.revision, leaseId }
  }

  socket.on(DASHBOARD_EVENTS.watchJob, (raw: unknown, reply: unknown) => {
    if (typeof reply !== 'function') return
    watchJob(raw)
      .catch((error: unknown): WatchReply => {
        options.logger.warn({ error: messageOf(error) }, 'a job could not be watched')
        return { kind: 'refused', code: 'try-again' }
      })
      .then((answer) => (reply as (answer: WatchReply) => void)(answer))
  })
  socket.on(DASHBOARD_EVENTS.unwatchJob, (raw: unknown) => {
    const jobId = typeof raw === 'object' && raw !== null ? (raw as { jobId?: unknown }).jobId : raw
    if (typeof jobId !== 'string') return
    forget(jobId)
    void socket.leave(jobRoom(jobId))
  })
  socket.on(DASHBOARD_EVENTS.watchNetwork, () => void socket.join(NETWORK_ROOM))

  // A session that ended takes its watches with it.
  const recheck = setInterval(() => {
    if (watches.size === 0) return
    viewerOf(options.db, credentials).then(
      (viewer) => viewer === null && socket.disconnect(true),
      () => undefined,
    )
  }, RECHECK_MILLISECONDS)
  const drained = (): void => {
    for (const { pump } of watches.values()) pump()
  }
  socket.conn.on('drain', drained)
  socket.on('disconnect', () => {
    clearInterval(recheck)
    socket.conn.off('drain', drained)
    for (const jobId of [...watches.keys()]) forget(jobId)
  })
}

/** The run lease whose logs a reader follows: the one asked for when it belongs to the job, else the newest. */
async function runLease(db: Db, jobId: string, asked: string | null): Promise<string | null> {
  const rows = await db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.jobId, jobId), eq(leases.role, 'run')))
    .orderBy(desc(leases.fence))
  return (rows.find(({ id }) => id === asked) ?? rows[0])?.id ?? null
}

/** Sends what the reader has not seen, in order, until it is up to date or does not keep up; `drain` continues. */
async function sendLogs(socket: Socket, watch: Watch, options: DashboardNamespaceOptions): Promise<void> {
  watch.again = true
  if (watch.reading) return
  watch.reading = true
  try {
    while (watch.again && socket.connected && watch.leaseId !== null) {
      if (backlog(socket) > LIMITS.logBacklogBytes) return
      watch.again = false
      const batch = await nextEntries(options.db, watch.leaseId, watch.sentThrough)
      const last = batch.at(-1)
      if (last === undefined) continue
      socket.emit(DASHBOARD_EVENTS.jobLogs, { jobId: watch.jobId, leaseId: watch.leaseId, entries: batch })
      watch.sentThrough = last.seq
      // Perhaps there is more: the last look finds nothing.
      watch.again = true
    }
  } catch (error) {
    options.logger.warn({ error: messageOf(error) }, 'logs could not be read; the next entry tries again')
  } finally {
    watch.reading = false
  }
}

/** The next entries that fit in one message; at least one when there is one. */
async function nextEntries(db: Db, leaseId: string, after: number): Promise<LogEntry[]> {
  const rows = await db.execute(
    sql`select seq, stream, text from (
          select seq, stream, text, sum(octet_length(text)) over (order by seq) - octet_length(text) as before
          from (
            select seq, stream, text from log_entries
            where lease_id = ${leaseId} and seq > ${after} order by seq limit ${LOG_ENTRIES}
          ) next
        ) counted where before < ${LOG_BATCH_BYTES} order by seq`,
  )
  return rows as unknown as LogEntry[]
}

/**
 * Several server processes on one database: they hear of each other through Socket.IO's PostgreSQL adapter, so that an
 * engine can ask nodes whose sockets another process holds. Alone, nothing is asked of anybody.
 */
import { createAdapter } from '@socket.io/postgres-adapter'
import type { Namespace } from 'socket.io'
import { openPgPool } from '../db/pgPool.ts'
import { isPassing } from '../db/retry.ts'
import type { AskBids, BidAnswer, BidRequest } from '../jobs/ctx.ts'
import { messageOf } from '../kernel/errors.ts'
import { type Address, newId } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { toWire } from '../protocol/wire.ts'
import { BID_MILLISECONDS, bidAnswerSchema } from '../protocol/workerEvents.ts'

const ASK = 'opengpu:bids:ask'
const ANSWER = 'opengpu:bids:answer'
/** On top of what a node has: the way there and back. */
const TRAVEL_MILLISECONDS = 150
const WAIT_MILLISECONDS = 500
/** Where the adapter keeps messages too long for a notification. */
const TABLE = 'socket_io_attachments'

interface Question {
  readonly id: string
  readonly nodes: readonly Address[]
  readonly request: BidRequest
}
interface Answer {
  readonly id: string
  readonly node: Address
  readonly answer: BidAnswer
}

/** The adapter for a Socket.IO server, on connections of its own. */
export async function openCluster(databaseUrl: string, logger: Logger) {
  const complain = (error: Error): void =>
    logger.warn({ error: messageOf(error) }, 'the connection between server processes was lost')
  const pool = openPgPool(databaseUrl, { most: 3, onError: complain })
  // The database may have gone again since the process first saw it; that is no reason to end.
  for (;;) {
    try {
      await pool.query(
        `create table if not exists ${TABLE} (id bigserial primary key, created_at timestamptz default now(), payload bytea)`,
      )
      break
    } catch (error) {
      if (!isPassing(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))
    }
  }
  return {
    adapter: createAdapter(pool, { channelPrefix: 'opengpu_io', tableName: TABLE, errorHandler: complain }),
    close: () => pool.end(),
  }
}

/**
 * Asks nodes here over `local`, and those elsewhere through the other processes. A process that does not answer in time
 * makes its nodes silent. Answers of other processes are about their own nodes: they are ours, not strangers'.
 */
export function askEverywhere(
  namespace: Namespace,
  local: AskBids,
  isHere: (node: Address) => boolean,
): AskBids {
  const open = new Map<string, (answer: Answer) => void>()
  namespace.on(
    ASK as never,
    ((question: Question) => {
      const mine = question.nodes.filter(isHere)
      if (mine.length === 0) return
      void local(mine, question.request).then((answers) => {
        for (const [node, answer] of answers) {
          if (answer.kind !== 'silent')
            namespace.serverSideEmit(ANSWER, toPlain({ id: question.id, node, answer }))
        }
      })
    }) as never,
  )
  namespace.on(ANSWER as never, ((answer: Answer) => open.get(answer.id)?.(fromPlain(answer))) as never)

  async function elsewhere(nodes: readonly Address[], request: BidRequest): Promise<Map<Address, BidAnswer>> {
    const found = new Map<Address, BidAnswer>(nodes.map((node) => [node, { kind: 'silent' }]))
    const others = (await namespace.adapter.serverCount()) - 1
    if (nodes.length === 0 || others < 1) return found
    const id = newId('ask')
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, BID_MILLISECONDS + TRAVEL_MILLISECONDS)
      let missing = nodes.length
      open.set(id, ({ node, answer }) => {
        if (found.get(node)?.kind !== 'silent') return
        found.set(node, answer)
        if (--missing > 0) return
        clearTimeout(timer)
        resolve()
      })
      namespace.serverSideEmit(ASK, { id, nodes, request })
    })
    open.delete(id)
    return found
  }

  return async (nodes, request) => {
    const here = nodes.filter(isHere)
    const there = nodes.filter((node) => !isHere(node))
    const [mine, theirs] = await Promise.all([local(here, request), elsewhere(there, request)])
    return new Map([...mine, ...theirs])
  }
}

/** Bigints have no form of their own between processes. */
function toPlain({ answer, ...rest }: Answer): unknown {
  return { ...rest, answer: answer.kind === 'bid' ? { ...answer, bid: toWire(answer.bid) } : answer }
}

function fromPlain({ answer, ...rest }: Answer): Answer {
  return { ...rest, answer: bidAnswerSchema.parse(answer) }
}

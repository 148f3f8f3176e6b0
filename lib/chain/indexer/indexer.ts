/**
 * Follows the chain. The cursor is the highest row of `blocks`, known by its hash; every move of it is one transaction with
 * the blocks, their events and what the projectors make of them, so a crash at any moment leaves a whole picture.
 *
 * Woken by the subscription to new heads; a slow look every few seconds and one after every reconnection find what was
 * missed. When the node's chain does not contain our cursor (another block at that height, or a chain that is shorter: an
 * embedded chain that lost blocks) the common ancestor is searched among the blocks we know, and everything above it is
 * undone before anything new is applied.
 */
import type { Sql } from 'postgres'
import type { Db, Tx } from '../../db/client.ts'
import { inTransaction } from '../../db/retry.ts'
import { EMBEDDED_CHAIN_ID } from '../../kernel/embeddedChain.ts'
import { messageOf } from '../../kernel/errors.ts'
import type { Logger } from '../../kernel/logger.ts'
import { tracePoint } from '../../kernel/trace.ts'
import type { Chain, Header } from '../client.ts'
import type { Deployment } from '../deployment.ts'
import type { Running } from '../running.ts'
import { holdTurn, pause } from '../singleton.ts'
import { createBell } from '../wake.ts'
import type { Projector } from './projector.ts'
import { headerAt, latestHeader, linkedHeaders, withEvents } from './source.ts'
import {
  type Cursor,
  knownBlocks,
  readCursor,
  recordReorganisation,
  removeAbove,
  thinBlocks,
  writeBlocks,
} from './store.ts'

export type { Projector } from './projector.ts'

export interface IndexerOptions {
  readonly db: Db
  readonly sql: Sql
  readonly chain: Chain
  readonly deployment: Deployment
  readonly projectors: readonly Projector[]
  /** A block is final when the chain is this long counted from it, itself included: 1 = at once. */
  readonly confirmations: number
  readonly logger: Logger
  /** Milliseconds between looks when nothing is announced (default 3000). */
  readonly lookEvery?: number
  /** Most blocks in one transaction (default 256). */
  readonly window?: number
  /**
   * How long a node's chain may be shorter than ours before that is believed (default 0 on the embedded chain, else one
   * minute: a node behind others is common, a shrunken public chain is not).
   */
  readonly shorterPatience?: number
}

export interface RunningIndexer extends Running {
  /** Blocks between the newest announced block and the cursor; null before the first look. */
  lag(): number | null
}

/** A gap smaller than this between announcement and cursor is ordinary work, not ill health. */
const HEALTHY_LAG = 50
const HEALTHY_SILENCE = 15_000

export function startIndexer(options: IndexerOptions): RunningIndexer {
  const { db, chain, deployment, logger } = options
  const lookEvery = options.lookEvery ?? 3_000
  const largest = options.window ?? 256
  const shorterPatience = options.shorterPatience ?? (chain.chainId === EMBEDDED_CHAIN_ID ? 0 : 60_000)
  const first = Number(deployment.blockNumber)

  const bell = createBell()
  let announced: Header | null = null
  let tip = 0
  let cursor: Cursor | null = null
  let window = largest
  let shorterSince: number | null = null
  let problem: string | null = 'has not looked yet'
  let lastGood = performance.now()

  const stopHeads = chain.onHead((head) => {
    announced = head
    if (head) tip = head.number
    bell.ring()
  })

  /** One step towards the chain's head. True when there is nothing left to do. */
  async function step(): Promise<boolean> {
    const told = announced
    announced = null
    // The common case by far: the announced block follows the one we have.
    if (told && cursor && told.parentHash === cursor.hash && told.number === cursor.number + 1) {
      await advance(cursor, [told])
      return announced === null
    }
    const latest = await latestHeader(chain)
    tip = latest.number
    if (cursor && latest.hash === cursor.hash) return settled()
    if (cursor && !(await stillContains(cursor, latest))) return retreat(cursor, latest)
    shorterSince = null
    const from = cursor ? cursor.number + 1 : first
    if (latest.number < from) return settled()
    const to = Math.min(latest.number, from + window - 1)
    const headers = await linkedHeaders(chain, from, to, cursor?.hash ?? null)
    await advance(cursor, headers)
    window = Math.min(largest, window * 2)
    return to === latest.number && announced === null
  }

  function settled(): boolean {
    shorterSince = null
    return announced === null
  }

  async function stillContains(at: Cursor, latest: Header): Promise<boolean> {
    if (latest.number < at.number) return false
    return (await headerAt(chain, at.number))?.hash === at.hash
  }

  async function advance(from: Cursor | null, headers: readonly Header[]): Promise<void> {
    const list = await withEvents(chain, deployment, headers)
    const last = headers[headers.length - 1] as Header
    const block = { number: last.number, hash: last.hash, timestamp: last.timestamp }
    const events = list.flatMap((item) => item.events)
    tracePoint(logger, 'blockRead', { number: block.number })
    await move(from, block, async (tx) => {
      await writeBlocks(tx, deployment.id, list)
      for (const projector of options.projectors) await projector.apply(tx, { block, events })
      await finalize(tx, block.number)
      if (list.length > 1 || block.number % 64 === 0) await thinBlocks(tx, deployment.id, block.number)
    })
  }

  /** Undoes blocks that the chain no longer has. */
  async function retreat(at: Cursor, latest: Header): Promise<boolean> {
    const known = await db.transaction((tx) => knownBlocks(tx, deployment.id))
    let keep: Cursor | null = null
    for (const block of known) {
      if (block.number > latest.number) continue
      if ((await headerAt(chain, block.number))?.hash !== block.hash) continue
      keep = block
      break
    }
    if (keep !== null && keep.number === latest.number && !believeShorter()) return true
    shorterSince = null
    const fromBlock = (keep?.number ?? first - 1) + 1
    const depth = at.number - fromBlock + 1
    await move(at, keep, async (tx) => {
      const removed = await removeAbove(tx, deployment.id, fromBlock - 1)
      for (const projector of options.projectors) await projector.undo(tx, removed)
      await recordReorganisation(tx, deployment.id, {
        fromBlock,
        depth,
        undone: removed.events.length,
        unmined: removed.unmined,
      })
      if (keep) await finalize(tx, keep.number)
    })
    logger.warn({ fromBlock, depth }, 'the chain was reorganised; blocks undone')
    return false
  }

  /** A chain that is a mere beginning of ours: lost blocks, or a node that lags behind the one we asked before. */
  function believeShorter(): boolean {
    const now = performance.now()
    shorterSince ??= now
    return now - shorterSince >= shorterPatience
  }

  async function finalize(tx: Tx, head: number): Promise<void> {
    const throughBlock = head - options.confirmations + 1
    if (throughBlock < first) return
    for (const projector of options.projectors) await projector.finalize(tx, { throughBlock })
  }

  /** Runs `work` in one transaction that holds only if the cursor is where we think it is. */
  async function move(
    from: Cursor | null,
    to: Cursor | null,
    work: (tx: Tx) => Promise<void>,
  ): Promise<void> {
    await inTransaction(db, async (tx) => {
      const stored = await readCursor(tx, deployment.id, true)
      // An earlier try of this very transaction may have been committed although its answer was lost.
      if (to && stored?.hash === to.hash && stored.number === to.number) return
      if ((stored?.hash ?? null) !== (from?.hash ?? null))
        throw new Error('the cursor was moved by somebody else')
      await work(tx)
    })
    cursor = to
    if (to) tracePoint(logger, 'blockApplied', { number: to.number })
  }

  async function reload(): Promise<void> {
    cursor = await db.transaction((tx) => readCursor(tx, deployment.id))
  }

  const turns = holdTurn(options.sql, `indexer:${deployment.id}`, logger, async ({ signal }) => {
    await reload()
    while (!signal.aborted) {
      try {
        for (let done = false; !done && !signal.aborted; ) {
          done = await step()
          problem = null
          lastGood = performance.now()
        }
        await bell.wait(lookEvery, signal)
      } catch (error) {
        window = Math.max(1, Math.floor(window / 2))
        problem = messageOf(error)
        logger.warn({ err: problem, window }, 'the indexer could not go on; trying again')
        await pause(300, signal)
        await reload().catch(() => undefined)
      }
    }
  })

  const lag = (): number | null => (cursor ? Math.max(0, tip - cursor.number) : null)
  return {
    stop: async () => {
      stopHeads()
      await turns.stop()
    },
    lag,
    health: () => {
      if (!turns.holds()) return { ok: true, detail: 'waits: another process follows the chain' }
      const at = cursor ? `at block ${cursor.number}` : 'at no block yet'
      const silence = performance.now() - lastGood
      if (problem !== null && (cursor === null || silence > 2_000 || chain.problem() !== null))
        return { ok: false, detail: `${at}, cannot go on: ${problem}` }
      if (silence > Math.max(HEALTHY_SILENCE, 5 * lookEvery))
        return { ok: false, detail: `${at}, catching up or stuck for ${Math.round(silence / 1000)} s` }
      const behind = lag() ?? 0
      return { ok: behind <= HEALTHY_LAG, detail: behind === 0 ? at : `${at}, ${behind} behind` }
    },
  }
}

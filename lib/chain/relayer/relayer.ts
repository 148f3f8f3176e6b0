/**
 * Carries intents to the chain. One process at a time holds the sender's turn (an advisory lock); the others wait. Woken by
 * NOTIFY for new intents and by new heads for receipts; a slow look finds what was missed.
 */
import { CHANNELS, listen } from '../../db/listen.ts'
import { messageOf } from '../../kernel/errors.ts'
import { lower } from '../../kernel/ids.ts'
import { latestHeader } from '../indexer/source.ts'
import type { Running } from '../running.ts'
import { holdTurn, pause } from '../singleton.ts'
import { createBell } from '../wake.ts'
import { followSent, NUDGE_AFTER } from './follow.ts'
import type { RelayerContext, RelayerOptions } from './options.ts'
import { sendQueued } from './send.ts'

export type { RelayerOptions } from './options.ts'

export interface RunningRelayer extends Running {
  /** Why intents wait although they could go; null when nothing is amiss. */
  alert(): string | null
}

export function startRelayer(options: RelayerOptions): RunningRelayer {
  const { chain, deployment, logger } = options
  const lookEvery = options.lookEvery ?? 2_000
  const ctx: RelayerContext = {
    ...options,
    alert: null,
    stuck: null,
    head: null,
    stillSince: null,
    offeredAt: new Map(),
  }
  const bell = createBell()
  /** Everything that is out is to be sent once more. */
  let again = true
  /** The head moved, or time passed: look at what is out. */
  let follow = true
  let problem: string | null = 'has not looked yet'
  let lastGood = performance.now()

  const patience = (): number => (ctx.stillSince === null ? lookEvery : Math.min(lookEvery, NUDGE_AFTER))

  const stopHeads = chain.onHead((head) => {
    if (head) ctx.head = head
    else {
      ctx.head = null
      again = true
    }
    follow = true
    bell.ring()
  })
  const stopListening = listen(options.sql, CHANNELS.intents, (payload) => {
    if (payload === 'reorganisation' || payload === null) again = follow = true
    bell.ring()
  })
  stopListening.catch((error) =>
    logger.warn({ err: messageOf(error) }, 'not listening for intents; looking by the clock alone'),
  )

  const turns = holdTurn(
    options.sql,
    `relayer:${deployment.id}:${lower(options.account.address)}`,
    logger,
    async ({ signal }) => {
      const taken = new Map<string, number>()
      // What the holder before us stored but may not have sent.
      again = follow = true
      let lastLook = 0
      while (!signal.aborted) {
        try {
          ctx.head ??= await latestHeader(chain)
          if (performance.now() - lastLook >= patience()) follow = true
          if (follow) {
            const all = again
            follow = again = false
            lastLook = performance.now()
            try {
              await followSent(ctx, taken, all)
            } catch (error) {
              again ||= all
              throw error
            }
          }
          const left = await sendQueued(ctx)
          problem = null
          lastGood = performance.now()
          if (left === 0) await bell.wait(patience(), signal)
        } catch (error) {
          problem = messageOf(error)
          follow = true
          logger.warn({ err: problem }, 'the relayer could not go on; trying again')
          await pause(300, signal)
        }
      }
    },
  )

  return {
    stop: async () => {
      stopHeads()
      await turns.stop()
      await stopListening.then((stop) => stop()).catch(() => undefined)
    },
    alert: () => ctx.alert ?? ctx.stuck,
    health: () => {
      if (!turns.holds()) return { ok: true, detail: 'waits: another process sends' }
      if (problem !== null && performance.now() - lastGood > 2_000) return { ok: false, detail: problem }
      const alert = ctx.alert ?? ctx.stuck
      if (alert !== null) return { ok: false, detail: alert }
      return { ok: true, detail: 'sends' }
    },
  }
}

/** One word for how a node stands. Pure. */
import type { NodeView } from '../../protocol/views.ts'

export interface Standing {
  /** What the registry says. */
  readonly active: boolean
  readonly bond: bigint
  /** What the session says; `silentSeconds` by database time, null when it never connected. */
  readonly connected: boolean
  readonly silentSeconds: number | null
  readonly draining: boolean
  /** A node that was heard of within so many seconds is alive. */
  readonly silenceSeconds: number
}

/** `left` by the registry; else `offline` (no session), `silent` (session without a heartbeat), `draining`, `live`. */
export function nodeStatus(standing: Standing): NodeView['status'] {
  if (standing.bond === 0n && !standing.active) return 'left'
  if (!standing.connected || standing.silentSeconds === null) return 'offline'
  if (standing.silentSeconds > standing.silenceSeconds) return 'silent'
  return standing.draining || !standing.active ? 'draining' : 'live'
}

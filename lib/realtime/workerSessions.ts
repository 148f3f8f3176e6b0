/** The nodes whose live session is on this process: at most one a node, the newest. */
import type { Socket } from 'socket.io'
import type { Address } from '../kernel/ids.ts'
import type { SessionKey } from '../nodes/sessions.ts'

export interface WorkerSession {
  readonly node: Address
  readonly owner: Address
  readonly socket: Socket
  readonly key: SessionKey
  /** From when on it may be given work, by `performance.now()`: a node that flaps must stay for a while first. */
  readonly settledAt: number
}

export interface WorkerSessions {
  /** Makes this the node's session and returns the one it replaced. */
  take(session: WorkerSession): WorkerSession | undefined
  /** Forgets the session; false when a newer one had taken over. */
  drop(session: WorkerSession): boolean
  holds(session: WorkerSession): boolean
  /** The node's session when it may be given work now. */
  assignable(node: Address): WorkerSession | undefined
  /** Every node that may be given work now. */
  assignableNodes(): Address[]
  all(): WorkerSession[]
  size(): number
}

export function createWorkerSessions(now: () => number = () => performance.now()): WorkerSessions {
  const live = new Map<Address, WorkerSession>()
  const settled = (session: WorkerSession): boolean => session.settledAt <= now() && session.socket.connected
  return {
    take(session) {
      const before = live.get(session.node)
      live.set(session.node, session)
      return before
    },
    drop(session) {
      return live.get(session.node) === session && live.delete(session.node)
    },
    holds: (session) => live.get(session.node) === session,
    assignable(node) {
      const session = live.get(node)
      return session !== undefined && settled(session) ? session : undefined
    },
    assignableNodes: () => [...live.values()].filter(settled).map(({ node }) => node),
    all: () => [...live.values()],
    size: () => live.size,
  }
}

/**
 * The live session of a node: which server process and which socket speak for it, by database time. One row a node; a
 * newer session takes the row over, and from then on the older one's heartbeats find nothing.
 */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { nodeSessions, nodes } from '../db/schema/nodes.ts'
import type { Address } from '../kernel/ids.ts'
import type { Announcement } from '../protocol/workerEvents.ts'

/** Whose session it is and who holds it. */
export interface SessionKey {
  readonly deploymentId: string
  readonly node: Address
  readonly serverId: string
  readonly socketId: string
}

const mine = (key: SessionKey) =>
  and(
    eq(nodeSessions.deploymentId, key.deploymentId),
    eq(nodeSessions.node, key.node),
    eq(nodeSessions.serverId, key.serverId),
    eq(nodeSessions.socketId, key.socketId),
  )

/** Takes the node's session over for this socket, whoever held it before. */
export async function announce(db: Db, key: SessionKey, announcement: Announcement): Promise<void> {
  const session = {
    serverId: key.serverId,
    socketId: key.socketId,
    announcement,
    load: 0,
    draining: announcement.draining,
    connectedAt: sql`now()`,
    lastSeenAt: sql`now()`,
    disconnectedAt: null,
  }
  await db
    .insert(nodeSessions)
    .values({ deploymentId: key.deploymentId, node: key.node, ...session })
    .onConflictDoUpdate({ target: [nodeSessions.deploymentId, nodeSessions.node], set: session })
}

/** Says that the node is alive. False when another session took over: then this socket speaks for nobody. */
export async function heartbeat(
  db: Db,
  key: SessionKey,
  beat: { load: number; draining: boolean },
): Promise<boolean> {
  const rows = await db
    .update(nodeSessions)
    .set({ lastSeenAt: sql`now()`, disconnectedAt: null, load: beat.load, draining: beat.draining })
    .where(mine(key))
    .returning({ node: nodeSessions.node })
  return rows.length === 1
}

/** The socket is gone. Changes nothing when another session took over meanwhile. */
export async function disconnect(db: Db, key: SessionKey): Promise<void> {
  await db
    .update(nodeSessions)
    .set({ disconnectedAt: sql`now()` })
    .where(and(mine(key), isNull(nodeSessions.disconnectedAt)))
}

/** Every session of a server process that ends, closed in one statement. */
export async function disconnectServer(db: Db, deploymentId: string, serverId: string): Promise<void> {
  await db
    .update(nodeSessions)
    .set({ disconnectedAt: sql`now()` })
    .where(
      and(
        eq(nodeSessions.deploymentId, deploymentId),
        eq(nodeSessions.serverId, serverId),
        isNull(nodeSessions.disconnectedAt),
      ),
    )
}

/** The owner of a registered node, or null when the registry does not know it or it has left with its bond. */
export async function ownerOfNode(db: Db, deploymentId: string, node: Address): Promise<Address | null> {
  const [row] = await db
    .select({ owner: nodes.owner, bond: nodes.bond, active: nodes.active })
    .from(nodes)
    .where(and(eq(nodes.deploymentId, deploymentId), eq(nodes.node, node)))
  return row === undefined || (row.bond === 0n && !row.active) ? null : row.owner
}

/** Nodes (written by lib/nodes): what the registry says of them, and what their live session says. */
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import type { Announcement } from '../../protocol/workerEvents.ts'
import { dbTime, hex, wei } from './columns.ts'

/** Projection of the NodeRegistry's events. */
export const nodes = pgTable(
  'nodes',
  {
    deploymentId: text('deployment_id').notNull(),
    node: hex('node').notNull(),
    owner: hex('owner').notNull(),
    gpuClass: integer('gpu_class').notNull(),
    ask: wei('ask').notNull(),
    bond: wei('bond').notNull(),
    lockedBond: wei('locked_bond').notNull(),
    active: boolean('active').notNull(),
    /** Chain time, seconds. */
    registeredAt: bigint('registered_at', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.node] })],
)

/** The live session of a node, one row a node, by database time. */
export const nodeSessions = pgTable(
  'node_sessions',
  {
    deploymentId: text('deployment_id').notNull(),
    node: hex('node').notNull(),
    /** Which server process holds the socket, and which socket. */
    serverId: text('server_id').notNull(),
    socketId: text('socket_id').notNull(),
    announcement: jsonb('announcement').$type<Announcement>().notNull(),
    load: doublePrecision('load').notNull().default(0),
    draining: boolean('draining').notNull().default(false),
    connectedAt: dbTime('connected_at').notNull().defaultNow(),
    lastSeenAt: dbTime('last_seen_at').notNull().defaultNow(),
    disconnectedAt: dbTime('disconnected_at'),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.node] })],
)

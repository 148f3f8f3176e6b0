/** Keeps the table `nodes` equal to what the NodeRegistry's events add up to, in the indexer's own transaction. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { chainEvents } from '../db/schema/chain.ts'
import { nodes } from '../db/schema/nodes.ts'
import { type Address, lower } from '../kernel/ids.ts'
import {
  applyEvent,
  foldNode,
  NODE_EVENTS,
  needsHistory,
  type RegisteredNode,
  type RegistryEvent,
} from './rules/fold.ts'

const NAMES: ReadonlySet<string> = new Set(NODE_EVENTS)

/** The node an event is about, or null when it is about none. */
function nodeOf(event: RegistryEvent): Address | null {
  return NAMES.has(event.name) && typeof event.args.node === 'string'
    ? lower(event.args.node as Address)
    : null
}

async function save(
  tx: Tx,
  deploymentId: string,
  node: Address,
  state: RegisteredNode | null,
): Promise<void> {
  if (state === null) {
    await tx.delete(nodes).where(and(eq(nodes.deploymentId, deploymentId), eq(nodes.node, node)))
    return
  }
  await tx
    .insert(nodes)
    .values({ deploymentId, ...state })
    .onConflictDoUpdate({ target: [nodes.deploymentId, nodes.node], set: state })
}

async function historyOf(tx: Tx, deploymentId: string, node: Address): Promise<RegistryEvent[]> {
  return tx
    .select({ name: chainEvents.name, args: chainEvents.args, blockTime: chainEvents.blockTime })
    .from(chainEvents)
    .where(
      and(
        eq(chainEvents.deploymentId, deploymentId),
        inArray(chainEvents.name, [...NODE_EVENTS]),
        sql`${chainEvents.args}->>'node' = ${node}`,
      ),
    )
    .orderBy(asc(chainEvents.blockNumber), asc(chainEvents.logIndex))
}

async function refold(tx: Tx, deploymentId: string, changed: Iterable<Address>): Promise<void> {
  for (const node of changed)
    await save(tx, deploymentId, node, foldNode(await historyOf(tx, deploymentId, node)))
}

/** A projector of the indexer: applies the registry's events of a block, and folds afresh what a reorganisation touched. */
export function nodeProjector(deploymentId: string) {
  return {
    async apply(tx: Tx, { events }: { events: readonly RegistryEvent[] }): Promise<void> {
      const changes = new Map<Address, RegistryEvent[]>()
      for (const event of events) {
        const node = nodeOf(event)
        if (node !== null) changes.set(node, [...(changes.get(node) ?? []), event])
      }
      for (const [node, list] of changes) {
        if (list.some(needsHistory)) {
          await refold(tx, deploymentId, [node])
          continue
        }
        const [row] = await tx
          .select()
          .from(nodes)
          .where(and(eq(nodes.deploymentId, deploymentId), eq(nodes.node, node)))
        await save(tx, deploymentId, node, list.reduce<RegisteredNode | null>(applyEvent, row ?? null))
      }
    },
    async undo(tx: Tx, { events }: { events: readonly RegistryEvent[] }): Promise<void> {
      await refold(tx, deploymentId, new Set(events.map(nodeOf).filter((node) => node !== null)))
    },
    async finalize(): Promise<void> {
      // What a node is counts at the head; nothing here waits for confirmations.
    },
  }
}

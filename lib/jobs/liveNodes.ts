/** The nodes that could take work at this moment, as registry, session and leases show them. One query, database time. */
import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import type { Address } from '../kernel/ids.ts'
import type { RuntimeName } from '../protocol/jobSpec.ts'
import { SILENCE_SECONDS } from '../protocol/workerEvents.ts'
import type { LiveNode } from './rules/liveNode.ts'

interface Row extends Record<string, unknown> {
  node: Address
  owner: Address
  name: string | null
  gpu_class: number
  accepts: boolean
  free_bond: string
  runtimes: RuntimeName[] | null
  sandbox: string | null
  memory_bytes: string
  slots: number
  busy: string
  connected_seconds: number
}

/** Every node with a live session and a bond, in the order of their addresses. */
export async function liveNodes(db: Db | Tx, deploymentId: string): Promise<LiveNode[]> {
  const rows = await db.execute<Row>(sql`
    select n.node, n.owner, s.announcement->>'name' as name, n.gpu_class,
      n.active and not s.draining as accepts,
      (n.bond - n.locked_bond)::text as free_bond,
      jsonb_path_query_array(s.announcement, '$.runtimes[*].name') as runtimes,
      s.announcement->'sandbox'->>'kind' as sandbox,
      coalesce((select sum((device->>'memoryBytes')::numeric)
        from jsonb_array_elements(s.announcement->'devices') device where device->>'kind' = 'cpu'), 0)::text as memory_bytes,
      (s.announcement->>'slots')::int as slots,
      ((select count(*) from leases l where l.node = n.node and l.deployment_id = n.deployment_id
          and l.state in ('waiting', 'granted', 'running') and (l.state = 'waiting' or l.lease_until > now()))
        -- Awards on their way to the chain have no lease yet.
        + (select count(*) from intents i join bids b on b.job_id = i.job_id and b.decision = 'won' and b.node = n.node
          where i.deployment_id = n.deployment_id and i.status in ('queued', 'sent')
            and i.key = 'award:' || i.order_id || ':' || b.attempt || ':' || b.round))::text as busy,
      extract(epoch from now() - s.connected_at)::float8 as connected_seconds
    from nodes n join node_sessions s on s.deployment_id = n.deployment_id and s.node = n.node
    where n.deployment_id = ${deploymentId} and n.bond > 0 and s.disconnected_at is null
      and s.last_seen_at > now() - make_interval(secs => ${SILENCE_SECONDS})
    order by n.node`)
  return rows.map((row) => ({
    node: row.node,
    owner: row.owner,
    name: row.name ?? '',
    gpuClass: row.gpu_class,
    accepts: row.accepts,
    freeBond: BigInt(row.free_bond),
    runtimes: row.runtimes ?? [],
    sandboxed: row.sandbox !== null && row.sandbox !== 'none',
    memoryMiB: Math.floor(Number(row.memory_bytes) / 1024 / 1024),
    slots: row.slots,
    busy: Number(row.busy),
    connectedSeconds: row.connected_seconds,
  }))
}

/** Modules of a runtime that some live node announces. */
export async function announcedModules(
  db: Db | Tx,
  deploymentId: string,
  runtime: RuntimeName,
): Promise<Set<string>> {
  const rows = await db.execute<{ module: string }>(sql`
    select distinct module from node_sessions s,
      jsonb_array_elements(s.announcement->'runtimes') runtime,
      jsonb_array_elements_text(runtime->'modules') module
    where s.deployment_id = ${deploymentId} and s.disconnected_at is null
      and s.last_seen_at > now() - make_interval(secs => ${SILENCE_SECONDS})
      and runtime->>'name' = ${runtime}`)
  return new Set(rows.map((row) => row.module))
}

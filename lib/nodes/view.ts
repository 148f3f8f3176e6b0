/** Nodes as pages, REST and the CLI show them: the registry's word, the live session, and what the chain paid. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import type { Address } from '../kernel/ids.ts'
import { type NodeView, nodeViewSchema } from '../protocol/views.ts'
import type { Announcement } from '../protocol/workerEvents.ts'
import { SILENCE_SECONDS } from '../protocol/workerEvents.ts'
import { nodeStatus } from './rules/status.ts'

const RECENT = 20
const DAYS = 30

interface NodeRow {
  node: Address
  owner: Address
  gpu_class: number
  ask: string
  bond: string
  locked_bond: string
  active: boolean
  registered_at: string
  announcement: Announcement | null
  load: number | null
  draining: boolean | null
  last_seen: string | null
  silent_seconds: number | null
  connected: boolean
}

/** One payment of the chain to a node, oldest first: as the one that ran, or as a member. */
interface PaymentRow {
  node: Address
  order_id: string
  kind: 'run' | 'check'
  day: string
  wei: string
}

interface DutyRow {
  node: Address
  job_id: string
  order_id: string
  role: 'run' | 'check'
  state: string
  at: string
}

interface RecordRow {
  node: Address
  running: number
  done: number
  correct: number
  wrong: number
  checks: number
}

/** How often the chain fined a member for silence. */
interface FineRow {
  node: Address
  fines: number
}

async function rows<T>(db: Db, query: SQL): Promise<T[]> {
  return [...(await db.execute(query))] as unknown as T[]
}

/**
 * Views of all nodes of a deployment, or of those named. Money from chain events alone: a node's share of Settled and
 * Cancelled goes to the node of that attempt's award, MemberPaid to its member; silence is a MemberFined. Sorted by status, then name.
 */
export async function nodeViews(
  db: Db,
  deploymentId: string,
  only?: readonly Address[],
): Promise<NodeView[]> {
  if (only !== undefined && only.length === 0) return []
  const among = (column: SQL): SQL =>
    only === undefined
      ? sql`true`
      : sql`${column} in (${sql.join(
          only.map((node) => sql`${node}`),
          sql`, `,
        )})`
  const found = await rows<NodeRow>(
    db,
    sql`select n.node, n.owner, n.gpu_class, n.ask, n.bond, n.locked_bond, n.active, n.registered_at,
          s.announcement, s.load, s.draining,
          to_char(s.last_seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_seen,
          extract(epoch from now() - s.last_seen_at)::float8 as silent_seconds,
          s.node is not null and s.disconnected_at is null as connected
        from nodes n left join node_sessions s on s.deployment_id = n.deployment_id and s.node = n.node
        where n.deployment_id = ${deploymentId} and ${among(sql`n.node`)}`,
  )
  const payments = await rows<PaymentRow>(
    db,
    sql`with award as (
          select order_id, args->>'attempt' as attempt, args->>'node' as node, block_number, log_index
          from chain_events where deployment_id = ${deploymentId} and name = 'Awarded'
        ), paid as (
          select a.node, e.order_id, 'run' as kind, e.block_time, e.args->>'nodePay' as wei
          from chain_events e join award a on a.order_id = e.order_id and a.attempt = e.args->>'attempt'
          where e.deployment_id = ${deploymentId} and e.name = 'Settled'
          union all
          select a.node, e.order_id, 'run', e.block_time, e.args->>'nodePay'
          from chain_events e join lateral (
            select node from award where award.order_id = e.order_id order by block_number desc, log_index desc limit 1
          ) a on true
          where e.deployment_id = ${deploymentId} and e.name = 'Cancelled'
          union all
          select args->>'member', order_id, 'check', block_time, args->>'amount'
          from chain_events where deployment_id = ${deploymentId} and name = 'MemberPaid'
        )
        select node, order_id, kind, to_char(to_timestamp(block_time) at time zone 'UTC', 'YYYY-MM-DD') as day, wei
        from paid where wei::numeric > 0 and ${among(sql`node`)} order by block_time`,
  )
  const records = await rows<RecordRow>(
    db,
    sql`select l.node,
          count(*) filter (where l.state in ('granted', 'running'))::int as running,
          count(*) filter (where l.role = 'run' and l.state in ('finished', 'done'))::int as done,
          count(*) filter (where l.role = 'run' and j.settlement = 'correct' and j.attempt = l.attempt and j.node = l.node)::int as correct,
          count(*) filter (where l.role = 'run' and j.settlement = 'wrong' and j.attempt = l.attempt and j.node = l.node)::int as wrong,
          count(*) filter (where l.role = 'check' and l.state in ('revealed', 'done'))::int as checks
        from leases l join jobs j on j.id = l.job_id
        where l.deployment_id = ${deploymentId} and ${among(sql`l.node`)} group by l.node`,
  )
  const fines = await rows<FineRow>(
    db,
    sql`select args->>'member' as node, count(*)::int as fines from chain_events
        where deployment_id = ${deploymentId} and name = 'MemberFined' and ${among(sql`args->>'member'`)} group by 1`,
  )
  const duties = await rows<DutyRow>(
    db,
    sql`select node, job_id, order_id, role, state, at from (
          select node, job_id, order_id, role, state,
            to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
            row_number() over (partition by node order by created_at desc) as rank
          from leases where deployment_id = ${deploymentId} and ${among(sql`node`)}
        ) ranked where rank <= ${RECENT} order by at desc`,
  )
  return found.map((row) => viewOf(row, payments, records, fines, duties)).sort(byStatusThenName)
}

/** The view of one node, or null when the registry does not know it. */
export async function nodeView(db: Db, deploymentId: string, node: Address): Promise<NodeView | null> {
  const [view] = await nodeViews(db, deploymentId, [node])
  return view ?? null
}

function viewOf(
  row: NodeRow,
  payments: readonly PaymentRow[],
  records: readonly RecordRow[],
  fines: readonly FineRow[],
  duties: readonly DutyRow[],
): NodeView {
  const paid = payments.filter((payment) => payment.node === row.node)
  const record = records.find((candidate) => candidate.node === row.node)
  const byDay = new Map<string, bigint>()
  for (const { day, wei } of paid) byDay.set(day, (byDay.get(day) ?? 0n) + BigInt(wei))
  const earnedBy = new Map<string, bigint>()
  for (const { order_id, kind, wei } of paid)
    earnedBy.set(`${kind}:${order_id}`, (earnedBy.get(`${kind}:${order_id}`) ?? 0n) + BigInt(wei))
  const { announcement } = row
  return nodeViewSchema.parse({
    node: row.node,
    owner: row.owner,
    name: announcement?.name || row.node.slice(0, 10),
    status: nodeStatus({
      active: row.active,
      bond: BigInt(row.bond),
      connected: row.connected,
      silentSeconds: row.silent_seconds,
      draining: row.draining ?? false,
      silenceSeconds: SILENCE_SECONDS,
    }),
    gpuClass: row.gpu_class,
    ask: row.ask,
    bond: row.bond,
    lockedBond: row.locked_bond,
    registeredAt: new Date(Number(row.registered_at) * 1000).toISOString(),
    lastSeenAt: row.last_seen,
    devices: announcement?.devices ?? [],
    runtimes: (announcement?.runtimes ?? []).map(({ name, version, modules }) => ({
      name,
      version,
      moduleCount: modules.length,
    })),
    sandbox: announcement?.sandbox ?? null,
    load: row.load,
    running: record?.running ?? 0,
    runs: {
      done: record?.done ?? 0,
      correct: record?.correct ?? 0,
      wrong: record?.wrong ?? 0,
      checks: record?.checks ?? 0,
      silent: fines.find(({ node }) => node === row.node)?.fines ?? 0,
    },
    earned: paid.reduce((sum, { wei }) => sum + BigInt(wei), 0n).toString(),
    earningsByDay: [...byDay].slice(-DAYS).map(([day, wei]) => ({ day, wei: wei.toString() })),
    recent: duties
      .filter((duty) => duty.node === row.node)
      .map((duty) => ({
        jobId: duty.job_id,
        role: duty.role,
        state: duty.state,
        at: duty.at,
        earned: earnedBy.get(`${duty.role}:${duty.order_id}`)?.toString() ?? null,
      })),
  })
}

const STATUS_ORDER: readonly NodeView['status'][] = ['live', 'draining', 'silent', 'offline', 'left']

function byStatusThenName(a: NodeView, b: NodeView): number {
  return STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) || a.name.localeCompare(b.name)
}

/** The network in figures: what the home page, the job form and the CLI read first. */
import { sql } from 'drizzle-orm'
import { parameters } from '../chain/read/market.ts'
import type { Runtime } from '../process/shared.ts'
import type { NetworkView } from '../protocol/views.ts'
import { type Announcement, SILENCE_SECONDS } from '../protocol/workerEvents.ts'

interface Figures extends Record<string, unknown> {
  block: string | null
  chain_now: string | null
  nodes_known: number
  jobs_total: number
  jobs_settled: number
  jobs_active: number
  paid_out: string
  median_seconds: number | null
}

/** Members of a committee when the customer does not choose: the protocol's default. */
const MEMBERS = 3

/** Governed numbers change by governance alone, so they are read once a minute. */
const PARAMETERS_MILLISECONDS = 60_000
const known = new Map<string, { until: number; value: ReturnType<typeof parameters> }>()

function parametersOf(rt: Runtime): ReturnType<typeof parameters> {
  const found = known.get(rt.deployment.id)
  if (found !== undefined && found.until > performance.now()) return found.value
  const value = parameters(rt.chain, rt.deployment)
  known.set(rt.deployment.id, { until: performance.now() + PARAMETERS_MILLISECONDS, value })
  value.catch(() => known.delete(rt.deployment.id))
  return value
}

/** Counts come from our tables, payments from the chain's own events; both end at block `block`. */
export async function networkView(rt: Runtime): Promise<NetworkView> {
  const id = rt.deployment.id
  const [figures, sessions, governed] = await Promise.all([
    rt.db.execute<Figures>(sql`
      select
        (select max(number)::text from blocks where deployment_id = ${id}) as block,
        (select max(timestamp)::text from blocks where deployment_id = ${id}) as chain_now,
        (select count(*)::int from nodes where deployment_id = ${id}) as nodes_known,
        (select count(*)::int from jobs where deployment_id = ${id}) as jobs_total,
        (select count(*)::int from jobs where deployment_id = ${id} and state = 'settled') as jobs_settled,
        (select count(*)::int from jobs where deployment_id = ${id} and state in ('open', 'awarded', 'running', 'checking')) as jobs_active,
        (select coalesce(sum(coalesce(node_pay, 0) + coalesce(members_paid, 0)), 0)::text from jobs where deployment_id = ${id}) as paid_out,
        (select percentile_cont(0.5) within group (order by finished_at - awarded_at)
          from jobs where deployment_id = ${id} and state = 'settled')::float8 as median_seconds`),
    rt.db.execute<{ announcement: Announcement }>(sql`
      select s.announcement from node_sessions s join nodes n on n.node = s.node and n.deployment_id = s.deployment_id
      where s.deployment_id = ${id} and n.active and s.disconnected_at is null
        and s.last_seen_at > now() - make_interval(secs => ${SILENCE_SECONDS})`),
    parametersOf(rt),
  ])
  const row = figures[0]
  const announcements = sessions.map((session) => session.announcement)
  const runtimes = new Map<string, { name: string; version: string; nodes: number }>()
  for (const { runtimes: offered } of announcements) {
    for (const { name, version } of offered) {
      const found = runtimes.get(name)
      if (found) found.nodes++
      else runtimes.set(name, { name, version, nodes: 1 })
    }
  }
  return {
    chainId: rt.deployment.chainId,
    embedded: rt.embedded,
    block: Number(row?.block ?? 0),
    chainNow: Number(row?.chain_now ?? 0),
    addresses: rt.deployment.addresses,
    auctioneer: rt.auctioneer.address.toLowerCase(),
    rpcUrl: rt.config.publicRpcUrl ?? `${rt.site.publicUrl ?? `http://127.0.0.1:${rt.site.port}`}/api/v1/rpc`,
    nodesLive: announcements.length,
    nodesKnown: row?.nodes_known ?? 0,
    gpusLive: announcements.reduce(
      (sum, { devices }) => sum + devices.filter((device) => device.kind === 'gpu').length,
      0,
    ),
    jobsTotal: row?.jobs_total ?? 0,
    jobsSettled: row?.jobs_settled ?? 0,
    jobsActive: row?.jobs_active ?? 0,
    paidOut: row?.paid_out ?? '0',
    medianSeconds: row?.median_seconds ?? null,
    runtimesLive: [...runtimes.values()].sort((a, b) => b.nodes - a.nodes),
    modulesLive: [
      ...new Set(
        announcements.flatMap((item) =>
          item.runtimes.flatMap((offered) => (offered.name === 'python' ? offered.modules : [])),
        ),
      ),
    ].sort(),
    parameters: {
      members: MEMBERS,
      depositBps: governed.depositBps,
      feeBps: governed.feeBps,
      floorRate: governed.floorRate.toString(),
      startSeconds: governed.startSeconds,
    },
  }
}

/** How the network is, part by part. Asked often, so it costs two small questions. */
import { sql } from 'drizzle-orm'
import type { Chain } from '../chain/client.ts'
import type { Db } from '../db/client.ts'
import { messageOf } from '../kernel/errors.ts'
import type { HealthView } from '../protocol/views.ts'
import { SILENCE_SECONDS } from '../protocol/workerEvents.ts'

type Part = HealthView['database']

export interface HealthSources {
  readonly version: string
  readonly db: Db
  readonly chain: Chain
  readonly deploymentId: string
  /** Parts of this process; null when another process plays the role. */
  readonly indexer: (() => Part) | null
  readonly engine: (() => Part) | null
  readonly gateway: (() => Part) | null
}

const ELSEWHERE: Part = { ok: true, detail: 'another process does this' }

/** Every part's state; `ok` only when all are well and at least one node is live. Never throws. */
export async function readHealth(sources: HealthSources): Promise<HealthView> {
  const [database, chain, nodes] = await Promise.all([
    part(async () => {
      const started = performance.now()
      await sources.db.execute(sql`select 1`)
      return { ok: true, detail: `answers in ${Math.round(performance.now() - started)} ms` }
    }),
    part(async () => {
      const problem = sources.chain.problem()
      if (problem !== null) return { ok: false, detail: problem }
      const block = await sources.chain.publicClient.getBlockNumber({ cacheTime: 0 })
      return { ok: true, detail: `chain ${sources.chain.chainId} at block ${block}` }
    }),
    part(() => liveNodes(sources.db, sources.deploymentId)),
  ])
  const indexer = sources.indexer?.() ?? ELSEWHERE
  const engine = [sources.engine?.() ?? ELSEWHERE, sources.gateway?.() ?? ELSEWHERE].find(({ ok }) => !ok)
  const parts = { database, chain, indexer, engine: engine ?? sources.engine?.() ?? ELSEWHERE, nodes }
  return { ok: Object.values(parts).every(({ ok }) => ok), version: sources.version, ...parts }
}

async function liveNodes(db: Db, deploymentId: string): Promise<Part> {
  const [row] = (await db.execute(
    sql`select count(*)::int as live from node_sessions
        where deployment_id = ${deploymentId} and disconnected_at is null
          and last_seen_at > now() - make_interval(secs => ${SILENCE_SECONDS})`,
  )) as unknown as { live: number }[]
  const live = row?.live ?? 0
  return { ok: live > 0, detail: live === 1 ? '1 node is live' : `${live} nodes are live` }
}

/** A part that does not answer within three seconds is not well. */
async function part(ask: () => Promise<Part>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Part>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: 'does not answer within 3 s' }), 3_000)
  })
  try {
    return await Promise.race([ask(), late])
  } catch (error) {
    return { ok: false, detail: messageOf(error).slice(0, 200) }
  } finally {
    clearTimeout(timer)
  }
}

import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '#lib/db/client.ts'
import { leases } from '#lib/db/schema/dispatch.ts'
import { lower } from '#lib/kernel/ids.ts'
import { SILENCE_SECONDS } from '#lib/protocol/workerEvents.ts'
import {
  awarded,
  chainSays,
  chainTakesBack,
  drawn,
  grantOf,
  intentsOf,
  jobNow,
  leasesOf,
  makeJob,
  type Rows,
  resulted,
  started,
  startMessage,
  startRows,
  submitted,
  timelineOf,
  upload,
} from '#tests/support/jobRows.ts'
import { claimWaiting } from './grants.ts'
import { authorizeLease } from './leaseAccess.ts'
import { forgiveSilence, heartbeat, loseSilent, takeStops, unclaim } from './leases.ts'
import { runStarted } from './messages.ts'

describe('leases', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 8 })
  })
  afterAll(() => rows?.stop())
  afterEach(() => {
    vi.useRealTimers()
  })
  const node = (i: number) => rows.nodes[i] as (typeof rows.nodes)[number]
  const silence = (id: string) =>
    rows.ctx.db.update(leases).set({ leaseUntil: sql`now() - interval '1 second'` }).where(eq(leases.id, id))

  it('exist from the moment the award is applied, once, whoever applies it again', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    const [lease, ...more] = await leasesOf(rows, job.id)
    expect(more).toEqual([])
    expect(lease).toMatchObject({ role: 'run', state: 'waiting', attempt: 1, node: lower(node(0).address) })
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'awarded', onChain: true })
    await claimWaiting(rows.ctx, [lower(node(0).address)])
  })

  it('[case 78] each is claimed by exactly one of two servers that dispatch at once', async () => {
    const nodes = rows.nodes.map(({ address }) => lower(address))
    for (let i = 0; i < 24; i++)
      await chainSays(rows, await makeJob(rows), submitted(rows), awarded(node(i % 8)))
    const other = openDatabase(rows.url)
    try {
      const ctxs = [rows.ctx, { ...rows.ctx, db: other.db }]
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_, i) => claimWaiting(ctxs[i % 2] ?? rows.ctx, nodes)),
      )
      const ids = claims.flat().map(({ grant }) => grant.leaseId)
      expect(ids).toHaveLength(24)
      expect(new Set(ids).size).toBe(24)
    } finally {
      await other.close()
    }
  })

  it('carry the small contents and a token that opens nothing else', async () => {
    const job = await makeJob(rows, { source: 'console.log(1)' })
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    const grant = await grantOf(rows, node(0))
    expect(grant.inline.map(({ data }) => new TextDecoder().decode(data))).toEqual(['console.log(1)'])
    expect(await authorizeLease(rows.ctx, grant.leaseId, grant.token)).toMatchObject({ id: grant.leaseId })
    expect(await authorizeLease(rows.ctx, grant.leaseId, `${grant.token}x`)).toBeNull()
    const [lease] = await leasesOf(rows, job.id)
    expect(lease?.tokenHash).not.toContain(grant.token)
  })

  it('[case 120] content without a passing verdict, or changed after it, is not handed out', async () => {
    for (const decision of ['reject', null] as const) {
      const job = await makeJob(rows, { decision })
      await chainSays(rows, job, submitted(rows), awarded(node(0)))
      expect(await claimWaiting(rows.ctx, [lower(node(0).address)])).toEqual([])
      expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'revoked' }])
    }
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    await rows.ctx.db.execute(
      sql`update jobs set spec = jsonb_set(spec, '{files,0,sha256}', to_jsonb(repeat('ab', 32))) where id = ${job.id}`,
    )
    expect(await claimWaiting(rows.ctx, [lower(node(0).address)])).toEqual([])
  })

  it('[case 79] follow the clock of the database, whatever this machine believes', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    for (const skew of [-86_400_000, -3_600_000, 3_600_000, 86_400_000]) {
      vi.useFakeTimers({ now: Date.now() + skew, toFake: ['Date'] })
      const grant = await claimWaiting(rows.ctx, [lower(node(0).address)])
      const [lease] = await leasesOf(rows, job.id)
      const held = { leaseId: lease?.id ?? '', fence: lease?.fence ?? 0 }
      expect(await heartbeat(rows.ctx, lower(node(0).address), [held])).toEqual([])
      expect(await loseSilent(rows.ctx.db, rows.ctx.deployment.id)).not.toContain(job.id)
      const [row] = await rows.ctx.db.execute<{ left: number }>(
        sql`select extract(epoch from lease_until - now())::float8 as left from leases where id = ${held.leaseId}`,
      )
      expect(row?.left).toBeGreaterThan(SILENCE_SECONDS - 2)
      expect(row?.left).toBeLessThanOrEqual(SILENCE_SECONDS)
      vi.useRealTimers()
      expect(grant.length).toBeLessThanOrEqual(1)
    }
  })

  it('are lost by silence, and a heartbeat with another fence or of another node keeps nothing alive', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(1)))
    const { leaseId, fence } = await grantOf(rows, node(1))
    const own = lower(node(1).address)
    expect(await heartbeat(rows.ctx, own, [{ leaseId, fence }])).toEqual([])
    expect(await heartbeat(rows.ctx, own, [{ leaseId, fence: fence + 1 }])).toEqual([leaseId])
    expect(await heartbeat(rows.ctx, lower(node(2).address), [{ leaseId, fence }])).toEqual([leaseId])
    await silence(leaseId)
    expect(await loseSilent(rows.ctx.db, rows.ctx.deployment.id)).toContain(job.id)
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'lost', reason: 'silent' }])
    expect(await heartbeat(rows.ctx, own, [{ leaseId, fence }]), 'it is told to stop').toEqual([leaseId])
    expect(await takeStops(rows.ctx, [own])).toContainEqual({ node: own, leaseId, reason: 'silent' })
  })

  it('are forgiven when it was the network that was away', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(1)))
    const { leaseId } = await grantOf(rows, node(1))
    await silence(leaseId)
    await forgiveSilence(rows.ctx.db, rows.ctx.deployment.id)
    expect(await loseSilent(rows.ctx.db, rows.ctx.deployment.id)).not.toContain(job.id)
  })

  it('go back when the grant did not arrive, and are lost when the node refused', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(2)))
    const first = await grantOf(rows, node(2))
    await unclaim(rows.ctx, first.leaseId, first.fence, { refused: false, reason: 'no answer' })
    const second = await grantOf(rows, node(2))
    expect(second.leaseId).toBe(first.leaseId)
    expect(second.token).not.toBe(first.token)
    expect(await authorizeLease(rows.ctx, first.leaseId, first.token), 'the old token is dead').toBeNull()
    await unclaim(rows.ctx, second.leaseId, second.fence, { refused: true, reason: 'disk full' })
    expect(await leasesOf(rows, job.id)).toMatchObject([{ state: 'lost', reason: 'disk full' }])
  })

  it('[case 76] of a replaced node end, and the new one gets its own with a higher fence', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)))
    const old = await grantOf(rows, node(0))
    await chainSays(
      rows,
      job,
      ['Replaced', { attempt: 1, oldNode: lower(node(0).address) }],
      awarded(node(1), 2),
    )
    const [first, second] = await leasesOf(rows, job.id)
    expect(first).toMatchObject({ state: 'revoked', attempt: 1 })
    expect(second).toMatchObject({ state: 'waiting', attempt: 2, node: lower(node(1).address) })
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity)
    const reply = await runStarted(rows.ctx, lower(node(0).address), await startMessage(rows, node(0), old))
    expect(reply.kind).toBe('gone')
    expect(await intentsOf(rows, job.id), 'nothing is carried for the zombie').toEqual([])
    await expect(upload(rows, old, 'late')).rejects.toThrow('opens nothing')
  })

  it('of a member are offered again after silence, because nobody else can take the seat', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows), awarded(node(0)), started(node(0)))
    await chainSays(rows, job, resulted(node(0), `0x${'11'.repeat(32)}`))
    await chainSays(rows, job, drawn([node(5), node(6), node(7)]))
    const grant = await grantOf(rows, node(5))
    expect(grant.role).toBe('check')
    await silence(grant.leaseId)
    await loseSilent(rows.ctx.db, rows.ctx.deployment.id)
    const again = await grantOf(rows, node(5))
    expect(again).toMatchObject({ leaseId: grant.leaseId, fence: grant.fence })
    await claimWaiting(
      rows.ctx,
      rows.nodes.map(({ address }) => lower(address)),
    )
  })

  it('[case 61] end when a reorganisation removes the award, and a new award makes a new one', async () => {
    const job = await makeJob(rows)
    await chainSays(rows, job, submitted(rows))
    const award = await chainSays(rows, job, awarded(node(3)))
    await grantOf(rows, node(3))
    await chainTakesBack(rows, award)
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'open', attempt: 0, node: null, onChain: true })
    expect(await leasesOf(rows, job.id)).toMatchObject([
      { state: 'revoked', reason: 'the chain was reorganised' },
    ])
    const told = await timelineOf(rows, job.id)
    expect(told.at(-1)).toMatchObject({ kind: 'rewound', toState: 'open', data: { removed: ['Awarded'] } })
    await chainSays(rows, job, awarded(node(3)))
    expect((await leasesOf(rows, job.id)).map(({ state }) => state)).toEqual(['revoked', 'waiting'])
    expect(await jobNow(rows, job.id)).toMatchObject({ state: 'awarded' })
  })
})

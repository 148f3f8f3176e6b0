import { asc, eq } from 'drizzle-orm'
import type { PrivateKeyAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bids } from '#lib/db/schema/dispatch.ts'
import { nodeSessions, nodes } from '#lib/db/schema/nodes.ts'
import type { AskBids, BidAnswer, JobsCtx } from '#lib/jobs/ctx.ts'
import { type Address, type Hex, lower } from '#lib/kernel/ids.ts'
import { type Bid, MESSAGE_TYPES } from '#lib/protocol/messages.ts'
import type { Announcement } from '#lib/protocol/workerEvents.ts'
import {
  domainOf,
  intentsOf,
  type JobRow,
  jobNow,
  makeJob,
  type Rows,
  startRows,
} from '#tests/support/jobRows.ts'
import { holdAuction } from './auction.ts'

// The one thing these tests have no chain for: a governed number.
vi.mock('../chain/read/market.ts', () => ({ parameters: async () => ({ floorRate: 1n }) }))

const NOW = 1_000_000

describe('an auction', () => {
  let rows: Rows
  beforeAll(async () => {
    rows = await startRows({ nodes: 6 })
    for (const [i, key] of rows.nodes.entries()) await register(key, i)
  })
  afterAll(() => rows?.stop())
  const key = (i: number) => rows.nodes[i] as PrivateKeyAccount

  async function register(node: PrivateKeyAccount, i: number, owner?: Address): Promise<void> {
    const deploymentId = rows.ctx.deployment.id
    const announcement: Announcement = {
      protocol: 1,
      name: `node ${i}`,
      version: '1',
      gpuClass: 0,
      ask: '1',
      devices: [{ kind: 'cpu', name: 'cpu', memoryBytes: 8 * 1024 ** 3, cores: 4, driver: null }],
      runtimes: [{ name: 'node', version: '22', modules: [] }],
      tools: [],
      sandbox: { kind: 'bubblewrap', version: '0.8', cgroups: false, seccomp: true },
      slots: 4,
      draining: false,
    }
    await rows.ctx.db.insert(nodes).values({
      deploymentId,
      node: lower(node.address),
      owner: owner ?? (`0x${(i + 1).toString(16).padStart(40, '0')}` as Address),
      gpuClass: 0,
      ask: 1n,
      bond: 10n ** 21n,
      lockedBond: 0n,
      active: true,
      registeredAt: 1,
    })
    const connectedAt = new Date(Date.now() - 60_000)
    await rows.ctx.db.insert(nodeSessions).values({
      deploymentId,
      node: lower(node.address),
      serverId: 's',
      socketId: `${i}`,
      announcement,
      connectedAt,
    })
  }

  async function answer(
    job: JobRow,
    node: PrivateKeyAccount,
    price: bigint,
    signer = node,
  ): Promise<BidAnswer> {
    const bid: Bid = {
      order: job.orderId,
      attempt: 1,
      node: lower(node.address),
      price,
      rate: 0n,
      validUntil: BigInt(NOW + 300),
    }
    const signature: Hex = await signer.signTypedData({
      domain: domainOf(rows),
      types: MESSAGE_TYPES,
      primaryType: 'Bid',
      message: bid,
    })
    return { kind: 'bid', bid, signature }
  }
  const ctxWith = (answers: Map<Address, BidAnswer>, asked: Address[] = []): JobsCtx => {
    const askBids: AskBids = async (list) => {
      asked.push(...list)
      return answers
    }
    return { ...rows.ctx, askBids }
  }
  const kept = (job: JobRow) =>
    rows.ctx.db.select().from(bids).where(eq(bids.jobId, job.id)).orderBy(asc(bids.price))

  it('[case 35] awards the lowest bid that is signed by its own node, and keeps why the others were passed over', async () => {
    const job = await makeJob(rows)
    const answers = new Map<Address, BidAnswer>([
      [lower(key(0).address), await answer(job, key(0), 500n)],
      [lower(key(1).address), await answer(job, key(1), 300n)],
      // Lower than all, but signed by somebody else.
      [lower(key(2).address), await answer(job, key(2), 100n, key(3))],
      [lower(key(3).address), { kind: 'decline', reason: 'too hot' }],
      [lower(key(4).address), { kind: 'silent' }],
      // Above what the customer would pay.
      [lower(key(5).address), await answer(job, key(5), 2n * 10n ** 18n)],
    ])
    const outcome = await holdAuction(ctxWith(answers), job, NOW)
    expect(outcome).toEqual({ kind: 'awarded', node: lower(key(1).address) })
    const intents = await intentsOf(rows, job.id)
    expect(intents.map(({ kind, key: purpose }) => [kind, purpose])).toEqual([
      ['submitAndAward', `award:${job.orderId}:1:1`],
    ])
    const list = await kept(job)
    const of = (i: number) => list.find(({ node }) => node === lower(key(i).address))
    expect(of(1)).toMatchObject({ decision: 'won', price: 300n })
    expect(of(0)).toMatchObject({ decision: 'passed', reason: expect.stringContaining('lower') })
    expect(of(2)).toMatchObject({ decision: 'declined', reason: expect.stringContaining('not signed') })
    expect(of(3)).toMatchObject({ decision: 'declined', reason: 'it declined: too hot' })
    expect(of(4)).toMatchObject({ decision: 'declined', reason: expect.stringContaining('in time') })
    expect(of(5)).toMatchObject({ decision: 'declined', reason: expect.stringContaining('maximum') })
  })

  it('[case 78] held by many at once gives one award', async () => {
    const job = await makeJob(rows)
    const answers = new Map<Address, BidAnswer>()
    for (const node of rows.nodes) answers.set(lower(node.address), await answer(job, node, 400n))
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => holdAuction(ctxWith(answers), job, NOW)),
    )
    expect(outcomes.filter(({ kind }) => kind === 'awarded')).toHaveLength(1)
    expect(outcomes.filter(({ kind }) => kind === 'stale')).toHaveLength(9)
    expect(await intentsOf(rows, job.id)).toHaveLength(1)
    expect((await kept(job)).filter(({ decision }) => decision === 'won')).toHaveLength(1)
    expect(await jobNow(rows, job.id)).toMatchObject({ revision: 2 })
  })

  it('[case 41] does not even ask the customer’s own node', async () => {
    const { generatePrivateKey, privateKeyToAccount } = await import('viem/accounts')
    const own = privateKeyToAccount(generatePrivateKey())
    await register(own, 99, lower(rows.customer.address))
    const job = await makeJob(rows)
    const asked: Address[] = []
    const outcome = await holdAuction(
      ctxWith(new Map([[lower(own.address), await answer(job, own, 0n)]]), asked),
      job,
      NOW,
    )
    expect(asked).not.toContain(lower(own.address))
    expect(outcome.kind).toBe('nobody')
    expect(await intentsOf(rows, job.id)).toEqual([])
  })

  it('says so when nobody bids, and changes nothing', async () => {
    const job = await makeJob(rows)
    const outcome = await holdAuction(ctxWith(new Map()), job, NOW)
    expect(outcome).toMatchObject({ kind: 'nobody', why: expect.stringContaining('No node offered') })
    expect(await jobNow(rows, job.id)).toMatchObject({ revision: 1 })
  })
})

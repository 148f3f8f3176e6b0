import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '#lib/db/client.ts'
import { chainEvents } from '#lib/db/schema/chain.ts'
import { nodeSessions, nodes } from '#lib/db/schema/nodes.ts'
import type { Address } from '#lib/kernel/ids.ts'
import { startPostgres, type TestDatabase } from '#tests/support/postgres.ts'
import type { Announcement } from '../protocol/workerEvents.ts'
import { nodeProjector } from './projector.ts'
import { announce, disconnect, heartbeat, ownerOfNode } from './sessions.ts'
import { nodeView, nodeViews } from './view.ts'

const DEPLOYMENT = 'd1'
const NODE: Address = `0x${'11'.repeat(20)}`
const MEMBER: Address = `0x${'12'.repeat(20)}`
const OWNER: Address = `0x${'22'.repeat(20)}`
const ORDER: Address = `0x${'aa'.repeat(32)}`

const announcement: Announcement = {
  protocol: 1,
  name: 'first',
  version: '1',
  gpuClass: 0,
  ask: '5',
  devices: [{ kind: 'cpu', name: 'cpu', memoryBytes: 1, cores: 2, driver: null }],
  runtimes: [{ name: 'node', version: '20', modules: ['fs'] }],
  tools: [],
  sandbox: { kind: 'none', reason: 'test', fix: 'none' },
  slots: 1,
  draining: false,
}

describe('nodes in the database', () => {
  let database: TestDatabase
  let open: Database
  beforeAll(async () => {
    database = await startPostgres()
    open = openDatabase(database.url)
  })
  afterAll(async () => {
    await open.close()
    await database.stop()
  })

  let index = 0
  const block = async (
    number: number,
    events: { name: string; args: Record<string, unknown>; orderId?: Address }[],
  ) => {
    const projector = nodeProjector(DEPLOYMENT)
    await open.db.transaction(async (tx) => {
      const stored = events.map(({ name, args, orderId }) => ({
        deploymentId: DEPLOYMENT,
        blockHash: `0x${String(number).padStart(64, '0')}` as const,
        logIndex: index++,
        blockNumber: number,
        blockTime: 86_400 * number,
        transactionHash: '0x00' as const,
        contract: 'any',
        name,
        args,
        orderId: orderId ?? null,
      }))
      await tx.insert(chainEvents).values(stored)
      await projector.apply(tx, { events: stored })
    })
  }

  it('[case 61] after blocks were taken out of the chain, the row equals a fold of what is left', async () => {
    const registered = { node: NODE, owner: OWNER, gpuClass: 0, ticket: 0, ask: '5', bond: '100' }
    await block(1, [
      { name: 'NodeRegistered', args: registered },
      { name: 'NodeRegistered', args: { ...registered, node: MEMBER } },
    ])
    await block(2, [
      { name: 'BondLocked', args: { node: NODE, amount: '40' } },
      { name: 'AskChanged', args: { node: NODE, ask: '9' } },
    ])
    await block(3, [{ name: 'BondSlashed', args: { node: NODE, amount: '30' } }])
    const row = async () => (await open.db.select().from(nodes)).find(({ node }) => node === NODE)
    expect(await row()).toMatchObject({ bond: 70n, lockedBond: 10n, ask: 9n })

    await open.db.transaction(async (tx) => {
      const removed = (await tx.select().from(chainEvents)).filter(({ blockNumber }) => blockNumber >= 2)
      for (const { blockHash } of removed)
        await tx.execute(`delete from chain_events where block_hash = '${blockHash}'`)
      await nodeProjector(DEPLOYMENT).undo(tx, { events: removed })
    })
    expect(await row()).toMatchObject({ bond: 100n, lockedBond: 0n, ask: 5n })
    expect(await ownerOfNode(open.db, DEPLOYMENT, NODE)).toBe(OWNER)
    expect(await ownerOfNode(open.db, DEPLOYMENT, OWNER)).toBeNull()
  })

  it('a newer session takes the node over, and the older one can neither renew nor end it', async () => {
    const key = { deploymentId: DEPLOYMENT, node: NODE, serverId: 'server', socketId: 'old' }
    const newer = { ...key, serverId: 'other', socketId: 'new' }
    await announce(open.db, key, announcement)
    expect(await heartbeat(open.db, key, { load: 0.5, draining: false })).toBe(true)
    await announce(open.db, newer, announcement)
    expect(await heartbeat(open.db, key, { load: 0.9, draining: true })).toBe(false)
    await disconnect(open.db, key)
    const [session] = await open.db.select().from(nodeSessions)
    expect(session).toMatchObject({ socketId: 'new', disconnectedAt: null, draining: false })
    expect((await nodeView(open.db, DEPLOYMENT, NODE))?.status).toBe('live')
    await disconnect(open.db, newer)
    expect((await nodeView(open.db, DEPLOYMENT, NODE))?.status).toBe('offline')
  })

  it('earnings by day are what the chain paid: a share of a settlement to the node that ran, fees to members', async () => {
    await block(10, [
      { name: 'Awarded', orderId: ORDER, args: { order: ORDER, attempt: 1, node: MEMBER } },
      { name: 'Awarded', orderId: ORDER, args: { order: ORDER, attempt: 2, node: NODE } },
      { name: 'Settled', orderId: ORDER, args: { order: ORDER, attempt: 2, nodePay: '1000' } },
      { name: 'MemberPaid', orderId: ORDER, args: { order: ORDER, member: MEMBER, amount: '70' } },
    ])
    await block(11, [
      { name: 'MemberPaid', orderId: ORDER, args: { order: ORDER, member: MEMBER, amount: '5' } },
      { name: 'Cancelled', orderId: ORDER, args: { order: ORDER, nodePay: '1', fee: '0', refund: '0' } },
    ])
    const views = await nodeViews(open.db, DEPLOYMENT)
    const of = (node: Address) => views.find((view) => view.node === node)
    expect(of(NODE)?.earned).toBe('1001')
    expect(of(MEMBER)?.earned).toBe('75')
    expect(of(MEMBER)?.earningsByDay).toEqual([
      { day: '1970-01-11', wei: '70' },
      { day: '1970-01-12', wei: '5' },
    ])
  })

  it('a member counts as silent as often as the chain fined it, and nobody else does', async () => {
    const fined = { order: ORDER, member: MEMBER, amount: '3' }
    await block(12, [{ name: 'MemberFined', orderId: ORDER, args: fined }])
    await block(13, [{ name: 'MemberFined', orderId: ORDER, args: fined }])
    const silent = async (node: Address) => (await nodeView(open.db, DEPLOYMENT, node))?.runs.silent
    expect(await silent(MEMBER)).toBe(2)
    expect(await silent(NODE)).toBe(0)
  })
})

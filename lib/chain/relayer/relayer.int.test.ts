import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { intents } from '../../db/schema/chain.ts'
import { eventsOfOrder } from '../events.ts'
import { type RunningIndexer, startIndexer } from '../indexer/indexer.ts'
import { queueIntent } from '../intents.ts'
import {
  account,
  logger,
  newBid,
  newOrder,
  RELAYER,
  startWorld,
  until,
  type World,
} from '../testing/world.ts'
import { submitAndAward } from '../write/index.ts'
import { type RunningRelayer, startRelayer } from './relayer.ts'

describe('carrying intents to the chain', () => {
  let world: World
  let relayer: RunningRelayer
  let indexer: RunningIndexer
  beforeAll(async () => {
    world = await startWorld()
    const { database, chain, deployment } = world
    const shared = { db: database.db, sql: database.sql, chain, deployment, logger }
    indexer = startIndexer({ ...shared, projectors: [], confirmations: 1 })
    relayer = startRelayer({ ...shared, account: account(RELAYER), embedded: true })
  })
  afterAll(async () => {
    await relayer?.stop()
    await indexer?.stop()
    await world?.stop()
  })

  it('brings a queued intent into a block and its events into the database', async () => {
    const { database, deployment } = world
    const order = await newOrder(world)
    const bid = await newBid(world, order)
    const queue = () =>
      database.db.transaction((tx) =>
        queueIntent(tx, {
          deploymentId: deployment.id,
          key: `submit:${order.id}`,
          kind: 'submitAndAward',
          orderId: order.id,
          jobId: 'job_1',
          ...submitAndAward(deployment, { order: order.order, signature: order.signature, ...bid }),
        }),
      )
    expect(await queue()).toBe(true)
    expect(await queue()).toBe(false)
    const events = await until(async () => {
      const found = await eventsOfOrder(database.db, deployment.id, order.id)
      return found.some((event) => event.name === 'Awarded') && found
    }, 'the award is indexed')
    const award = events.find((event) => event.name === 'Awarded')
    expect(award?.args).toMatchObject({
      order: order.id,
      attempt: 1,
      node: bid.bid.node,
      price: bid.bid.price.toString(),
    })
    const row = await until(async () => {
      const [found] = await database.db
        .select()
        .from(intents)
        .where(eq(intents.orderId, order.id))
        .orderBy(asc(intents.id))
      return found?.status === 'mined' && found
    }, 'the intent is mined')
    expect(row.hashes).toHaveLength(1)
    expect(row.minedHash).toBe(row.hashes[0])
  })
})

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAnvil } from '#tests/support/chain.ts'
import { chainEvents, intents, reorganisations } from '../../db/schema/chain.ts'
import { type Chain, openChain } from '../client.ts'
import { queueIntents } from '../intents.ts'
import { transactionView } from '../read/transaction.ts'
import { startRelayer } from '../relayer/relayer.ts'
import { account, logger, newOrder, RELAYER, startWorld, until, type World } from '../testing/world.ts'
import { submit } from '../write/index.ts'
import { startIndexer } from './indexer.ts'

let world: World
let chain: Chain
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'opengpu-chain-'))
  world = await startWorld({ nodes: 0, folder: join(folder, 'chain') })
})
afterAll(async () => {
  await chain?.close()
  await world?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('carries everything again, once and with the same nonces, when the embedded chain died and lost its last blocks [case 61][case 65]', async () => {
  const { database, deployment } = world
  const { db, sql } = database
  chain = openChain({ rpcUrl: world.anvil.url, chainId: 31337 })
  const shared = { db, sql, chain, deployment, logger }
  const port = Number(new URL(world.anvil.url).port)
  // A clean end writes the state. The kill below loses what came after it, as if nothing had been saved since.
  await world.anvil.stop()
  cpSync(join(folder, 'chain'), join(folder, 'kept'), { recursive: true })
  const restart = () => startAnvil({ folder: join(folder, 'chain'), preferredPort: port, samePort: true })
  let server = await restart()
  const indexer = startIndexer({ ...shared, projectors: [], confirmations: 1, lookEvery: 300 })
  const relayer = startRelayer({ ...shared, account: account(RELAYER), embedded: true, lookEvery: 300 })
  const orders = await until(
    async () => Promise.all(Array.from({ length: 5 }, () => newOrder(world))),
    'the chain answers',
  )
  const list = orders.map((order) => ({
    deploymentId: deployment.id,
    key: `submit:${order.id}`,
    kind: 'submit',
    orderId: order.id,
    ...submit(deployment, order),
  }))
  await db.transaction((tx) => queueIntents(tx, list))
  const rows = () => db.select().from(intents).orderBy(asc(intents.nonce))
  const allMined = () =>
    until(
      async () => {
        const found = await rows()
        return found.length === 5 && found.every((row) => row.status === 'mined') && found
      },
      'all are mined',
      30_000,
    )
  const before = await allMined()
  const submitted = () => db.select().from(chainEvents).where(eq(chainEvents.name, 'Submitted'))
  await until(async () => (await submitted()).length === 5, 'all are indexed')

  await server.kill()
  await until(async () => !indexer.health().ok, 'the indexer says that the chain is gone')
  rmSync(join(folder, 'chain'), { recursive: true })
  cpSync(join(folder, 'kept'), join(folder, 'chain'), { recursive: true })
  server = await restart()
  await until(async () => (await db.select().from(reorganisations)).length > 0, 'the loss is found', 30_000)
  const after = await until(
    async () => {
      const found = await rows()
      return (
        found.every(
          (row) =>
            row.status === 'mined' && row.blockHash !== before.find((old) => old.id === row.id)?.blockHash,
        ) && found
      )
    },
    'all are mined again',
    30_000,
  )
  expect(after.map((row) => [row.nonce, row.raw, row.minedHash])).toEqual(
    before.map((row) => [row.nonce, row.raw, row.minedHash]),
  )
  await until(async () => (await submitted()).length === 5, 'all are indexed again')
  const [seen] = await until(async () => {
    const found = await db.select().from(reorganisations)
    return found[0]?.resolved === true && found
  }, 'the loss is noted as made good')
  expect(seen?.notCarried).toEqual([])

  const view = await transactionView(chain, deployment, after[0]?.minedHash as `0x${string}`)
  expect(view).toMatchObject({
    status: 'mined',
    contract: 'TaskMarket',
    call: { name: 'submit' },
    revert: null,
  })
  expect(view.events.map((event) => `${event.contract}.${event.name}`)).toEqual([
    'Escrow.Locked',
    'TaskMarket.Submitted',
  ])
  expect(await transactionView(chain, deployment, `0x${'12'.repeat(32)}`)).toMatchObject({
    status: 'unknown',
    call: null,
  })
  await relayer.stop()
  await indexer.stop()
  await server.stop()
}, 120_000)

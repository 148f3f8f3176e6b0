import { asc, eq } from 'drizzle-orm'
import { parseEther } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blocks, chainEvents, intents, reorganisations } from '../../db/schema/chain.ts'
import { type Chain, openChain } from '../client.ts'
import { contractsOf } from '../contracts.ts'
import { mineBlocks } from '../embedded.ts'
import { queueIntent } from '../intents.ts'
import { startRelayer } from '../relayer/relayer.ts'
import type { ChainEvent } from '../rules/events.ts'
import { ledger } from '../testing/ledger.ts'
import { type RpcProxy, startRpcProxy } from '../testing/rpcProxy.ts'
import {
  account,
  CUSTOMER,
  deposit,
  logger,
  newOrder,
  RELAYER,
  startWorld,
  until,
  type World,
  walletOf,
} from '../testing/world.ts'
import { submit } from '../write/index.ts'
import { type RunningIndexer, startIndexer } from './indexer.ts'

describe('following the chain', () => {
  let world: World
  let proxy: RpcProxy
  let chain: Chain
  let picture: ReturnType<typeof ledger>
  let indexer: RunningIndexer
  beforeEach(async () => {
    world = await startWorld({ nodes: 1 })
    proxy = await startRpcProxy(world.anvil.url)
    chain = openChain({ rpcUrl: proxy.url, chainId: 31337 })
    picture = ledger()
  })
  afterEach(async () => {
    await indexer?.stop()
    await chain?.close()
    await proxy?.close()
    await world?.stop()
  })

  function start(options: Partial<Parameters<typeof startIndexer>[0]> = {}): void {
    const { db, sql } = world.database
    indexer = startIndexer({
      db,
      sql,
      chain,
      deployment: world.deployment,
      projectors: [picture],
      confirmations: 1,
      logger,
      lookEvery: 300,
      ...options,
    })
  }

  const pay = (amount: bigint) => deposit(world.chain, world.deployment, amount)

  const cursor = async () => {
    const rows = await world.database.db.select().from(blocks).orderBy(asc(blocks.number))
    return rows.at(-1)
  }

  /** The cursor is the newest block of the real node. */
  const caughtUp = () =>
    until(async () => {
      const head = await world.chain.publicClient.getBlock({ blockTag: 'latest' })
      return (await cursor())?.hash === head.hash
    }, 'the cursor is the head')

  const storedEvents = () =>
    world.database.db
      .select()
      .from(chainEvents)
      .orderBy(asc(chainEvents.blockNumber), asc(chainEvents.logIndex))

  /** Every kept row, the projector's picture, and a reading of the whole chain by another indexer are the same. */
  async function sameAsFromScratch(): Promise<void> {
    await caughtUp()
    const kept = await storedEvents()
    expect(picture.seen.size).toBe(kept.length)
    await indexer.stop()
    const { db, sql } = world.database
    await sql`truncate blocks, chain_events`
    const second = ledger()
    const direct = openChain({ rpcUrl: world.anvil.url, chainId: 31337 })
    const again = startIndexer({
      db,
      sql,
      chain: direct,
      deployment: world.deployment,
      projectors: [second],
      confirmations: 1,
      logger,
      window: 7,
    })
    await caughtUp()
    await again.stop()
    await direct.close()
    expect(await storedEvents()).toEqual(kept)
    expect([...second.seen.keys()].sort()).toEqual([...picture.seen.keys()].sort())
  }

  const depositsSum = (events: readonly { name: string; args: Record<string, unknown> }[]): bigint =>
    events
      .filter((event) => event.name === 'Deposited')
      .reduce((sum, event) => sum + BigInt(event.args.amount as string), 0n)

  it.each([1, 2, 3, 6, 12])(
    'undoes a reorganisation of depth %i and ends as if it had read the new chain alone [case 61]',
    async (depth) => {
      start()
      for (let block = 0; block < 14; block++) await pay(parseEther('1'))
      await caughtUp()
      const before = depositsSum((await storedEvents()) as never)
      // The last blocks are replaced by one more block than there were, all of them empty: their deposits are gone.
      await world.chain.request('anvil_reorg', [depth, []])
      await mineBlocks(world.chain, 1)
      await until(
        async () => (await world.database.db.select().from(reorganisations)).length > 0,
        'the reorganisation is seen',
      )
      await caughtUp()
      const [seen] = await world.database.db.select().from(reorganisations)
      expect(seen).toMatchObject({ depth, undone: depth, resolved: true })
      expect(depositsSum((await storedEvents()) as never)).toBe(before - parseEther('1') * BigInt(depth))
      await sameAsFromScratch()
    },
  )

  it('calls a block final only when it is N confirmations deep, and never one that a reorganisation may take [case 61]', async () => {
    start({ confirmations: 5 })
    for (let block = 0; block < 8; block++) await pay(1n)
    await caughtUp()
    const head = (await cursor())?.number ?? 0
    expect(picture.finalThrough).toBe(head - 4)
    await world.chain.request('anvil_reorg', [3, []])
    await mineBlocks(world.chain, 1)
    await caughtUp()
    expect(picture.finalThrough).toBe(head + 1 - 4)
  })

  it('treats a chain that is shorter than the cursor as a reorganisation [case 61]', async () => {
    start()
    const snapshot = await world.chain.request<string>('evm_snapshot', [])
    for (let block = 0; block < 5; block++) await pay(1n)
    await caughtUp()
    const before = (await cursor())?.number ?? 0
    await world.chain.request('evm_revert', [snapshot])
    await until(
      async () => (await world.database.db.select().from(reorganisations)).length > 0,
      'the loss is seen',
    )
    await caughtUp()
    expect((await cursor())?.number).toBe(before - 5)
    await sameAsFromScratch()
  })

  it('goes back to the first block when nothing that it knows is on the chain any more [case 61]', async () => {
    start()
    for (let block = 0; block < 3; block++) await pay(1n)
    await caughtUp()
    await indexer.stop()
    await world.database.sql`update blocks set hash = '0x' || md5(hash) || md5(parent_hash)`
    await world.database.sql`update chain_events set block_hash = '0x' || md5(block_hash) || md5(block_hash)`
    const kept = picture.seen.size
    picture = ledger()
    for (const row of await storedEvents())
      picture.seen.set(`${row.blockHash}:${row.logIndex}`, row as unknown as ChainEvent)
    expect(picture.seen.size).toBe(kept)
    start()
    await sameAsFromScratch()
  })

  it('shows that it stands still while the node is gone, and misses nothing of what happened meanwhile [case 62]', async () => {
    start()
    await caughtUp()
    const before = await cursor()
    proxy.down()
    await until(async () => !indexer.health().ok, 'it is unwell')
    expect(indexer.health().detail).toMatch(/cannot go on/)
    for (let block = 0; block < 20; block++) await pay(1n)
    expect(await cursor()).toEqual(before)
    proxy.up()
    await caughtUp()
    await until(async () => indexer.health().ok, 'it is well again')
    await sameAsFromScratch()
  })

  it.each([
    [
      'says that it is asked too often',
      (method: string, answer: object) =>
        method === 'eth_getLogs'
          ? { ...answer, result: undefined, error: { code: 429, message: 'Too Many Requests' } }
          : answer,
    ],
    [
      'answers something that is not JSON',
      (method: string) => (method === 'eth_getLogs' ? '<html>502 Bad Gateway</html>' : undefined),
    ],
    [
      'answers without a result',
      (method: string, answer: { id?: number }) =>
        method === 'eth_getLogs' ? { jsonrpc: '2.0', id: answer.id } : answer,
    ],
    [
      'has no logs to give',
      (method: string, answer: object) => (method === 'eth_getLogs' ? { ...answer, result: [] } : answer),
    ],
    [
      'gives logs of another block',
      (method: string, answer: { result?: unknown }) =>
        method === 'eth_getLogs' && Array.isArray(answer.result)
          ? { ...answer, result: answer.result.map((log) => ({ ...log, blockHash: `0x${'cd'.repeat(32)}` })) }
          : answer,
    ],
  ] as const)(
    'moves on nothing when a node %s, and catches up without a gap when it is well [case 62]',
    async (_what, fault) => {
      start()
      await caughtUp()
      const before = await cursor()
      proxy.corrupt = fault as RpcProxy['corrupt']
      for (let block = 0; block < 3; block++) await pay(1n)
      await until(async () => !indexer.health().ok, 'it is unwell')
      expect(await cursor()).toEqual(before)
      proxy.corrupt = null
      await sameAsFromScratch()
    },
  )

  it('waits for a slow node and takes its word as any other [case 62]', async () => {
    proxy.delay = 150
    start()
    for (let block = 0; block < 3; block++) await pay(1n)
    await sameAsFromScratch()
  })

  it('keeps one row of each event whatever is repeated, late or out of order [case 63]', async () => {
    proxy.shuffleHeads = true
    proxy.corrupt = (method, answer) =>
      method === 'eth_getLogs' && Array.isArray(answer.result)
        ? { ...answer, result: [...answer.result, ...answer.result].reverse() }
        : answer
    start()
    for (let block = 0; block < 10; block++) await pay(BigInt(block + 1))
    await sameAsFromScratch()
    const rows = await storedEvents()
    expect(new Set(rows.map((row) => `${row.blockHash}:${row.logIndex}`)).size).toBe(rows.length)
  })

  it.each([
    ['the first half', (logs: unknown[]) => logs.slice(0, Math.ceil(logs.length / 2))],
    ['the second half', (logs: unknown[]) => logs.slice(Math.floor(logs.length / 2))],
    ['all but the last', (logs: unknown[]) => logs.slice(0, -1)],
  ])('does not move when a node gives %s of a block, and loses nothing [case 64]', async (_what, cut) => {
    start()
    await caughtUp()
    const before = await cursor()
    proxy.corrupt = (method, answer) =>
      method === 'eth_getLogs' && Array.isArray(answer.result) && answer.result.length > 1
        ? { ...answer, result: cut(answer.result) }
        : answer
    await pay(7n)
    await until(async () => !indexer.health().ok, 'it is unwell')
    expect(indexer.health().detail).toMatch(/did not send all logs/)
    expect((await cursor())?.number).toBe(before?.number)
    proxy.corrupt = null
    await sameAsFromScratch()
  })

  it.each([
    ['the first', (count: number) => count / 2 - 1],
    ['the last', (count: number) => count - 1],
  ])('notices that %s of two equal logs of a block is missing [case 64]', async (_which, position) => {
    start()
    await caughtUp()
    const before = await cursor()
    // Two equal deposits in one block: the second adds nothing to the block's filter.
    await world.chain.request('evm_setAutomine', [false])
    const { escrow } = contractsOf(world.deployment)
    const customer = account(CUSTOMER)
    const base = await world.chain.publicClient.getTransactionCount({ address: customer.address })
    for (const nonce of [base, base + 1])
      await walletOf(world.chain, customer).writeContract({
        ...escrow,
        functionName: 'deposit',
        args: [5n],
        account: customer,
        chain: null,
        nonce,
        gas: 300_000n,
      })
    proxy.corrupt = (method, answer) =>
      method === 'eth_getLogs' && Array.isArray(answer.result) && answer.result.length > 2
        ? { ...answer, result: answer.result.filter((_log, index, all) => index !== position(all.length)) }
        : answer
    await mineBlocks(world.chain, 1)
    await world.chain.request('evm_setAutomine', [true])
    await until(async () => !indexer.health().ok, 'it is unwell')
    expect(indexer.health().detail).toMatch(/did not send all logs/)
    expect((await cursor())?.number).toBe(before?.number)
    proxy.corrupt = null
    await sameAsFromScratch()
    expect(depositsSum((await storedEvents()).slice(-2) as never)).toBe(10n)
  })

  it('asks for fewer blocks at once when a node refuses many, and proves each of them by its parent [case 64]', async () => {
    const first = Number(world.deployment.blockNumber)
    await mineBlocks(world.chain, 60)
    await pay(1n)
    let inWindow = 0
    let reset: NodeJS.Timeout | undefined
    proxy.corrupt = (method, answer, params) => {
      if (method !== 'eth_getBlockByNumber' || params[0] === 'latest') return answer
      clearTimeout(reset)
      reset = setTimeout(() => {
        inWindow = 0
      }, 50)
      if (++inWindow <= 20) return answer
      return { ...answer, result: undefined, error: { code: -32005, message: 'limit exceeded' } }
    }
    start({ window: 64 })
    await until(async () => ((await cursor())?.number ?? 0) > first + 15, 'it goes on in smaller steps')
    proxy.corrupt = null
    await sameAsFromScratch()
    const rows = await world.database.db.select().from(blocks).orderBy(asc(blocks.number))
    for (let index = 1; index < rows.length; index++)
      expect(rows[index]?.parentHash).toBe(rows[index - 1]?.hash)
  })

  it('carries again what a reorganisation took out of the chain, once [case 61]', async () => {
    const { db, sql } = world.database
    start()
    const relayer = startRelayer({
      db,
      sql,
      chain,
      deployment: world.deployment,
      account: account(RELAYER),
      embedded: true,
      logger,
      lookEvery: 300,
    })
    const order = await newOrder(world)
    await db.transaction((tx) =>
      queueIntent(tx, {
        deploymentId: world.deployment.id,
        key: `submit:${order.id}`,
        kind: 'submit',
        orderId: order.id,
        ...submit(world.deployment, order),
      }),
    )
    const intent = async () => (await db.select().from(intents).where(eq(intents.orderId, order.id)))[0]
    const first = await until(async () => {
      const row = await intent()
      return row?.status === 'mined' && row
    }, 'it is mined')
    await caughtUp()
    await world.chain.request('anvil_reorg', [2, []])
    await mineBlocks(world.chain, 1)
    const second = await until(async () => {
      const row = await intent()
      return row?.status === 'mined' && row.blockHash !== first.blockHash && row
    }, 'it is mined again')
    expect(second.nonce).toBe(first.nonce)
    expect(second.raw).toBe(first.raw)
    await caughtUp()
    const submitted = (await storedEvents()).filter((event) => event.name === 'Submitted')
    expect(submitted).toHaveLength(1)
    await until(async () => (await db.select().from(reorganisations))[0]?.resolved, 'it is noted as carried')
    await relayer.stop()
    await sameAsFromScratch()
  })
})

import { asc, eq } from 'drizzle-orm'
import { parseEther, parseGwei } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { intents } from '../../db/schema/chain.ts'
import { MESSAGE_TYPES, marketDomain } from '../../protocol/messages.ts'
import { type Chain, openChain } from '../client.ts'
import { mineBlocks } from '../embedded.ts'
import { type NewIntent, queueIntent, queueIntents } from '../intents.ts'
import { jobOf } from '../read/market.ts'
import { escrowBalance } from '../read/money.ts'
import { type RpcProxy, startRpcProxy } from '../testing/rpcProxy.ts'
import {
  account,
  CUSTOMER,
  logger,
  newBid,
  newOrder,
  poolSize,
  RELAYER,
  type SignedOrder,
  startWorld,
  timesOnChain,
  until,
  type World,
  walletOf,
} from '../testing/world.ts'
import { draw, expire, start, submit, submitAndAward, submitResult } from '../write/index.ts'
import { type RelayerOptions, type RunningRelayer, startRelayer } from './relayer.ts'

describe('carrying intents to the chain', () => {
  let world: World
  let relayers: RunningRelayer[]
  let chains: Chain[]
  let proxies: RpcProxy[]
  beforeEach(async () => {
    world = await startWorld()
    relayers = []
    chains = []
    proxies = []
  })
  afterEach(async () => {
    await Promise.all(relayers.map((relayer) => relayer.stop()))
    await Promise.all(chains.map((chain) => chain.close()))
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await world.stop()
  })

  function relay(options: Partial<RelayerOptions> = {}): RunningRelayer {
    const { chain, deployment, database } = world
    const relayer = startRelayer({
      db: database.db,
      sql: database.sql,
      chain,
      deployment,
      account: account(RELAYER),
      logger,
      embedded: false,
      lookEvery: 200,
      ...options,
    })
    relayers.push(relayer)
    return relayer
  }

  const intentFor = (order: SignedOrder): NewIntent => ({
    deploymentId: world.deployment.id,
    key: `submit:${order.id}`,
    kind: 'submit',
    orderId: order.id,
    jobId: `job_${order.id.slice(2, 10)}`,
    ...submit(world.deployment, order),
  })
  const queue = (intent: NewIntent) => world.database.db.transaction((tx) => queueIntent(tx, intent))
  const rows = () => world.database.db.select().from(intents).orderBy(asc(intents.nonce))
  const row = async (key: string) =>
    (await world.database.db.select().from(intents).where(eq(intents.key, key)))[0]
  const ended = (key: string, status: 'mined' | 'reverted' = 'mined') =>
    until(
      async () => {
        const found = await row(key)
        return found?.status === status && found
      },
      `${key} is ${status}`,
      25_000,
    )
  const sent = (key: string) =>
    until(async () => {
      const found = await row(key)
      return found?.status === 'sent' && found
    }, `${key} is sent`)
  const count = () => world.chain.publicClient.getTransactionCount({ address: account(RELAYER).address })
  const submittedTimes = (order: SignedOrder) => timesOnChain(world, order)
  const inPool = () => poolSize(world.chain)

  it('sends an intent once, however often it is queued, and tells the engine of its job', async () => {
    const heard: string[] = []
    await world.database.sql.listen('opengpu_jobs', (payload) => heard.push(payload))
    relay()
    const order = await newOrder(world)
    const intent = intentFor(order)
    expect(await queue(intent)).toBe(true)
    expect(await queue(intent)).toBe(false)
    const mined = await ended(intent.key)
    expect(await queue(intent)).toBe(false)
    expect(mined.hashes).toEqual([mined.minedHash])
    expect(await submittedTimes(order)).toBe(1)
    await until(async () => heard.includes(intent.jobId ?? ''), 'the engine was told')
  })

  it('spends no nonce on a call that would revert, and says why', async () => {
    relay()
    const order = await newOrder(world, { maxPrice: parseEther('80000') })
    await queue(intentFor(order))
    const failed = await ended(`submit:${order.id}`, 'reverted')
    expect(failed.nonce).toBeNull()
    expect(failed.error).toMatch(/^InsufficientBalance: The escrow balance is 50000 oGPU, needed are /)
    expect(await count()).toBe(0)
  })

  it('refuses what the policy does not list before a key is touched', async () => {
    relay()
    const { escrow } = world.deployment.addresses
    await queue({
      deploymentId: world.deployment.id,
      key: 'bad',
      kind: 'bad',
      to: escrow,
      data: '0xb6b55f25',
    })
    expect((await ended('bad', 'reverted')).error).toMatch(/is not one that is carried/)
    expect(await count()).toBe(0)
  })

  it('refuses a signed message of another order, and one that was used [case 60]', async () => {
    relay()
    const [first, second] = [await newOrder(world), await newOrder(world)]
    for (const order of [first, second]) {
      const bid = await newBid(world, order)
      const data = submitAndAward(world.deployment, {
        order: order.order,
        signature: order.signature,
        ...bid,
      })
      await queue({ ...intentFor(order), ...data })
      await ended(`submit:${order.id}`)
    }
    const node = world.nodes[0]
    if (!node) throw new Error('no node')
    const domain = marketDomain(world.deployment.chainId, world.deployment.addresses.taskMarket)
    const message = { order: first.id, attempt: 1, node: node.address }
    const nodeSignature = await node.signTypedData({
      domain,
      types: { Start: MESSAGE_TYPES.Start },
      primaryType: 'Start',
      message,
    })
    const carry = (key: string, call: ReturnType<typeof start>) =>
      queue({ deploymentId: world.deployment.id, key, kind: 'start', ...call })
    await carry(
      'replayed',
      start(world.deployment, { message: { ...message, order: second.id }, nodeSignature }),
    )
    expect((await ended('replayed', 'reverted')).error).toMatch(/^SignatureInvalid/)
    await carry('honest', start(world.deployment, { message, nodeSignature }))
    await ended('honest')
    await carry('again', start(world.deployment, { message, nodeSignature }))
    expect((await ended('again', 'reverted')).error).toMatch(/^WrongState/)
    expect((await jobOf(world.chain, world.deployment, second.id)).startedAt).toBe(0)
  })

  it('asks the embedded chain for the blocks that a draw waits for', async () => {
    relay({ embedded: true })
    const order = await newOrder(world)
    const bid = await newBid(world, order)
    await queue({
      ...intentFor(order),
      ...submitAndAward(world.deployment, { order: order.order, signature: order.signature, ...bid }),
    })
    await ended(`submit:${order.id}`)
    const node = world.nodes[0]
    if (!node) throw new Error('no node')
    const domain = marketDomain(world.deployment.chainId, world.deployment.addresses.taskMarket)
    const message = { order: order.id, attempt: 1, node: node.address }
    const carry = (key: string, call: ReturnType<typeof start>) =>
      queue({ deploymentId: world.deployment.id, key, kind: key, ...call })
    const startSignature = await node.signTypedData({
      domain,
      types: { Start: MESSAGE_TYPES.Start },
      primaryType: 'Start',
      message,
    })
    await carry('start', start(world.deployment, { message, nodeSignature: startSignature }))
    await ended('start')
    const result = { ...message, commitment: `0x${'77'.repeat(32)}` as const }
    const resultSignature = await node.signTypedData({
      domain,
      types: { Result: MESSAGE_TYPES.Result },
      primaryType: 'Result',
      message: result,
    })
    await carry('result', submitResult(world.deployment, { result, nodeSignature: resultSignature }))
    await ended('result')
    await carry('draw', draw(world.deployment, { order: order.order }))
    await ended('draw')
    expect((await jobOf(world.chain, world.deployment, order.id)).seats).toBe(3)
  })

  it('sends the stored bytes again when it died between storing and sending [case 65]', async () => {
    const proxy = await startRpcProxy(world.anvil.url)
    proxies.push(proxy)
    const deaf = openChain({ rpcUrl: proxy.url, chainId: 31337 })
    chains.push(deaf)
    proxy.swallowed.add('eth_sendRawTransaction')
    const first = relay({ chain: deaf })
    const order = await newOrder(world)
    await queue(intentFor(order))
    const stored = await sent(`submit:${order.id}`)
    proxy.down()
    await first.stop()
    expect(await count()).toBe(0)
    relay()
    const mined = await ended(`submit:${order.id}`)
    expect(mined).toMatchObject({ nonce: stored.nonce, raw: stored.raw, hashes: stored.hashes })
    expect(await count()).toBe(1)
    expect(await submittedTimes(order)).toBe(1)
  })

  it('sends again, with the same nonce, what the node forgot [case 65]', async () => {
    relay()
    await world.chain.request('evm_setAutomine', [false])
    const order = await newOrder(world)
    await queue(intentFor(order))
    const before = await sent(`submit:${order.id}`)
    await until(async () => (await inPool()) === 1, 'it is in the pool')
    await world.chain.request('anvil_dropAllTransactions', [])
    await world.chain.request('evm_setAutomine', [true])
    const after = await ended(`submit:${order.id}`)
    expect(after.raw).toBe(before.raw)
    expect(await count()).toBe(1)
  })

  it('offers more for the same nonce when blocks pass a transaction by [case 65]', async () => {
    relay({ replaceAfterBlocks: 2, replaceAfterSeconds: 0 })
    await world.chain.request('evm_setAutomine', [false])
    const order = await newOrder(world)
    await queue(intentFor(order))
    const before = await sent(`submit:${order.id}`)
    await until(async () => (await inPool()) === 1, 'it is in the pool')
    await world.chain.request('anvil_setNextBlockBaseFeePerGas', [`0x${parseGwei('100').toString(16)}`])
    const after = await until(async () => {
      await mineBlocks(world.chain, 1)
      await new Promise((resolve) => setTimeout(resolve, 100))
      const found = await row(`submit:${order.id}`)
      return found?.status === 'mined' && found
    }, 'it is mined')
    expect(after.nonce).toBe(before.nonce)
    expect(after.hashes.length).toBeGreaterThan(1)
    expect(after.hashes[0]).toBe(before.hashes[0])
    expect(after.minedHash).not.toBe(before.hashes[0])
    const raised = (after.maxFeePerGas ?? 0n) * 1000n
    expect(raised).toBeGreaterThanOrEqual((before.maxFeePerGas ?? 0n) * 1125n)
    expect(await count()).toBe(1)
    expect(await submittedTimes(order)).toBe(1)
  })

  it('fills a nonce that nobody holds, so that nothing above waits for ever [case 65]', async () => {
    const first = relay()
    await world.chain.request('evm_setAutomine', [false])
    const orders = [await newOrder(world), await newOrder(world), await newOrder(world)]
    await world.database.db.transaction((tx) => queueIntents(tx, orders.map(intentFor)))
    for (const order of orders) await sent(`submit:${order.id}`)
    await first.stop()
    await world.chain.request('anvil_dropAllTransactions', [])
    await world.database.sql`delete from intents where nonce = 0`
    const left = (await rows()).map((item) => item.key)
    expect(left).toHaveLength(2)
    await world.chain.request('evm_setAutomine', [true])
    relay()
    for (const key of left) await ended(key)
    expect((await rows()).map((item) => [item.nonce, item.kind, item.status])).toEqual([
      [0, 'fill', 'mined'],
      [1, 'submit', 'mined'],
      [2, 'submit', 'mined'],
    ])
  })

  it('sends once more, with a new nonce, what somebody else with the key cancelled [case 66]', async () => {
    relay()
    await world.chain.request('evm_setAutomine', [false])
    const order = await newOrder(world)
    await queue(intentFor(order))
    const before = await sent(`submit:${order.id}`)
    await until(async () => (await inPool()) === 1, 'it is in the pool')
    const key = account(RELAYER)
    await walletOf(world.chain, key).sendTransaction({
      account: key,
      chain: null,
      to: key.address,
      nonce: before.nonce ?? 0,
      maxFeePerGas: parseGwei('100'),
      maxPriorityFeePerGas: parseGwei('50'),
    })
    await world.chain.request('evm_setAutomine', [true])
    const after = await until(async () => {
      await mineBlocks(world.chain, 1)
      const found = await row(`submit:${order.id}`)
      return found?.status === 'mined' && found
    }, 'it is mined')
    expect(after.nonce).toBe((before.nonce ?? 0) + 1)
    expect(after.hashes).toEqual([before.hashes[0], after.minedHash])
    expect(await submittedTimes(order)).toBe(1)
  })

  it('never sends with one key from two processes: the second waits, and takes over when the first is gone [case 68]', async () => {
    const [first, second] = [relay(), relay()]
    const states = () => [first, second].map((relayer) => relayer.health().detail).sort()
    let both = false
    const sample = setInterval(() => {
      both ||= states()[1] === 'sends'
    }, 10)
    await until(async () => states()[0] === 'sends', 'one of them sends')
    // Long enough for the second to have tried for the lock.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(states()).toEqual(['sends', 'waits: another process sends'])
    const orders = await Promise.all(Array.from({ length: 20 }, () => newOrder(world)))
    await world.database.db.transaction((tx) => queueIntents(tx, orders.slice(0, 10).map(intentFor)))
    for (const order of orders.slice(0, 10)) await ended(`submit:${order.id}`)
    // The connection that holds the lock dies, as with its process.
    await world.database
      .sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`
    await world.database.db.transaction((tx) => queueIntents(tx, orders.slice(10).map(intentFor)))
    for (const order of orders) await ended(`submit:${order.id}`)
    await until(
      async () => states()[0] === 'sends' && states()[1]?.startsWith('waits'),
      'one of them sends again',
    )
    clearInterval(sample)
    expect(both).toBe(false)
    expect((await rows()).map((item) => item.nonce)).toEqual(orders.map((_, nonce) => nonce))
    expect(await count()).toBe(20)
    for (const order of orders) expect(await submittedTimes(order)).toBe(1)
  })

  it('lets intents wait with the reason while the wallet is empty, and goes on when it is filled [case 69]', async () => {
    const relayer = relay()
    const address = account(RELAYER).address
    await world.chain.request('anvil_setBalance', [address, '0x0'])
    const order = await newOrder(world)
    await queue(intentFor(order))
    await until(async () => (await row(`submit:${order.id}`))?.error ?? undefined, 'it waits with a reason')
    const waiting = await row(`submit:${order.id}`)
    expect(waiting).toMatchObject({ status: 'queued', nonce: null })
    expect(waiting?.error).toMatch(/holds too little ETH for gas/)
    expect(relayer.health()).toMatchObject({ ok: false, detail: relayer.alert() })
    await world.chain.request('anvil_setBalance', [address, '0x8ac7230489e80000'])
    const mined = await ended(`submit:${order.id}`)
    expect(mined.error).toBeNull()
    await until(async () => relayer.health().ok, 'it is well again')
  })

  it('lets intents wait while gas costs more than the cap, and goes on when it is cheap [case 69]', async () => {
    const relayer = relay({ maxFeeCap: parseGwei('20') })
    await world.chain.request('anvil_setNextBlockBaseFeePerGas', [`0x${parseGwei('60').toString(16)}`])
    await mineBlocks(world.chain, 1)
    const order = await newOrder(world)
    await queue(intentFor(order))
    await until(async () => (await row(`submit:${order.id}`))?.error ?? undefined, 'it waits with a reason')
    expect(relayer.alert()).toMatch(/more than the cap/)
    expect(await count()).toBe(0)
    await mineBlocks(world.chain, 20)
    await ended(`submit:${order.id}`)
    expect(relayer.alert()).toBeNull()
  })

  it('gives everything back when the chain clock jumps over every deadline [case 70]', async () => {
    relay()
    const before = await escrowBalance(world.chain, world.deployment, account(CUSTOMER).address)
    const order = await newOrder(world)
    await queue(intentFor(order))
    await ended(`submit:${order.id}`)
    expect((await escrowBalance(world.chain, world.deployment, account(CUSTOMER).address)).free).toBeLessThan(
      before.free,
    )
    const carry = (key: string) =>
      queue({
        deploymentId: world.deployment.id,
        key,
        kind: 'expire',
        orderId: order.id,
        ...expire(world.deployment, { order: order.order }),
      })
    await carry('expire:early')
    await until(async () => (await row('expire:early'))?.error?.startsWith('TooEarly'), 'it is too early')
    expect((await row('expire:early'))?.status).toBe('queued')
    await world.chain.request('evm_increaseTime', [86_400])
    await mineBlocks(world.chain, 1)
    await ended('expire:early')
    expect(await escrowBalance(world.chain, world.deployment, account(CUSTOMER).address)).toEqual(before)
  })
})

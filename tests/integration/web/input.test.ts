import { connect } from 'node:net'
import { sql } from 'drizzle-orm'
import { createWalletClient, defineChain, erc20Abi, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractsOf } from '#lib/chain/contracts.ts'
import { lower } from '#lib/kernel/ids.ts'
import { nodeViews } from '#lib/nodes/view.ts'
import { HEARTBEAT_SECONDS, WORKER_EVENTS } from '#lib/protocol/workerEvents.ts'
import { startNetwork, type TestNetwork } from '#tests/support/network.ts'
import { connectNode, until } from '#tests/support/nodeClient.ts'
import { ask, type Person, type Site, sendOrder, signIn, signOrder, startSite, type Wish } from './site.ts'

const text = (source: string): Uint8Array => new TextEncoder().encode(source)
const HELLO = text('console.log("hello")\n')

let network: TestNetwork
let site: Site
let customer: Person
const sockets: Awaited<ReturnType<typeof connectNode>>[] = []
let beats: NodeJS.Timeout

beforeAll(async () => {
  network = await startNetwork({ nodes: 5, workers: 0 })
  // Nodes that are there and bid nothing: an order is taken and waits, so that nothing moves while it is looked at.
  for (const index of [1, 2, 3, 4, 5]) {
    const account = network.nodeKey(index)
    await until(async () => {
      try {
        sockets.push(await connectNode(network.url, { account, address: lower(account.address) }))
        return true
      } catch (error) {
        // The registration is on chain and not read yet.
        if (error instanceof Error && error.message.startsWith('not-registered')) return false
        throw error
      }
    }, 30_000)
  }
  beats = setInterval(() => {
    for (const socket of sockets)
      socket.emit(WORKER_EVENTS.heartbeat, { leases: [], load: 0, draining: false }, () => undefined)
  }, HEARTBEAT_SECONDS * 1000)
  site = await startSite(network, network.nodeKey(1).address)
  customer = await signIn(site, network.customer)
  const { db, deployment } = network.server.runtime
  await until(
    async () => (await nodeViews(db, deployment.id)).filter(({ status }) => status === 'live').length === 5,
  )
}, 300_000)
afterAll(async () => {
  clearInterval(beats)
  for (const socket of sockets) socket.disconnect()
  await site?.stop()
  await network?.stop()
})

async function escrow(): Promise<{ free: bigint; locked: bigint }> {
  const { runtime } = network.server
  const { escrow: contract } = contractsOf(runtime.deployment)
  const read = (functionName: 'balanceOf' | 'lockedOf') =>
    runtime.chain.publicClient.readContract({ ...contract, functionName, args: [network.customer.address] })
  const [free, locked] = await Promise.all([read('balanceOf'), read('lockedOf')])
  return { free, locked }
}
async function jobs(): Promise<number> {
  const [row] = await network.server.runtime.db.execute<{ n: number }>(
    sql`select count(*)::int as n from jobs`,
  )
  return row?.n ?? -1
}
async function send(wish: Wish, change: Parameters<typeof sendOrder>[3] = {}) {
  return sendOrder(site, await signOrder(network, network.customer, wish), [wish.bytes], change)
}

describe('bad input', () => {
  /** Refused outright: a problem document with this code, no job, nothing locked. */
  async function refused(
    wish: Wish,
    status: number,
    code: string,
    change: Parameters<typeof sendOrder>[3] = {},
  ) {
    const [before, count] = [await escrow(), await jobs()]
    const answer = await send(wish, change)
    expect([answer.status, answer.json().code], answer.text).toEqual([status, code])
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(String(answer.json().detail).length).toBeGreaterThan(20)
    expect(await jobs()).toBe(count)
    expect(await escrow()).toEqual(before)
    return answer
  }
  /** Taken, judged and rejected: the job says why by this rule, and nothing was locked. */
  async function rejected(wish: Wish, rule: string) {
    const before = await escrow()
    const answer = await send(wish)
    expect([answer.status, answer.json().state], answer.text).toEqual([201, 'rejected'])
    const job = (
      await ask(site.url, `/api/v1/jobs/${answer.json().id}`, { headers: customer.program })
    ).json() as { verdict: { decision: string; reasons: { rule: string; message: string }[] }; cost: unknown }
    expect(job.verdict.decision).toBe('reject')
    expect(job.verdict.reasons[0]).toMatchObject({ rule, severity: 'reject' })
    expect(job.verdict.reasons[0]?.message.length).toBeGreaterThan(10)
    expect(job.cost).toMatchObject({ locked: null, price: null })
    expect(await escrow()).toEqual(before)
  }

  it('of the wrong file type is rejected with its name and what would be right', async () => {
    await rejected({ bytes: text('hello\n'), entry: 'main.txt' }, 'wrong-file-type')
  })
  it('that is an empty file is rejected', async () => {
    await rejected({ bytes: new Uint8Array() }, 'empty-file')
  })
  it('that is a script of 50 MB is rejected by its size', async () => {
    await rejected({ bytes: new Uint8Array(50_000_000).fill(0x20) }, 'too-large')
  }, 60_000)
  it('that is a program in machine code is rejected as binary', async () => {
    await rejected({ bytes: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]) }, 'binary')
  })
  it('for a runtime that does not exist is refused', async () => {
    const answer = await refused({ bytes: HELLO }, 400, 'invalid-input', { spec: { runtime: 'ruby' } })
    expect(answer.text).toContain('runtime')
  })
  it('with a module that no node has is refused and the module named', async () => {
    const bytes = text("import pad from 'left-pad-of-nowhere'\nconsole.log(pad)\n")
    const answer = await refused({ bytes }, 422, 'missing-module')
    expect(answer.json().modules).toEqual(['left-pad-of-nowhere'])
  })
  it('with a price of zero is refused', async () => {
    await refused({ bytes: HELLO, maxPrice: 0n }, 422, 'price-zero')
  })
  it('with a price above the balance is refused and says what is there and what is needed', async () => {
    const { free } = await escrow()
    const answer = await refused({ bytes: HELLO, maxPrice: free + 1n }, 422, 'balance-too-low')
    expect(answer.json().balance).toBe(free.toString())
    expect(BigInt(String(answer.json().needed))).toBeGreaterThan(free)
  })
  it('with a deadline in the past is refused', async () => {
    await refused({ bytes: HELLO, change: { submitBy: 1n } }, 422, 'deadline-past')
  })
  it('[case 138] with an amount that is no whole number of wei is refused before anything is read from it', async () => {
    const wrong = [
      '-1',
      '1.5',
      '1e18',
      '0x10',
      (2n ** 256n).toString(),
      '01',
      ' 1',
      '1 ',
      '',
      '+1',
      '１',
      'NaN',
      1,
      null,
      {},
    ]
    for (const maxPrice of wrong) {
      const answer = await refused({ bytes: HELLO }, 400, 'invalid-input', { order: { maxPrice } })
      expect(answer.text).toContain('maxPrice')
    }
    for (const field of ['nonce', 'submitBy']) {
      await refused({ bytes: HELLO }, 400, 'invalid-input', { order: { [field]: '-5' } })
      await refused({ bytes: HELLO }, 400, 'invalid-input', { order: { [field]: (2n ** 256n).toString() } })
    }
    // A price that was not signed is not the customer's.
    await refused({ bytes: HELLO }, 422, 'bad-signature', { order: { maxPrice: '1000000000000000001' } })
  }, 60_000)
  it('with fields that nobody asked for is refused', async () => {
    await refused({ bytes: HELLO }, 400, 'invalid-input', { order: { admin: true } })
    await refused({ bytes: HELLO }, 400, 'invalid-input', { spec: { state: 'settled' } })
  })
})

describe('a body that attacks', () => {
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    ask(site.url, '/api/v1/keys', { method: 'POST', headers: { ...customer.program, ...headers }, body })

  it('[case 134] of a declared gigabyte is refused before it is sent', async () => {
    for (const path of ['/api/v1/keys', '/api/v1/jobs', '/api/v1/rpc', '/jobs/new', '/ops']) {
      const began = performance.now()
      const head = await raw(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 30}\r\n\r\n`,
      )
      expect(head, path).toMatch(/^HTTP\/1\.1 413 /)
      expect(performance.now() - began).toBeLessThan(2_000)
    }
  })

  it('[case 134] that never ends is answered 413, or before it was read, and the connection closed', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const paths: [string, RegExp][] = [
      ['/api/v1/keys', /^HTTP\/1\.1 413 /],
      ['/api/v1/auth/verify', /^HTTP\/1\.1 413 /],
      // Files need their length in advance.
      ['/api/v1/jobs', /^HTTP\/1\.1 411 /],
      ['/jobs/new', /^HTTP\/1\.1 (4\d\d|200) /],
      ['/no-such-page', /^HTTP\/1\.1 4\d\d /],
    ]
    for (const [path, first] of paths) {
      const began = performance.now()
      const answer = await raw(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nAuthorization: ${customer.program.authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
        chunk,
      )
      expect(answer, path).toMatch(first)
      expect(performance.now() - began, path).toBeLessThan(5_000)
    }
  }, 60_000)

  it('[case 134] with five thousand unknown keys is refused in a short answer', async () => {
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 1]))
    const answer = await post(JSON.stringify({ name: 'n', scopes: ['read'], ...keys }))
    expect([answer.status, answer.json().code]).toEqual([400, 'invalid-input'])
    expect(answer.text.length).toBeLessThan(4_096)
    const long = await post(JSON.stringify({ name: 'n', scopes: ['read'], ['k'.repeat(50_000)]: 1 }))
    expect([long.status, long.json().code]).toEqual([400, 'invalid-input'])
    expect(long.text.length).toBeLessThan(4_096)
    const job = await send({ bytes: HELLO }, { order: keys, spec: keys })
    expect([job.status, job.json().code]).toEqual([400, 'invalid-input'])
    expect(job.text.length).toBeLessThan(4_096)
  }, 30_000)

  it('[case 134] packed with gzip is not unpacked', async () => {
    const { gzipSync } = await import('node:zlib')
    const answer = await post(gzipSync(Buffer.alloc(50_000_000, 0x20)), { 'content-encoding': 'gzip' })
    expect([400, 413, 415]).toContain(answer.status)
  })
})

describe('fifty at once', () => {
  it('[case 137] of the same order, as by a double click, are one job', async () => {
    const count = await jobs()
    const signed = await signOrder(network, network.customer, { bytes: HELLO })
    const answers = await Promise.all(Array.from({ length: 50 }, () => sendOrder(site, signed, [HELLO])))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49)
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1)
    expect(await jobs()).toBe(count + 1)
  }, 60_000)

  it('[case 137] withdrawals of everything pay everything once', async () => {
    const { runtime } = network.server
    const { escrow: contract } = contractsOf(runtime.deployment)
    const { publicClient } = runtime.chain
    const token = runtime.deployment.addresses.ogpu
    const inWallet = () =>
      publicClient.readContract({
        address: token,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [network.customer.address],
      })
    const [wallet, before] = [await inWallet(), await escrow()]
    const chain = defineChain({
      id: 31337,
      name: 'test',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [network.chain.http] } },
    })
    const client = createWalletClient({
      account: network.customer,
      chain,
      transport: http(network.chain.http),
    })
    const first = await publicClient.getTransactionCount({ address: network.customer.address })
    const hashes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        client.writeContract({
          ...contract,
          functionName: 'withdraw',
          args: [before.free, network.customer.address],
          nonce: first + i,
          gas: 300_000n,
        }),
      ),
    )
    const receipts = await Promise.all(
      hashes.map((hash) => publicClient.waitForTransactionReceipt({ hash, timeout: 30_000 })),
    )
    expect(receipts.filter(({ status }) => status === 'success')).toHaveLength(1)
    expect(await inWallet()).toBe(wallet + before.free)
    expect(await escrow()).toEqual({ free: 0n, locked: before.locked })
  }, 60_000)
})

/** Sends these bytes, then `again` without end, and returns what comes back before the other side closes. */
function raw(request: string, again?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const more = (): void => {
      if (again === undefined || socket.destroyed) return
      if (socket.write(again)) setImmediate(more)
      else socket.once('drain', more)
    }
    const socket = connect(site.port, '127.0.0.1', () => {
      socket.write(request)
      more()
    })
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
    setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end: ${answer}`))
    }, 10_000).unref()
  })
}

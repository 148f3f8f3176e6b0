import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { type Chain, type Header, openChain } from './client.ts'
import { mineBlocks } from './embedded.ts'
import { signRelayed } from './signer/relayer.ts'
import { madeUpAddresses } from './testing/addresses.ts'
import { type RpcProxy, startRpcProxy } from './testing/rpcProxy.ts'
import { until } from './testing/world.ts'

const address = (digit: string): `0x${string}` => `0x${digit.repeat(40)}`
const deployment = {
  id: `0x${'01'.repeat(32)}`,
  chainId: 31337,
  blockNumber: 0n,
  codeHash: `0x${'02'.repeat(32)}`,
  addresses: {
    ...madeUpAddresses(),
    ogpu: address('1'),
    nodeRegistry: address('2'),
    escrow: address('3'),
    taskMarket: address('4'),
  },
  treasury: address('5'),
} as const

describe('the connection to the chain', () => {
  let anvil: TestChain
  let proxy: RpcProxy
  const open: Chain[] = []
  const opened = (rpcUrl: string, chainId: number): Chain => {
    const chain = openChain({ rpcUrl, chainId })
    open.push(chain)
    return chain
  }
  beforeAll(async () => {
    anvil = await startAnvil()
    proxy = await startRpcProxy(anvil.url)
  })
  afterAll(async () => {
    await Promise.all(open.map((chain) => chain.close()))
    await proxy.close()
    await anvil.stop()
  })

  it.each(['url', 'http'] as const)(
    'refuses a node of another chain over %s before anything is asked or signed [case 67]',
    async (transport) => {
      const chain = opened(anvil[transport], 1)
      await expect(chain.request('eth_blockNumber', [])).rejects.toThrow(
        /serves chain 31337, but this network lives on chain 1/,
      )
      await expect(chain.publicClient.getBlockNumber()).rejects.toThrow()
      expect(chain.problem()).toMatch(/31337/)
    },
  )

  it('signs for the chain of the deployment and for no other [case 67]', async () => {
    const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
    const fees = { nonce: 0, gas: 21_000n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, value: 0n }
    const empty = { to: account.address, data: '0x' as const, ...fees }
    await expect(signRelayed(account, deployment, { ...empty, chainId: 1 })).rejects.toThrow(/for chain 1/)
    expect((await signRelayed(account, deployment, { ...empty, chainId: 31337 })).hash).toMatch(
      /^0x[0-9a-f]{64}$/,
    )
  })

  it('notices that a node serves another chain after a reconnection [case 67]', async () => {
    const chain = opened(proxy.url, 31337)
    expect(await chain.publicClient.getBlockNumber()).toBe(0n)
    proxy.corrupt = (method, answer) => (method === 'eth_chainId' ? { ...answer, result: '0x1' } : answer)
    proxy.down()
    proxy.up()
    await until(
      async () => chain.problem()?.includes('serves chain 1,') === true,
      'the other chain is refused',
    )
    await expect(chain.request('eth_blockNumber', [])).rejects.toThrow(/serves chain 1,/)
    proxy.corrupt = null
    await until(async () => chain.problem() === null, 'the right chain is taken')
  })

  it('comes back by itself after many failed tries, and then says that heads may have been missed [case 62]', async () => {
    const chain = opened(proxy.url, 31337)
    const heard: (Header | null)[] = []
    chain.onHead((head) => heard.push(head))
    await until(async () => heard.length === 1, 'it is connected')
    proxy.down()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await expect(chain.request('eth_blockNumber', [])).rejects.toThrow()
    proxy.up()
    await until(async () => chain.problem() === null, 'it is connected again')
    await mineBlocks(chain, 1)
    await until(async () => heard.length === 3, 'a new head is announced')
    expect(heard[0]).toBeNull()
    expect(heard[1]).toBeNull()
    expect(heard[2]?.parentHash).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('announces heads over HTTP too, and survives a node that refuses by 429 [case 62]', async () => {
    let refuse = false
    const server = createServer((request, response) => {
      if (refuse) return void response.writeHead(429).end('slow down')
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', async () => {
        const answer = await fetch(anvil.http, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: Buffer.concat(chunks),
        })
        response.writeHead(200, { 'content-type': 'application/json' }).end(await answer.text())
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const chain = opened(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 31337)
    const heads: number[] = []
    chain.onHead((head) => head && heads.push(head.number))
    await until(async () => heads.length > 0, 'a first head')
    refuse = true
    await expect(chain.request('eth_blockNumber', [])).rejects.toThrow()
    await until(async () => chain.problem() !== null, 'the trouble shows')
    const other = opened(anvil.url, 31337)
    await mineBlocks(other, 2)
    refuse = false
    const last = Number(await other.publicClient.getBlockNumber())
    await until(async () => heads.at(-1) === last, 'the newest head')
    expect(chain.problem()).toBeNull()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('makes blocks on the embedded chain alone', async () => {
    await expect(mineBlocks({ chainId: 1, request: async () => undefined as never }, 1)).rejects.toThrow(
      /embedded chain alone/,
    )
  })
})

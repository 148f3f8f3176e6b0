import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type TestChain } from '#tests/support/chain.ts'
import { type Chain, openChain } from '../chain/client.ts'
import { forwardRpc } from './rpc.ts'

/** Creation code that jumps to its own beginning for ever. */
const ENDLESS = '0x5b5f56'
const ACCOUNT = `0x${'11'.repeat(20)}`

describe('the chain as strangers may use it', () => {
  let anvil: TestChain
  let chain: Chain
  beforeAll(async () => {
    anvil = await startAnvil()
    chain = openChain({ rpcUrl: anvil.url, chainId: 31337 })
  })
  afterAll(async () => {
    await chain.close()
    await anvil.stop()
  })
  const call = (method: string, params: unknown[], id = 1) => ({ jsonrpc: '2.0', id, method, params })
  const failing = { error: { message: expect.any(String) } }

  it('answers an endless program in time, however much gas it brings, and works on', async () => {
    const began = performance.now()
    const gas = '0xffffffffffffffff'
    for (const method of ['eth_call', 'eth_estimateGas'])
      for (const program of [{ data: ENDLESS, gas }, { data: ENDLESS }])
        expect(await forwardRpc(chain, call(method, [program, 'latest']))).toMatchObject(failing)
    const many = Array.from({ length: 20 }, (_, id) =>
      call('eth_call', [{ data: ENDLESS, gas }, 'latest'], id),
    )
    expect(await forwardRpc(chain, many)).toHaveLength(20)
    expect(performance.now() - began).toBeLessThan(10_000)
    // The node itself is free: it holds its locks no longer.
    expect(await chain.request('eth_getTransactionCount', [ACCOUNT, 'pending'])).toBe('0x0')
  }, 60_000)

  it('takes no changed state, no batch without end and no method that steers the chain', async () => {
    const changed = call('eth_call', [{ to: ACCOUNT }, 'latest', { [ACCOUNT]: { code: ENDLESS } }])
    expect(await forwardRpc(chain, changed)).toMatchObject(failing)
    expect(await forwardRpc(chain, call('eth_call', []))).toMatchObject(failing)
    const long = Array.from({ length: 21 }, (_, id) => call('eth_chainId', [], id))
    expect(await forwardRpc(chain, long)).toMatchObject({ error: { code: -32600 } })
    for (const method of [
      'anvil_setBalance',
      'evm_mine',
      'eth_sendTransaction',
      'eth_accounts',
      'debug_traceCall',
    ])
      expect(await forwardRpc(chain, call(method, []))).toMatchObject({ error: { code: -32601 } })
  })

  it('answers plain calls and names the reason of a revert', async () => {
    expect(await forwardRpc(chain, call('eth_chainId', []))).toMatchObject({ result: '0x7a69' })
    expect(await forwardRpc(chain, call('eth_call', [{ to: ACCOUNT, gas: '0x5208' }]))).toMatchObject({
      result: '0x',
    })
    const reverts = call('eth_call', [{ data: '0x60015f5260205ffd' }, 'latest'])
    expect(await forwardRpc(chain, reverts)).toMatchObject({
      error: { code: 3, data: `0x${'0'.repeat(63)}1` },
    })
  })
})

/** The real token and staking pool on a fresh local chain, for measurements and simulations. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Abi,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  hexToNumber,
  keccak256,
  numberToHex,
} from 'viem'
import { rpc } from '#lib/process/embedded/rpc.ts'
import { startAnvil } from '#tests/support/chain.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const DAY = 86_400

export type Artifact = {
  readonly abi: Abi
  readonly bytecode: {
    readonly object: Hex
    /** Where addresses of libraries belong, in bytes, by file and name. */
    readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, readonly { start: number }[]>>>>
  }
}
export type Receipt = { readonly status: Hex; readonly gasUsed: Hex; readonly contractAddress: Hex | null }
export type Call = { readonly from: Hex; readonly to: Hex; readonly data?: Hex; readonly value?: bigint }

/** What forge compiled; throws when it did not. */
export function artifact(file: string, contract: string): Artifact {
  const path = join(ROOT, 'contracts/out', `${file}.sol`, `${contract}.json`)
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npx forge build\` first.`)
  return JSON.parse(readFileSync(path, 'utf8')) as Artifact
}

export type Lab = Awaited<ReturnType<typeof openLab>>

/**
 * Starts the chain; every account may send without a key. `owner` holds the whole supply and owns the pool. With a
 * `beginning` the chain's time begins there and each block is a second later; without one it follows the clock.
 */
export async function openLab({ beginning }: { readonly beginning?: number } = {}) {
  const chain = await startAnvil({
    extraArguments: [
      '--auto-impersonate',
      '--gas-limit',
      '1000000000',
      ...(beginning === undefined ? [] : ['--timestamp', String(beginning)]),
    ],
  })
  const ask = <T>(method: string, params: unknown[]): Promise<T> =>
    rpc(chain.http, method, params) as Promise<T>
  // Then no block depends on when it is made, and no draw from its hash.
  if (beginning !== undefined) await ask('anvil_setBlockTimestampInterval', [1])
  const [owner] = await ask<[Hex]>('eth_accounts', [])
  const pool = artifact('StakingPool', 'StakingPool')
  const token = artifact('OGPU', 'OGPU')

  async function receiptOf(hash: Hex): Promise<Receipt> {
    // The chain answers with the hash a moment before the block is there.
    let receipt: Receipt | null = null
    for (let tries = 0; receipt === null; tries++) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      if (tries > 4_000) throw new Error(`no receipt of ${hash}`)
      receipt = await ask<Receipt | null>('eth_getTransactionReceipt', [hash])
    }
    if (receipt.status !== '0x1') throw new Error(`${hash} reverted`)
    return receipt
  }
  const submit = ({ value, ...call }: Call): Promise<Hex> =>
    ask('eth_sendTransaction', [
      { ...call, gas: '0x1c9c3800', gasPrice: '0x77359400', ...(value ? { value: numberToHex(value) } : {}) },
    ])
  const send = async (call: Call): Promise<Receipt> => receiptOf(await submit(call))
  const deploy = async (what: Artifact, args: readonly unknown[]): Promise<Hex> => {
    const data = encodeDeployData({ abi: what.abi, bytecode: what.bytecode.object, args: [...args] })
    const hash = await ask<Hex>('eth_sendTransaction', [{ from: owner, data, gas: '0x1c9c380' }])
    const { contractAddress } = await receiptOf(hash)
    if (contractAddress === null) throw new Error('nothing was deployed')
    return contractAddress
  }
  const nobody: Hex = '0x00000000000000000000000000000000000000fa'
  const tokenAddress = await deploy(token, [
    { ecosystem: owner, community: owner, team: owner, providers: owner, reserve: owner },
    { factory: nobody, pairCodeHash: keccak256('0x'), weth: nobody, taxRouter: nobody },
    500,
    owner,
  ])
  const poolAddress = await deploy(pool, [tokenAddress, owner, owner])
  const encode = (functionName: string, args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi: pool.abi, functionName, args: [...args] })

  await send({
    from: owner,
    to: tokenAddress,
    data: encodeFunctionData({ abi: token.abi, functionName: 'exempt', args: [poolAddress, true] }),
  })

  const readFrom = async (
    { address, abi }: { readonly address: Hex; readonly abi: Abi },
    functionName: string,
    args: readonly unknown[],
  ): Promise<unknown> => {
    const call = { to: address, data: encodeFunctionData({ abi, functionName, args: [...args] }) }
    const data = await ask<Hex>('eth_call', [call, 'latest'])
    return decodeFunctionResult({ abi, functionName, args: [...args], data })
  }

  return {
    owner,
    poolAddress,
    tokenAddress,
    pool,
    token,
    ask,
    send,
    submit,
    deploy,
    encode,
    /** One transaction to the pool, mined. */
    act: (from: Hex, functionName: string, ...args: readonly unknown[]): Promise<Receipt> =>
      send({ from, to: poolAddress, data: encode(functionName, args) }),
    ofToken: (from: Hex, functionName: string, ...args: readonly unknown[]): Promise<Receipt> =>
      send({
        from,
        to: tokenAddress,
        data: encodeFunctionData({ abi: token.abi, functionName, args: [...args] }),
      }),
    readFrom,
    /** What a view of the pool answers. */
    read: (functionName: string, args: readonly unknown[]): Promise<unknown> =>
      readFrom({ address: poolAddress, abi: pool.abi }, functionName, args),
    fund: (value: bigint): Promise<Receipt> => send({ from: owner, to: poolAddress, value }),
    balanceOf: async (account: Hex): Promise<bigint> =>
      hexToBigInt(await ask<Hex>('eth_getBalance', [account, 'latest'])),
    now: async (): Promise<number> =>
      hexToNumber((await ask<{ timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])).timestamp),
    /** The next block has this time. */
    at: (time: number): Promise<unknown> => ask('evm_setNextBlockTimestamp', [time]),
    stop: chain.stop,
  }
}

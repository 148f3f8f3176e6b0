import {
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  erc20Abi,
  http,
  keccak256,
  numberToHex,
  parseEther,
} from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { escrowAbi, ogpuAbi, taskMarketAbi } from '#lib/chain/generated/abis.ts'
import { type Hex, lower } from '#lib/kernel/ids.ts'
import { nodeViews } from '#lib/nodes/view.ts'
import { NO_OPENING, orderOf } from '#lib/scheduler/carry.ts'
import { eventsOf, finished, jobRow, story, submit } from '#tests/support/jobs.ts'
import { startNetwork, type TestNetwork } from '#tests/support/network.ts'
import { until } from '#tests/support/nodeClient.ts'
import { keyAt, nodeFolder } from '../../scripts/start/home.ts'

const NODES = 6
/** Where the TaskMarket's storage has the nodes' records. */
const RECORDS_SLOT = 15n
/** Each run ends in one of three ways, so that committees disagree, now like this and now like that. */
const UNDECIDED =
  'const r = Math.random()\nif (r < 1 / 3) process.exit(1)\nconsole.log(r < 2 / 3 ? "a" : "b")\n'

describe('disputes on the real chain, with real workers', () => {
  let network: TestNetwork
  beforeAll(async () => {
    network = await startNetwork({ nodes: NODES })
    const { runtime } = network.server
    await until(async () => {
      const views = await nodeViews(runtime.db, runtime.deployment.id)
      return views.filter(({ status }) => status === 'live').length === NODES
    }, 100_000)
    for (let index = 1; index <= NODES; index++) await giveBalance(ownerOf(index))
  }, 240_000)
  afterAll(() => network?.stop())

  it('a proven node’s result may stay unchecked, and is checked after all when its customer challenges it', async () => {
    const { runtime } = network.server
    for (let index = 1; index <= NODES; index++) await giveRecord(index)
    const source = 'console.log("the same everywhere")\n'
    let unchecked = false
    let challenged = false
    for (let n = 0; n < 16 && !(unchecked && challenged); n++) {
      const jobId = await submit(runtime, network.customer, { source, validation: 'byRecord' })
      const mayChallenge = unchecked
      let called = false
      await until(async () => {
        const job = await jobRow(runtime, jobId)
        if (job.stage === 'unchecked' && mayChallenge && !called) {
          called = true
          await send(network.customer, {
            address: runtime.deployment.addresses.taskMarket,
            abi: taskMarketAbi,
            functionName: 'challenge',
            args: [orderOf(job)],
          })
        }
        return job.state === 'settled'
      }, 60_000)
      const job = await finished(runtime, jobId)
      expect(job.checkBps, 'the floor of p').toBe(1_000)
      expect(job.bond).toBe(10n * (job.base ?? 0n))
      if (called) {
        challenged = true
        expect(job).toMatchObject({ settlement: 'correct', membersPaid: 3n * (job.base ?? 0n) })
      } else if (job.settlement === 'unchecked') {
        unchecked = true
        expect(job).toMatchObject({
          membersPaid: 0n,
          members: null,
          nodePay: (job.price ?? 0n) - (job.fee ?? 0n),
        })
        const names = (await eventsOf(runtime, jobId)).map(({ name }) => name)
        expect(names, 'opened when nobody could challenge any more').toContain('Opened')
      } else expect(job.settlement, 'drawn for a check').toBe('correct')
    }
    expect({ unchecked, challenged }).toEqual({ unchecked: true, challenged: true })
  }, 300_000)

  it('a committee without quorum is enlarged, a verdict is appealed, and no money is made or lost', async () => {
    const { runtime } = network.server
    const before = await held()
    let enlarged = false
    let appealed = false
    for (let n = 0; n < 16 && !(enlarged && appealed); n++) {
      const jobId = await submit(runtime, network.customer, { source: UNDECIDED })
      const appeal = await followed(jobId)
      const job = await finished(runtime, jobId, 120_000)
      const events = await eventsOf(runtime, jobId)
      const draws = events.filter(({ name }) => name === 'CommitteeDrawn').map(({ args }) => args)
      if (events.some(({ name }) => name === 'Enlarged')) {
        enlarged = true
        expect(draws[1], 'the two owners that are left').toMatchObject({ firstSeat: 3 })
        expect(draws[1]?.members).toHaveLength(2)
        expect(events.filter(({ name }) => name === 'Revealed').length).toBeGreaterThanOrEqual(5)
      }
      if (appeal) {
        appealed = true
        const last = draws.at(-1)
        expect(last, 'newcomers, and those that sat before up to k + 2').toMatchObject({ firstSeat: 16 })
        expect(last?.members).toHaveLength(5)
        expect(events.filter(({ name }) => name === 'AppealClosed')).toHaveLength(1)
      }
      expect(events.filter(({ name }) => name === 'Settled')).toHaveLength(1)
      expect(job.stage, JSON.stringify(await story(runtime, jobId))).toBeNull()
    }
    expect({ enlarged, appealed }).toEqual({ enlarged: true, appealed: true })
    expect(await held()).toBe(before)
    for (let index = 1; index <= NODES; index++) expect(await lockedOf(ownerOf(index))).toBe(0n)
    expect(await lockedOf(network.customer)).toBe(0n)
  }, 400_000)

  /** Follows a job to its end; appeals once when a wrong verdict waits. */
  async function followed(jobId: string): Promise<boolean> {
    const { runtime } = network.server
    let appealed = false
    await until(async () => {
      const job = await jobRow(runtime, jobId)
      if (job.stage === 'judged' && !appealed) {
        const index = [...Array(NODES).keys()].find((i) => lower(network.nodeKey(i + 1).address) === job.node)
        await send(ownerOf((index ?? 0) + 1), {
          address: runtime.deployment.addresses.taskMarket,
          abi: taskMarketAbi,
          functionName: 'appeal',
          args: [orderOf(job), NO_OPENING],
        })
        appealed = true
      }
      return job.state === 'settled' || job.state === 'refunded'
    }, 150_000)
    return appealed
  }

  const ownerOf = (index: number): PrivateKeyAccount => keyAt(`${nodeFolder(network.home, index)}/owner.key`)
  const read = () =>
    createPublicClient({ chain: anvil, transport: http(network.chain.url.replace(/^ws/, 'http')) })

  async function send(
    from: PrivateKeyAccount,
    call: Omit<Parameters<ReturnType<typeof createWalletClient>['writeContract']>[0], 'account' | 'chain'>,
  ): Promise<void> {
    const wallet = createWalletClient({
      account: from,
      chain: anvil,
      transport: http(network.chain.url.replace(/^ws/, 'http')),
    })
    const hash: Hex = await wallet.writeContract({ ...call, account: from, chain: anvil } as never)
    const receipt = await read().waitForTransactionReceipt({ hash, pollingInterval: 50 })
    expect(receipt.status, call.functionName as string).toBe('success')
  }

  /** The customer's own oGPU into somebody's escrow balance. */
  async function giveBalance(to: PrivateKeyAccount): Promise<void> {
    const { escrow, ogpu } = network.server.runtime.deployment.addresses
    const amount = parseEther('100')
    await send(network.customer, {
      address: ogpu,
      abi: erc20Abi,
      functionName: 'approve',
      args: [escrow, amount],
    })
    await send(network.customer, {
      address: escrow,
      abi: escrowAbi,
      functionName: 'depositFor',
      args: [to.address, amount],
    })
  }

  /** A record that weeks of checks would give: written into the contract's storage, and read back through it. */
  async function giveRecord(index: number): Promise<void> {
    const { taskMarket } = network.server.runtime.deployment.addresses
    const node = network.nodeKey(index).address
    const slot = keccak256(
      encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [node, RECORDS_SLOT]),
    )
    const record = { value: parseEther('1000'), steps: 190n }
    await network.server.runtime.chain.request('anvil_setStorageAt', [
      taskMarket,
      slot,
      numberToHex((record.steps << 128n) | record.value, { size: 32 }),
    ])
    const known = await read().readContract({
      address: taskMarket,
      abi: taskMarketAbi,
      functionName: 'recordOf',
      args: [node],
    })
    expect(known).toEqual(record)
  }

  /** All oGPU in escrow and bonds. */
  async function held(): Promise<bigint> {
    const { ogpu, escrow, nodeRegistry } = network.server.runtime.deployment.addresses
    const balances = await Promise.all(
      [escrow, nodeRegistry].map((address) =>
        read().readContract({ address: ogpu, abi: ogpuAbi, functionName: 'balanceOf', args: [address] }),
      ),
    )
    return balances.reduce((sum, balance) => sum + balance, 0n)
  }

  function lockedOf(who: PrivateKeyAccount): Promise<bigint> {
    const { escrow } = network.server.runtime.deployment.addresses
    return read().readContract({
      address: escrow,
      abi: escrowAbi,
      functionName: 'lockedOf',
      args: [who.address],
    })
  }
})

import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { escrowAbi, ogpuAbi } from '#lib/chain/generated/abis.ts'
import type { Address } from '#lib/kernel/ids.ts'
import { lower } from '#lib/kernel/ids.ts'
import { nodeViews } from '#lib/nodes/view.ts'
import { eventsOf, finished, jobRow, signedOrder, story, submit } from '#tests/support/jobs.ts'
import { startNetwork, type TestNetwork } from '#tests/support/network.ts'
import { until } from '#tests/support/nodeClient.ts'

describe('the main job: submit, award, lease, run, check, settle', () => {
  let network: TestNetwork
  beforeAll(async () => {
    network = await startNetwork({ nodes: 6 })
    await until(async () => (await live(network)) === 6, 100_000)
  }, 180_000)
  afterAll(() => network?.stop())

  it('is paid and validated: one node runs it, three of other owners agree, the money adds up to the wei', async () => {
    const { runtime } = network.server
    const before = await balances(network)
    const jobId = await submit(runtime, network.customer, {
      source: 'console.log("sum", Array.from({ length: 1000 }, (_, i) => i).reduce((a, b) => a + b, 0))\n',
    })
    const job = await finished(runtime, jobId)
    expect(job).toMatchObject({
      state: 'settled',
      settlement: 'correct',
      exitCode: 0,
      outcome: 'success',
      attempt: 1,
    })
    expect(job.members).toHaveLength(3)
    expect(job.members).not.toContain(job.node)

    const events = await eventsOf(runtime, jobId)
    const names = events.map(({ name }) => name)
    for (const name of [
      'Submitted',
      'Awarded',
      'Started',
      'ResultSubmitted',
      'CommitteeDrawn',
      'Sealed',
      'Opened',
      'Revealed',
    ])
      expect(names, name).toContain(name)
    expect(names.filter((name) => name === 'Settled')).toHaveLength(1)
    expect(names.filter((name) => name === 'MemberPaid')).toHaveLength(3)

    const after = await balances(network)
    const spent = before.customer - after.customer
    expect(spent).toBe((job.nodePay ?? 0n) + (job.fee ?? 0n) + (job.membersPaid ?? 0n))
    expect(job.locked).toBe(spent + (job.refund ?? 0n))
    expect(after.held).toBe(before.held)

    const views = await nodeViews(runtime.db, runtime.deployment.id)
    expect(views.find(({ node }) => node === job.node)?.earned).toBe(job.nodePay?.toString())
    const members = views.filter(({ node }) => job.members?.includes(node as Address))
    expect(members.reduce((sum, { earned }) => sum + BigInt(earned), 0n)).toBe(job.membersPaid)
  }, 90_000)

  it('[case 137] the same order sent many times at once is one job and one payment', async () => {
    const { runtime } = network.server
    const order = await signedOrder(runtime, network.customer, { source: 'console.log("once")\n' })
    const made = await Promise.all(Array.from({ length: 20 }, () => runtime.createJob(order)))
    expect(new Set(made.map(({ jobId }) => jobId)).size).toBe(1)
    expect(made.filter(({ created }) => created)).toHaveLength(1)
    const jobId = made[0]?.jobId as string
    await finished(runtime, jobId)
    const names = (await eventsOf(runtime, jobId)).map(({ name }) => name)
    expect(names.filter((name) => name === 'Submitted')).toHaveLength(1)
    expect(names.filter((name) => name === 'Settled')).toHaveLength(1)
  }, 90_000)

  it('a program that fails is paid for its time, and its customer gets the rest', async () => {
    const { runtime } = network.server
    const jobId = await submit(runtime, network.customer, {
      source: 'console.log("so far")\nprocess.exit(3)\n',
    })
    const job = await finished(runtime, jobId)
    expect(job).toMatchObject({
      state: 'settled',
      settlement: 'customerFault',
      exitCode: 3,
      outcome: 'failure',
    })
  }, 90_000)

  it('[case 72] a node killed while it runs is replaced by another, on chain too, and exactly one is paid', async () => {
    const { runtime } = network.server
    const jobId = await submit(runtime, network.customer, {
      source: 'console.log("begun")\nawait new Promise((r) => setTimeout(r, 6000))\nconsole.log("done")\n',
      timeoutSeconds: 30,
    })
    await until(async () => (await jobRow(runtime, jobId)).state === 'running', 20_000)
    const { node: first } = await jobRow(runtime, jobId)
    const killed = network.workers.find(({ key }) => lower(key.address) === first)
    await killed?.kill('SIGKILL')
    // The dead node may be drawn as a member; its seat is waited for until sealBy (time-out and margin).
    const job = await finished(runtime, jobId, 120_000)
    expect(job, JSON.stringify(await story(runtime, jobId))).toMatchObject({ state: 'settled', attempt: 2 })
    expect(job.node).not.toBe(first)
    const names = (await eventsOf(runtime, jobId)).map(({ name }) => name)
    expect(names).toContain('Replaced')
    expect(names.filter((name) => name === 'Settled')).toHaveLength(1)
  }, 180_000)
})

async function live(network: TestNetwork): Promise<number> {
  const views = await nodeViews(network.server.runtime.db, network.deployment.id)
  return views.filter(({ status }) => status === 'live').length
}

/** The customer's whole balance in escrow, and what escrow and registry hold of the token together (money never leaves them here). */
async function balances(network: TestNetwork) {
  const client = createPublicClient({ transport: http(network.chain.http) })
  const { escrow, nodeRegistry, ogpu } = network.deployment.addresses
  const of = (functionName: 'balanceOf' | 'lockedOf', account: Address) =>
    client.readContract({ address: escrow, abi: escrowAbi, functionName, args: [account] })
  const token = (account: Address) =>
    client.readContract({ address: ogpu, abi: ogpuAbi, functionName: 'balanceOf', args: [account] })
  const customer = lower(network.customer.address)
  const [free, locked, inEscrow, inRegistry] = await Promise.all([
    of('balanceOf', customer),
    of('lockedOf', customer),
    token(escrow),
    token(nodeRegistry),
  ])
  return { customer: free + locked, held: inEscrow + inRegistry }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { desc, eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { leases } from '#lib/db/schema/dispatch.ts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { nodeViews } from '#lib/nodes/view.ts'
import { type RunningServer, startServer } from '#lib/process/server.ts'
import type { Runtime } from '#lib/process/shared.ts'
import type { LeaseReply } from '#lib/protocol/workerEvents.ts'
import { runFinished } from '#lib/scheduler/messages.ts'
import { eventsOf, finished, jobRow, story, submit } from '#tests/support/jobs.ts'
import { freePort, startNetwork, type TestNetwork } from '#tests/support/network.ts'
import { until } from '#tests/support/nodeClient.ts'
import { Worker } from '#worker/worker.ts'
import { nodeFolder } from '../../scripts/start/home.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('dispatch to separate workers', () => {
  let network: TestNetwork
  const others: RunningServer[] = []
  beforeAll(async () => {
    network = await startNetwork({ nodes: 6 })
    await alive(6)
  }, 180_000)
  afterEach(async () => {
    await Promise.all(others.splice(0).map((server) => server.stop()))
  })
  afterAll(() => network?.stop())

  async function alive(count: number): Promise<void> {
    await until(async () => {
      const views = await nodeViews(network.server.runtime.db, network.deployment.id)
      return views.filter(({ status }) => status === 'live').length >= count
    }, 100_000)
  }
  const nameOf = async (node: string) =>
    (await nodeViews(network.server.runtime.db, network.deployment.id)).find((view) => view.node === node)
      ?.name
  const namesOf = async (jobId: string) =>
    (await eventsOf(network.server.runtime, jobId)).map(({ name }) => name)

  it('[case 76] a worker that froze and comes back after its lease moved on is refused, not paid, and stops', async () => {
    const { runtime } = network.server
    const jobId = await submit(runtime, network.customer, {
      source: 'await new Promise((r) => setTimeout(r, 4000))\nconsole.log("done")\n',
      timeoutSeconds: 60,
    })
    await until(async () => (await jobRow(runtime, jobId)).state === 'running', 30_000)
    const { node: frozen } = await jobRow(runtime, jobId)
    const worker = network.workers.find(({ key }) => lower(key.address) === frozen)
    const folder = join(nodeFolder(network.home, worker?.index ?? 0), 'work')
    worker?.process.kill('SIGSTOP')
    await until(async () => (await jobRow(runtime, jobId)).attempt === 2, 40_000)
    worker?.process.kill('SIGCONT')
    const job = await finished(runtime, jobId, 90_000)
    expect(job, JSON.stringify(await story(runtime, jobId))).toMatchObject({ state: 'settled', attempt: 2 })
    expect(job.node).not.toBe(frozen)

    const [first] = (await runtime.db.select().from(leases).where(eq(leases.jobId, jobId))).filter(
      ({ role, attempt }) => role === 'run' && attempt === 1,
    )
    expect(first).toMatchObject({ node: frozen, state: 'lost', commitment: null })
    const results = (await eventsOf(runtime, jobId)).filter(({ name }) => name === 'ResultSubmitted')
    expect(results.map(({ args }) => Number(args.attempt))).toEqual([2])
    const views = await nodeViews(runtime.db, network.deployment.id)
    const paidAsRunner = views
      .find(({ node }) => node === frozen)
      ?.recent.find((duty) => duty.jobId === jobId && duty.role === 'run')
    expect(paidAsRunner?.earned ?? null).toBeNull()
    // Told to stop: nothing of the lease is left with the worker.
    await until(() => !leaseFolders(folder).some((name) => name.includes(first?.id ?? '')), 20_000)
  }, 180_000)

  it('[case 77] a result delivered a thousand times at once is one row, one result on chain and one payment', async () => {
    const { runtime } = network.server
    const replies: LeaseReply[] = []
    const node = lower(network.nodeKey(6).address)
    await network.workers.findLast((worker) => worker.index === 6)?.kill('SIGTERM')
    const eager = await Worker.start(
      {
        url: network.url,
        account: network.nodeKey(6),
        home: join(nodeFolder(network.home, 6), 'eager'),
        name: 'eager',
        ask: 1n,
        gpuClass: 0,
        slots: 1,
        logLevel: 'silent',
        path: process.env.PATH ?? '',
      },
      createLogger('eager', 'silent'),
      {
        steps: {
          async sayResult(say) {
            replies.push(await say())
            // Over its socket, and beside it straight at the rows, all at once.
            const over = Array.from({ length: 100 }, () => say())
            const message = await reportedBy(runtime, node)
            const beside = Array.from({ length: 899 }, () => runFinished(runtime, node, message))
            replies.push(...(await Promise.all([...over, ...beside])))
            return replies[0] as LeaseReply
          },
        },
      },
    )
    try {
      await until(async () => (await nameOf(node)) === 'eager', 30_000)
      await alive(6)
      const slow = {
        // The members take their time, so that every repeat comes while the job is still open.
        source: 'await new Promise((r) => setTimeout(r, 8_000))\nconsole.log("done")\n',
        timeoutSeconds: 60,
        // Less than any other node asks.
        maxPrice: 10n ** 12n,
      }
      const jobId = await submit(runtime, network.customer, slow)
      const job = await finished(runtime, jobId, 150_000)
      expect(job).toMatchObject({ state: 'settled', settlement: 'correct', node })
      await until(() => replies.length === 1000, 30_000)
      expect(replies.every(({ kind }) => kind === 'ok')).toBe(true)
      const names = await namesOf(jobId)
      expect(names.filter((name) => name === 'ResultSubmitted')).toHaveLength(1)
      expect(names.filter((name) => name === 'Settled')).toHaveLength(1)
      const rows = await runtime.db.select().from(leases).where(eq(leases.jobId, jobId))
      expect(rows.filter(({ role }) => role === 'run')).toHaveLength(1)
    } finally {
      await eager.stop()
      network.startWorker(6)
    }
  }, 600_000)

  it('[case 78] two servers with an engine and nodes of their own assign each job once', async () => {
    const port = await freePort()
    const second = await startServer(network.configFor(port), { openSite: null })
    others.push(second)
    for (const index of [4, 5, 6]) {
      // The last one started: an older process of the same key is dead, and two alive would take each other's sessions.
      await network.workers.findLast((worker) => worker.index === index)?.kill('SIGTERM')
      network.startWorker(index, { url: `http://127.0.0.1:${port}` })
    }
    await until(async () => (await sessionsAt(network)).size === 2, 60_000)
    await alive(6)
    const runtimes = [network.server.runtime, second.runtime]
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        submit(runtimes[i % 2] as (typeof runtimes)[number], network.customer, {
          source: `console.log("job ${i}")\n`,
        }),
      ),
    )
    const ran = new Set<string>()
    for (const jobId of ids) {
      const job = await finished(network.server.runtime, jobId, 120_000)
      expect(job, JSON.stringify(await story(network.server.runtime, jobId))).toMatchObject({
        state: 'settled',
      })
      const names = await namesOf(jobId)
      for (const once of ['Submitted', 'ResultSubmitted', 'Settled'])
        expect(
          names.filter((name) => name === once),
          once,
        ).toHaveLength(1)
      const rows = await network.server.runtime.db.select().from(leases).where(eq(leases.jobId, jobId))
      const runs = rows.filter(({ role }) => role === 'run')
      expect(new Set(runs.map(({ attempt }) => attempt)).size).toBe(runs.length)
      ran.add(job.node ?? '')
    }
    expect(ran.size).toBeGreaterThan(1)
    for (const index of [4, 5, 6]) {
      await network.workers.findLast((worker) => worker.index === index)?.kill('SIGTERM')
      network.startWorker(index)
    }
  }, 300_000)

  it('[case 89] a server told to end under load ends well within seconds, and no job is lost over its restart', async () => {
    const { runtime } = network.server
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    let child = await startChild(network, port)
    try {
      for (const index of [1, 2, 3, 4, 5, 6]) {
        await network.workers.findLast((worker) => worker.index === index)?.kill('SIGTERM')
        network.startWorker(index, { url })
      }
      await until(async () => (await sessionsAt(network)).size === 1, 100_000)
      await alive(6)
      const ids = await Promise.all(
        Array.from({ length: 6 }, (_, i) =>
          submit(runtime, network.customer, {
            source: `await new Promise((r) => setTimeout(r, 1500))\nconsole.log(${i})\n`,
            timeoutSeconds: 60,
          }),
        ),
      )
      await until(
        async () =>
          (await Promise.all(ids.map((id) => jobRow(runtime, id)))).some(({ state }) => state === 'running'),
        60_000,
      )
      const asked = performance.now()
      child.kill('SIGTERM')
      const code = await new Promise((resolve) => child.once('exit', resolve))
      expect(code).toBe(0)
      expect(performance.now() - asked).toBeLessThan(9_000)
      child = await startChild(network, port)
      for (const jobId of ids) {
        const job = await finished(runtime, jobId, 150_000)
        expect(job, JSON.stringify(await story(runtime, jobId))).toMatchObject({ state: 'settled' })
        expect((await namesOf(jobId)).filter((name) => name === 'Settled')).toHaveLength(1)
      }
    } finally {
      child.kill('SIGKILL')
    }
  }, 300_000)
})

/** The report of a finished run, as its node sent it: every part of it is in the lease's row. */
async function reportedBy(runtime: Runtime, node: Address): Promise<Parameters<typeof runFinished>[2]> {
  const rows = await runtime.db.select().from(leases).where(eq(leases.node, node)).orderBy(desc(leases.fence))
  const lease = rows.find(({ role, state }) => role === 'run' && state === 'finished')
  if (!lease?.manifest || !lease.commitment || !lease.opening || !lease.resultSignature)
    throw new Error('no report')
  const { id: leaseId, fence, manifest, opening, orderId: order, attempt, commitment } = lease
  const signed = { message: { order, attempt, node, commitment }, signature: lease.resultSignature, opening }
  return { leaseId, fence, manifest, detail: lease.detail ?? '', truncated: lease.truncated, result: signed }
}

/** Which server processes hold live sessions. */
async function sessionsAt(network: TestNetwork): Promise<Set<string>> {
  const rows = await network.server.runtime.sql`
    select distinct server_id from node_sessions where disconnected_at is null and last_seen_at > now() - interval '8 seconds'`
  return new Set(rows.map(({ server_id }) => String(server_id)))
}

function leaseFolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : []
}

/** A server process of its own, without pages; resolves once it answers. */
async function startChild(network: TestNetwork, port: number): Promise<ChildProcess> {
  const { home, database, chain } = network
  const child = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
    cwd: ROOT,
    stdio: 'ignore',
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      RPC_URL: chain.url,
      PORT: String(port),
      OPENGPU_HOME: home,
      OPENGPU_ROLE: 'engine',
      RELAYER_KEY_FILE: join(home, 'keys', 'relayer.key'),
      AUCTIONEER_KEY_FILE: join(home, 'keys', 'auctioneer.key'),
      LOG_LEVEL: 'silent',
    },
  })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    try {
      return (await fetch(`http://127.0.0.1:${port}/`)).status === 404
    } catch {
      return false
    }
  }, 60_000)
  return child
}

/**
 * How soon and how fast: from a signed order at the server to its program's process in a sandbox, and jobs settled a
 * second. Beside it, in the same run on the same machine and database, the same program as a plain queue task.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { monotonicNow } from '#lib/kernel/trace.ts'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import { readEvents, reader } from '#tests/chaos/chainLog.ts'
import { Customer, type Placed } from '#tests/chaos/customer.ts'
import { type Lab, pause, startLab } from '#tests/chaos/lab.ts'
import type { Program } from '#tests/chaos/programs.ts'
import { ROOT } from '../../scripts/start/build.ts'
import { residentMiB } from './memory.ts'
import { processorSeconds } from './processorTime.ts'
import { type Goal, percentile, type Row, row } from './rows.ts'
import { firstByJob, momentsOf, stages } from './traces.ts'
import { SOURCE, TIMEOUT_SECONDS } from './trivial.ts'

const NODES = 6
const ROUNDS = 3
const LATENCY_SAMPLES = 20
const RATE_JOBS = 36
const CONCURRENCY = 8
const PEER = 'graphile-worker 0.17.3 task'

/**
 * What the ratios must keep. The order's way holds an auction, a signature check, a transaction, its block and the
 * indexer, and then what the plain task does too.
 */
const MEDIAN_GOAL = { atMost: 6 }
const TAIL_GOAL = { atMost: 8 }
/** A job is four runs (the node and three members) and eight transactions; the plain task is one run and none. */
const RATE_GOAL = { atLeast: 0.07 }
const MEMORY_GOAL = { atMost: 6 }

const PROGRAM: Program = { title: 'bench', runtime: 'node', source: SOURCE, args: [] }
const TERMS = { timeoutSeconds: TIMEOUT_SECONDS, maxPrice: WEI_PER_OGPU / 100n } as const

export async function dispatch(options: {
  readonly say: (line: string) => void
  readonly keep: boolean
}): Promise<Row[]> {
  const { say } = options
  const lab = await startLab({
    nodes: NODES,
    say,
    environment: { LOG_LEVEL: 'trace' },
    nodeEnvironment: () => ({ LOG_LEVEL: 'trace' }),
  })
  const peer = await startPeer(lab)
  try {
    const customer = new Customer(lab, 1n << 90n)
    // The content is vetted and stored, connections are open, code is compiled.
    await runToEnd(customer, await placeMany(customer, 6))
    await peer.ask('latency 5')

    const placed: Placed[] = []
    const peerLatency: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < LATENCY_SAMPLES; turn++) {
        const [job] = await placeMany(customer, 1)
        placed.push(job as Placed)
        await runToEnd(customer, [job as Placed])
      }
      peerLatency.push(...((await peer.ask(`latency ${LATENCY_SAMPLES}`)).sample ?? []))
      say(`round ${round + 1} of ${ROUNDS} done`)
    }
    const usedBefore = processorSeconds(partOf)
    const began = monotonicNow()
    await runMany(customer, RATE_JOBS)
    const perSecond = RATE_JOBS / (Number(monotonicNow() - began) / 1e9)
    for (const [part, seconds] of processorSeconds(partOf)) {
      const used = (seconds - (usedBefore.get(part) ?? 0)) / RATE_JOBS
      say(`${(used * 1000).toFixed(0).padStart(6)} ms of processor time a job: ${part}`)
    }
    const { perSecond: peerPerSecond = Number.NaN, residentMiB: peerMemory } = await peer.ask(
      `rate ${RATE_JOBS}`,
    )
    const memory = {
      server: residentMiB(lab.network.server.current().child.pid),
      worker: Math.max(...lab.network.nodes.map((node) => residentMiB(node.current().child.pid))),
    }
    const { toProcess, blockToSent, parts } = await delays(lab, placed)
    for (const { name, sample } of parts)
      say(
        `${percentile(sample, 0.5).toFixed(1).padStart(7)} ms to: ${name} (99%: ${percentile(sample, 0.99).toFixed(1)} ms)`,
      )
    const inPeer = (share: number, goal: Goal) => ({
      peer: PEER,
      value: percentile(peerLatency, share),
      goal,
    })
    return [
      row(
        'order-to-process-p50',
        'server has the signed order (content vetted) to the program’s process exists, median; aim: at most 60 ms',
        percentile(toProcess, 0.5),
        'ms',
        inPeer(0.5, MEDIAN_GOAL),
      ),
      row(
        'order-to-process-p99',
        'the same, 99th percentile',
        percentile(toProcess, 0.99),
        'ms',
        inPeer(0.99, TAIL_GOAL),
      ),
      row(
        'block-to-dispatch-p50',
        'block of the award heard to the lease sent to its node, median; aim: at most 10 ms',
        percentile(blockToSent, 0.5),
        'ms',
      ),
      row('settled-per-second', `jobs settled a second, ${CONCURRENCY} under way at once`, perSecond, '1/s', {
        peer: PEER,
        value: peerPerSecond,
        goal: RATE_GOAL,
      }),
      row('server-memory', 'resident memory of the server', memory.server, 'MiB', {
        peer: 'process of the queue',
        value: peerMemory,
        goal: MEMORY_GOAL,
      }),
      row('worker-memory', 'resident memory of a worker, the largest', memory.worker, 'MiB', {
        peer: 'process of the queue',
        value: peerMemory,
        goal: MEMORY_GOAL,
      }),
    ]
  } finally {
    peer.stop()
    if (options.keep) say(`the data folder stays: ${lab.home}`)
    await lab.stop(options.keep)
  }
}

/** Which part of the network a process belongs to; null for strangers. */
function partOf(commandLine: string): string | null {
  if (/\bserver\.ts\b/.test(commandLine)) return 'server'
  if (/worker\/main\.ts/.test(commandLine)) return 'workers'
  if (/^\S*anvil /.test(commandLine)) return 'chain'
  if (/^\S*postgres\b/.test(commandLine)) return 'database'
  if (/scripts\/bench\.ts/.test(commandLine)) return 'this bench, with the supervision of all parts'
  return null
}

async function placeMany(customer: Customer, count: number): Promise<Placed[]> {
  const network = await customer.network()
  const placed: Placed[] = []
  for (let at = 0; at < count; at++) placed.push(await customer.place(PROGRAM, TERMS, network))
  return placed
}

async function runToEnd(customer: Customer, placed: readonly Placed[]): Promise<void> {
  const open = new Set(placed.map(({ jobId }) => jobId))
  const until = performance.now() + 120_000
  while (open.size > 0) {
    // One at a time is asked about rarely enough not to disturb what is measured.
    await pause(100)
    for (const { id, state } of await customer.recent())
      if (FINAL_STATES.has(state) && open.delete(id) && state !== 'settled')
        throw new Error(`job ${id} ended ${state}`)
    if (performance.now() > until) throw new Error(`jobs do not end: ${[...open].join(', ')}`)
  }
}

/** Keeps CONCURRENCY jobs under way until `count` have settled. */
async function runMany(customer: Customer, count: number): Promise<void> {
  const network = await customer.network()
  const open = new Set<string>()
  let placed = 0
  const until = performance.now() + 300_000
  while (placed < count || open.size > 0) {
    const wanted = Math.min(CONCURRENCY - open.size, count - placed)
    placed += wanted
    const more = Array.from({ length: wanted }, () => customer.place(PROGRAM, TERMS, network))
    for (const { jobId } of await Promise.all(more)) open.add(jobId)
    for (const { id, state } of await customer.recent())
      if (FINAL_STATES.has(state) && open.delete(id) && state !== 'settled')
        throw new Error(`job ${id} ended ${state}`)
    if (performance.now() > until) throw new Error(`jobs do not end: ${[...open].join(', ')}`)
    await pause(50)
  }
}

/** Milliseconds between the moments that server and workers wrote down. */
async function delays(
  lab: Lab,
  placed: readonly Placed[],
): Promise<{ toProcess: number[]; blockToSent: number[]; parts: ReturnType<typeof stages> }> {
  const { network } = lab
  const files = ['server', ...network.nodes.map((_, at) => `node-${at + 1}`)]
  const moments = momentsOf(files.map((name) => join(lab.home, 'logs', `${name}.log`)))
  const received = firstByJob(moments, 'orderReceived')
  const started = firstByJob(moments, 'programStarted')
  const sent = firstByJob(moments, 'leaseSent', 'run')
  const heads = new Map<number, bigint>()
  for (const { point, number, at } of moments)
    if (point === 'head' && number !== undefined && !heads.has(number)) heads.set(number, at)
  const events = await readEvents(reader(network.rpcUrl), network.deployment)
  const awardBlocks = new Map(
    events.filter(({ name }) => name === 'Awarded').map(({ args, block }) => [args.order as string, block]),
  )
  const between = (from: bigint | undefined, to: bigint | undefined): number[] =>
    from === undefined || to === undefined ? [] : [Number(to - from) / 1e6]
  return {
    parts: stages(
      moments,
      placed.map(({ jobId, orderId }) => ({ jobId, awardBlock: awardBlocks.get(orderId) })),
    ),
    toProcess: placed.flatMap(({ jobId }) => between(received.get(jobId), started.get(jobId))),
    blockToSent: placed.flatMap(({ jobId, orderId }) =>
      between(heads.get(awardBlocks.get(orderId) ?? -1), sent.get(jobId)),
    ),
  }
}

interface PeerAnswer {
  readonly sample?: number[]
  readonly perSecond?: number
  readonly residentMiB: number
}

/** The plain queue on the same database, waiting for its turns. */
async function startPeer(lab: Lab): Promise<{ ask(line: string): Promise<PeerAnswer>; stop(): void }> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'tests/bench/plainQueue.ts'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: lab.network.databaseUrl, BENCH_CONCURRENCY: String(NODES) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  const next = async (): Promise<PeerAnswer> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the plain queue ended')
    return JSON.parse(value) as PeerAnswer
  }
  await next()
  return {
    async ask(line) {
      child.stdin?.write(`${line}\n`)
      return next()
    },
    stop: () => void child.kill('SIGTERM'),
  }
}

/**
 * The peer of the dispatch bench, in a process of its own: the same program in the same sandbox as a plain graphile-worker
 * task on the same PostgreSQL, with no auction, no chain and no committee. Reads `latency N` or `rate N` lines and
 * answers each with one JSON line.
 */
import { createInterface } from 'node:readline'
import { Logger as QueueLogger, run } from 'graphile-worker'
import { openPgPool } from '#lib/db/pgPool.ts'
import { monotonicNow } from '#lib/kernel/trace.ts'
import { detectRuntimes } from '#worker/runtimes/detect.ts'
import { nodeBinary } from '#worker/runtimes/node.ts'
import { detectSandbox } from '#worker/sandbox/detect.ts'
import { residentMiB } from './memory.ts'
import { ENTRY, LIMITS, SOURCE } from './trivial.ts'

const SCHEMA = 'bench_queue'
const concurrency = Number(process.env.BENCH_CONCURRENCY)

const sandbox = await detectSandbox(process.env.PATH ?? '', nodeBinary().extra)
const runtimes = await detectRuntimes(sandbox)
const runtime = runtimes.byName.get('node')
const open = sandbox.open
if (open === null || runtime === undefined) throw new Error('no sandbox with Node works here')
sandbox.keepSpare()

/** What a task tells: when its program existed, and when it was done. */
const started = new Map<string, (at: bigint) => void>()
const ended = new Map<string, () => void>()

const pool = openPgPool(process.env.DATABASE_URL as string, { most: 10, onError: () => undefined })
const runner = await run({
  pgPool: pool,
  schema: SCHEMA,
  concurrency,
  noHandleSignals: true,
  logger: new QueueLogger(() => () => undefined),
  taskList: {
    async trivial(payload) {
      const { id } = payload as { id: string }
      const room = await open(LIMITS)
      try {
        await room.put(ENTRY, new TextEncoder().encode(SOURCE))
        const program = runtime.program(ENTRY, [], null, LIMITS)
        const report = await room.run(program, { onStart: () => started.get(id)?.(monotonicNow()) })
        if (report.exitCode !== 0) throw new Error(`the program ended with ${report.exitCode}`)
      } finally {
        await room.close()
      }
      ended.get(id)?.()
    },
  },
})

let count = 0
/** Adds one task; milliseconds from the call to the program's process, once its task is done. */
async function one(): Promise<number> {
  const id = String(count++)
  const received = monotonicNow()
  const existed = new Promise<bigint>((resolve) => started.set(id, resolve))
  const done = new Promise<void>((resolve) => ended.set(id, resolve))
  await runner.addJob('trivial', { id })
  const at = await existed
  await done
  return Number(at - received) / 1e6
}

async function latency(times: number): Promise<number[]> {
  const sample: number[] = []
  for (let turn = 0; turn < times; turn++) sample.push(await one())
  return sample
}

async function rate(times: number): Promise<number> {
  const began = monotonicNow()
  await Promise.all(Array.from({ length: times }, one))
  return times / (Number(monotonicNow() - began) / 1e9)
}

process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const [what, times] = line.split(' ')
  const answer =
    what === 'latency' ? { sample: await latency(Number(times)) } : { perSecond: await rate(Number(times)) }
  process.stdout.write(`${JSON.stringify({ ...answer, residentMiB: residentMiB(process.pid) })}\n`)
}
await runner.stop()
await pool.end()
await sandbox.dismissSpare()
process.exit(0)

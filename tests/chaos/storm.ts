/** Honest jobs through a storm: parts die and come back while customers submit; afterwards the chain is audited. */
import { messageOf } from '#lib/kernel/errors.ts'
import type { Hex } from '#lib/kernel/ids.ts'
import { WEI_PER_OGPU } from '#lib/kernel/money.ts'
import { FINAL_STATES } from '#lib/protocol/jobState.ts'
import { audit } from './audit.ts'
import { reader } from './chainLog.ts'
import { Customer, type Placed } from './customer.ts'
import { pause, startLab } from './lab.ts'
import { programOf } from './programs.ts'
import { seeded } from './random.ts'
import { planBlows, type Target } from './schedule.ts'
import { strike } from './strike.ts'

export interface StormOptions {
  readonly jobs: number
  readonly seed: number
  readonly say: (line: string) => void
  /** Seconds to wait for the last job after the last blow. */
  readonly patience: number
  /** Leave the data folder for a look at its logs. */
  readonly keep: boolean
}

export interface StormReport {
  readonly jobs: number
  readonly settled: number
  readonly refunded: number
  readonly lost: number
  readonly paidTwice: number
  readonly stuck: number
  readonly kills: Readonly<Record<Target, number>>
  readonly refunds: readonly { readonly job: string; readonly reason: string }[]
  /** Money that does not add up, in words. */
  readonly violations: readonly string[]
  /** Submissions sent again because their answer was cut off. */
  readonly repeats: number
  readonly seconds: number
  readonly seed: number
}

const NODES = 6
/** Jobs under way at the same time. */
const AT_ONCE = 12
/** The last few jobs end in peace, or the run would never know which of them are stuck. */
const CALM_FROM = 0.97
const TERMS = {
  timeoutSeconds: 60,
  maxPrice: WEI_PER_OGPU / 10n,
  // Generous: many restarts fit in.
  softSeconds: 3_600,
  hardSeconds: 7_200,
} as const

export async function storm(options: StormOptions): Promise<StormReport> {
  const { jobs, seed, say } = options
  const random = seeded(seed)
  const programs = Array.from({ length: jobs }, (_, index) => programOf(random, index))
  const plan = planBlows(random, jobs)
  const began = performance.now()
  const lab = await startLab({ nodes: NODES, say })
  let stop: () => Promise<void> = () => lab.stop(true)
  try {
    const customer = new Customer(lab, BigInt(seed) << 64n)
    const started = performance.now()
    const placed: Placed[] = []
    const refused: { job: string; reason: string }[] = []
    const following = follow(customer, say)
    const ended = (): number => (following.ended() + refused.length) / jobs
    const strikes = strike(lab.network, plan, random, ended, say)

    let next = 0
    const place = async (): Promise<void> => {
      for (let index = next++; index < jobs; index = next++) {
        while (following.open.size >= AT_ONCE) await pause(100)
        const program = programs[index] as (typeof programs)[number]
        try {
          const job = await customer.place(program, TERMS)
          placed.push(job)
          following.open.add(job.jobId)
        } catch (error) {
          refused.push({ job: program.title, reason: messageOf(error) })
          say(`${program.title} was refused: ${messageOf(error)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE / 2 }, place))
    // The storm goes on while there are jobs to meet; what is left of the plan when it ends would meet none.
    const until = performance.now() + options.patience * 1000
    while (performance.now() < until && (strikes.left() > 0 || ended() < CALM_FROM)) await pause(200)
    await strikes.stop()
    say(`all ${placed.length} jobs are placed and all blows dealt; waiting for ${following.open.size} jobs`)
    await following.untilEmpty(options.patience * 1000)
    following.stop()
    // What was settled last may still be on its way to the one confirmation it needs.
    await pause(2_000)

    const found = await audit(
      reader(lab.network.rpcUrl),
      lab.network.deployment,
      placed.map(({ orderId }) => orderId),
    )
    const titles = new Map(placed.map(({ orderId, title }) => [orderId, title]))
    const settled = found.ends.filter(({ row }) => row === 'correct').length
    const refunds = found.ends.flatMap(({ orderId, row }) =>
      row === null || row === 'correct' ? [] : [{ job: titles.get(orderId) ?? orderId, reason: row }],
    )
    // An order that no node took in time never locked anything. Gone without a word is something else: lost.
    const told = new Map((await customer.jobs()).map(({ id, state }) => [id, state]))
    const untaken = placed.filter(
      ({ orderId, jobId }) => found.lost.includes(orderId) && told.get(jobId) === 'expired',
    )
    const lost = found.lost.length - untaken.length
    refunds.push(
      ...untaken.map(({ title }) => ({ job: title, reason: 'not taken in time; nothing was locked' })),
    )
    const shown = await tellOf(customer, found.stuck, placed)
    for (const line of shown) say(line)
    const isClean = found.stuck.length + lost + found.paidTwice.length + found.violations.length === 0
    stop = () => lab.stop(options.keep || !isClean)
    if (options.keep || !isClean) say(`the data folder stays: ${lab.home}`)
    say(`longest pause between blows: ${(strikes.longestPause() / 1000).toFixed(1)} s`)
    return {
      jobs,
      settled,
      refunded: refunds.length + refused.length,
      lost,
      paidTwice: found.paidTwice.length,
      stuck: found.stuck.length,
      kills: { ...strikes.kills },
      refunds: [...refunds, ...refused],
      violations: found.violations,
      repeats: customer.repeats,
      seconds: Math.round((performance.now() - started) / 100) / 10,
      seed,
    }
  } finally {
    await stop()
    say(`the whole run took ${Math.round((performance.now() - began) / 1000)} s`)
  }
}

/** Asks for the jobs' states again and again and takes the final ones out of `open`. */
function follow(customer: Customer, say: (line: string) => void) {
  const open = new Set<string>()
  let stopped = false
  let done = 0
  const loop = (async () => {
    let lastSaid = performance.now()
    while (!stopped) {
      if (open.size > 0) {
        try {
          for (const { id, state } of await customer.jobs())
            if (FINAL_STATES.has(state) && open.delete(id)) done++
        } catch (error) {
          say(`the jobs could not be read: ${messageOf(error)}`)
        }
      }
      if (performance.now() - lastSaid > 10_000) {
        lastSaid = performance.now()
        say(`${done} jobs ended, ${open.size} under way`)
      }
      await pause(1_000)
    }
  })()
  return {
    open,
    ended: () => done,
    async untilEmpty(milliseconds: number): Promise<void> {
      const until = performance.now() + milliseconds
      while (open.size > 0 && performance.now() < until) await pause(200)
    },
    stop: () => {
      stopped = true
      void loop
    },
  }
}

/** A line on each job that did not end, for whoever looks into it. */
async function tellOf(
  customer: Customer,
  stuck: readonly Hex[],
  placed: readonly Placed[],
): Promise<string[]> {
  if (stuck.length === 0) return []
  const states = new Map((await customer.jobs()).map((job) => [job.id, job]))
  return placed
    .filter(({ orderId }) => stuck.includes(orderId))
    .map(
      ({ jobId, title, orderId }) =>
        `stuck: ${title} ${jobId} ${orderId} is ${states.get(jobId)?.state ?? 'unknown'}`,
    )
}

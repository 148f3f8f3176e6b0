/** One node's worker put together: what it has, what it promises, and the duties it holds. */
import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { TypedDataDomain } from 'viem'
import { messageOf } from '#lib/kernel/errors.ts'
import { type Address, lower } from '#lib/kernel/ids.ts'
import type { Logger } from '#lib/kernel/logger.ts'
import { tracePoint } from '#lib/kernel/trace.ts'
import { MESSAGE_TYPES, marketDomain } from '#lib/protocol/messages.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { type Announcement, WORKER_PROTOCOL_VERSION } from '#lib/protocol/workerEvents.ts'
import { runAttempt } from './attempt/attempt.ts'
import type { Bench } from './attempt/execute.ts'
import { HONEST_STEPS, type Steps } from './attempt/steps.ts'
import { grantProblem } from './attempt/verify.ts'
import { runCheck } from './committee/member.ts'
import type { WorkerConfig } from './config.ts'
import { type Device, detectDevices, gpuClassOf } from './gpu/detect.ts'
import { detectRuntimes } from './runtimes/detect.ts'
import { nodeBinary } from './runtimes/node.ts'
import { detectSandbox } from './sandbox/detect.ts'
import { abortable } from './session/abortable.ts'
import { bidFor } from './session/bid.ts'
import {
  type BidAnswer,
  type BidRequest,
  type CheckOpen,
  type Heartbeat,
  type LeaseAck,
  type LeaseGrant,
  NodeConnection,
} from './session/connection.ts'
import type { Duty } from './session/duty.ts'
import { LeaseGone, leaseFiles } from './session/leaseFiles.ts'
import { type LeaseFolder, LeaseStore } from './session/leaseStore.ts'
import { Places } from './session/places.ts'

export const WORKER_VERSION = '0.1.0'

const MIB = 1024 * 1024
/** Free space in the home folder below which no work is asked for. */
const LEAST_DISK_BYTES = 512 * MIB
/** Committee checks are drawn, not asked for, so they have places of their own. */
const CHECK_PLACES = 3
/** How long a content that cannot be had is asked for. */
const CONTENT_PATIENCE_MILLISECONDS = 60_000
/** On the way out, how long results wait for a network that does not answer; they are kept for the next start. */
const LAST_WORDS_MILLISECONDS = 5_000

interface Holding {
  readonly folder: LeaseFolder
  readonly controller: AbortController
  readonly open: (opening: CheckOpen) => void
  /** A program of it may be running. */
  working: boolean
}

export interface WorkerOptions {
  /** Replaces steps of the duties; for tests of the network. */
  readonly steps?: Partial<Steps>
  /** How long a content that cannot be had is asked for. */
  readonly contentPatienceMilliseconds?: number
}

export class Worker {
  private readonly config: WorkerConfig
  private readonly logger: Logger
  private readonly node: Address
  private readonly steps: Steps
  private readonly patience: number
  private readonly bench: Bench
  private readonly devices: readonly Device[]
  private readonly gpuClass: number
  private readonly store: LeaseStore
  private readonly connection: NodeConnection
  private readonly holdings = new Map<string, Holding>()
  private readonly runs: Places
  private readonly checks = new Places(CHECK_PLACES)
  private draining = false

  private constructor(
    config: WorkerConfig,
    logger: Logger,
    bench: Bench,
    devices: readonly Device[],
    options: WorkerOptions,
  ) {
    this.config = config
    this.logger = logger
    this.node = lower(config.account.address)
    this.steps = { ...HONEST_STEPS, ...options.steps }
    this.patience = options.contentPatienceMilliseconds ?? CONTENT_PATIENCE_MILLISECONDS
    this.bench = bench
    this.devices = devices
    this.gpuClass = config.gpuClass ?? gpuClassOf(devices)
    this.store = new LeaseStore(config.home)
    this.runs = new Places(config.slots)
    this.connection = new NodeConnection(
      config.url,
      config.account,
      {
        announcement: () => this.announcement(),
        heartbeat: () => this.heartbeat(),
        onBidRequest: (request) => this.bid(request),
        onGrant: (grant) => this.take(grant),
        onOpen: (opening) => this.opened(opening),
        onStop: (leaseId, reason) => this.end(leaseId, reason),
      },
      logger,
    )
  }

  /** Finds what the machine has, takes up unfinished leases and connects. */
  static async start(config: WorkerConfig, logger: Logger, options: WorkerOptions = {}): Promise<Worker> {
    const sandbox = await detectSandbox(config.path, nodeBinary().extra)
    if (sandbox.found.kind === 'none') {
      logger.error(sandbox.found, 'no sandbox works here, so no job is accepted')
    }
    const [runtimes, devices] = await Promise.all([detectRuntimes(sandbox), detectDevices(config.path)])
    const worker = new Worker(config, logger, { sandbox, runtimes }, devices, options)
    const names = [...runtimes.byName.values()].map(({ name, version }) => `${name} ${version}`)
    logger.info(
      { node: worker.node, sandbox: sandbox.found.kind, runtimes: names, device: devices[0]?.name },
      'worker ready',
    )
    for (const folder of await worker.store.unfinished()) worker.hold(folder)
    sandbox.keepSpare()
    worker.connection.open()
    return worker
  }

  /** Resolves with a reason when this process must not go on. */
  untilGivenUp(): Promise<string> {
    return this.connection.untilGivenUp()
  }

  /** Takes no more work, lets what runs finish and be reported, then disconnects. Seals wait on disk for the next start. */
  async drain(): Promise<void> {
    this.draining = true
    this.logger.info({ leases: this.holdings.size }, 'draining')
    const busy = (): boolean => [...this.holdings.values()].some((holding) => holding.working)
    let silentSince = Date.now()
    while (busy()) {
      if (this.connection.isAdmitted) silentSince = Date.now()
      if (Date.now() - silentSince > LAST_WORDS_MILLISECONDS) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await this.stop()
  }

  /** Ends everything now; what is on disk is taken up at the next start. */
  async stop(): Promise<void> {
    this.draining = true
    this.connection.close()
    for (const holding of this.holdings.values()) holding.controller.abort(new Error('the worker ends'))
    while (this.holdings.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await this.bench.sandbox.dismissSpare()
  }

  private announcement(): Announcement {
    return {
      protocol: WORKER_PROTOCOL_VERSION,
      name: this.config.name,
      version: WORKER_VERSION,
      gpuClass: this.gpuClass,
      ask: this.config.ask.toString(),
      devices: [...this.devices],
      runtimes: [...this.bench.runtimes.byName.values()].map(({ name, version, modules }) => ({
        name,
        version,
        modules: [...modules],
      })),
      tools: [...this.bench.runtimes.tools],
      sandbox: this.bench.sandbox.found,
      slots: this.config.slots,
      draining: this.draining,
    }
  }

  private heartbeat(): Heartbeat {
    return {
      leases: [...this.holdings.values()].map(({ folder: { grant } }) => ({
        leaseId: grant.leaseId,
        fence: grant.fence,
      })),
      load: Math.min(1, this.running() / this.config.slots),
      draining: this.draining,
    }
  }

  private running(): number {
    return [...this.holdings.values()].filter(({ folder, working }) => folder.grant.role === 'run' && working)
      .length
  }

  private async bid(request: BidRequest): Promise<BidAnswer> {
    const no = (reason: string): BidAnswer => ({ kind: 'decline', reason })
    const { found } = this.bench.sandbox
    if (this.draining) return no('draining')
    if (found.kind === 'none') return no(`no sandbox: ${found.reason}`.slice(0, 200))
    if (!this.bench.runtimes.byName.has(request.runtime)) return no(`does not run ${request.runtime}`)
    if (request.order.gpuClass !== this.gpuClass) return no(`serves GPU class ${this.gpuClass}`)
    if ((request.memoryMiB + request.diskMiB) * MIB > totalmem()) return no('not enough memory')
    if (this.running() >= this.config.slots) return no('all places are taken')
    if (await this.isDiskShort()) return no('the disk is nearly full')
    const about = {
      orderId: request.orderId,
      attempt: request.attempt,
      predictedSeconds: request.predictedSeconds,
    }
    const bid = bidFor(request.order, about, { address: this.node, ask: this.config.ask }, Date.now() / 1000)
    if (bid === null) return no('the maximum price is below the quote')
    const signature = await this.config.account.signTypedData({
      domain: await this.domain(),
      types: MESSAGE_TYPES,
      primaryType: 'Bid',
      message: bid,
    })
    return { kind: 'bid', bid: toWire(bid), signature }
  }

  /** Results and salts must find room, or a job would be run for nothing. */
  private async isDiskShort(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.config.home)
    return bavail * bsize < LEAST_DISK_BYTES
  }

  private async domain(): Promise<TypedDataDomain> {
    const { chainId, taskMarket } = await this.connection.network()
    return marketDomain(chainId, taskMarket)
  }

  private async take(grant: LeaseGrant): Promise<LeaseAck> {
    const known = this.holdings.get(grant.leaseId)
    if (known !== undefined) {
      if (known.folder.grant.fence !== grant.fence)
        return { kind: 'refused', reason: 'this lease has another fence here' }
      // Handed out again, to us: what was stored or asked for by the old token is not answered any more.
      if (known.folder.token !== grant.token) await known.folder.renew(grant.token)
      return { kind: 'accepted' }
    }
    if (this.draining && grant.role === 'run') return { kind: 'refused', reason: 'the node is draining' }
    const problem = await grantProblem(grant, await this.domain())
    if (problem !== null) {
      this.logger.error({ leaseId: grant.leaseId, problem }, 'a grant was refused')
      return { kind: 'refused', reason: problem }
    }
    this.hold(await this.store.add(grant))
    tracePoint(this.logger, 'grantTaken', { jobId: grant.jobId, role: grant.role })
    return { kind: 'accepted' }
  }

  /** Does the lease's duty in the background. */
  private hold(folder: LeaseFolder): void {
    const { grant } = folder
    const controller = new AbortController()
    let open: (opening: CheckOpen) => void = () => undefined
    const opened = new Promise<CheckOpen>((resolve) => {
      open = resolve
    })
    const holding: Holding = { folder, controller, open, working: true }
    this.holdings.set(grant.leaseId, holding)
    const places = grant.role === 'run' ? this.runs : this.checks
    const work = async (): Promise<void> => {
      const duty: Duty = {
        folder,
        signal: controller.signal,
        files: leaseFiles(this.config.url, withToken(folder), this.patience, this.logger),
        account: this.config.account,
        node: this.node,
        domain: await abortable(this.domain(), controller.signal),
        bench: this.bench,
        steps: this.steps,
        connection: this.connection,
        logger: this.logger,
        place: (signal) => places.take(signal),
        opened,
        onSealed: () => {
          holding.working = false
        },
      }
      await (grant.role === 'run' ? runAttempt(duty) : runCheck(duty))
    }
    work()
      .then(() => folder.remove())
      .catch(async (error: unknown) => {
        if (controller.signal.aborted && controller.signal.reason instanceof LeaseGone === false) return
        this.logger.info({ leaseId: grant.leaseId, reason: messageOf(error) }, 'a lease ended')
        await folder.remove()
      })
      .catch((error: unknown) =>
        this.logger.warn({ error: messageOf(error) }, 'a lease’s folder could not be removed'),
      )
      .finally(() => this.holdings.delete(grant.leaseId))
  }

  private opened(opening: CheckOpen): void {
    const holding = this.holdings.get(opening.leaseId)
    if (holding !== undefined && holding.folder.grant.fence === opening.fence) holding.open(opening)
  }

  private end(leaseId: string, reason: string): void {
    this.holdings.get(leaseId)?.controller.abort(new LeaseGone(reason))
  }
}

/** The lease as its contents are asked for: with the token it has at that moment. */
function withToken(folder: LeaseFolder): { readonly leaseId: string; readonly token: string } {
  return {
    leaseId: folder.grant.leaseId,
    get token() {
      return folder.token
    },
  }
}

/**
 * Starts the program, falls silent until it has been replaced, and then brings its honest result: to the gateway, and past
 * it straight to the chain. What both said is appended to OPENGPU_FAULT_LOG, a JSON line a job.
 */
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createPublicClient, http } from 'viem'
import { taskMarketAbi } from '#lib/chain/generated/abis.ts'
import { decodeRevert } from '#lib/chain/rules/revert.ts'
import { messageOf } from '#lib/kernel/errors.ts'
import { lower } from '#lib/kernel/ids.ts'
import { createLogger } from '#lib/kernel/logger.ts'
import { manifestHash } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, marketDomain, RUN_OUTCOME, resultCommitment } from '#lib/protocol/messages.ts'
import { manifestOutputHash } from '#lib/protocol/runOutput.ts'
import { toWire } from '#lib/protocol/wire.ts'
import { WORKER_PROTOCOL_VERSION } from '#lib/protocol/workerEvents.ts'
import { type Bench, execute } from '#worker/attempt/execute.ts'
import { readWorkerConfig } from '#worker/config.ts'
import { detectDevices } from '#worker/gpu/detect.ts'
import { detectRuntimes } from '#worker/runtimes/detect.ts'
import { nodeBinary } from '#worker/runtimes/node.ts'
import { closeInheritedDescriptors } from '#worker/sandbox/descriptors.ts'
import { detectSandbox } from '#worker/sandbox/detect.ts'
import { bidFor } from '#worker/session/bid.ts'
import { type LeaseGrant, NodeConnection } from '#worker/session/connection.ts'
import { leaseFiles } from '#worker/session/leaseFiles.ts'

closeInheritedDescriptors()
const config = readWorkerConfig()
const logger = createLogger(`fault ${config.name}`, config.logLevel)
const logFile = process.env.OPENGPU_FAULT_LOG as string
const chain = createPublicClient({ transport: http(process.env.OPENGPU_FAULT_RPC as string) })
const node = lower(config.account.address)
const never = new AbortController().signal
/** Orders whose attempt was taken away from this node. */
const replaced = new Set<string>()

const sandbox = await detectSandbox(config.path, nodeBinary().extra)
const [runtimes, devices] = await Promise.all([detectRuntimes(sandbox), detectDevices(config.path)])
const bench: Bench = { sandbox, runtimes }

const connection = new NodeConnection(
  config.url,
  config.account,
  {
    announcement: () => ({
      protocol: WORKER_PROTOCOL_VERSION,
      name: config.name,
      version: '0.1.0',
      gpuClass: config.gpuClass ?? 0,
      ask: config.ask.toString(),
      devices: [...devices],
      runtimes: [...runtimes.byName.values()].map(({ name, version, modules }) => ({
        name,
        version,
        modules: [...modules],
      })),
      tools: [...runtimes.tools],
      sandbox: sandbox.found,
      slots: config.slots,
      draining: false,
    }),
    // It beats, but names no lease: about those it is silent.
    heartbeat: () => ({ leases: [], load: 0, draining: false }),
    onBidRequest: async (request) => {
      const about = {
        orderId: request.orderId,
        attempt: request.attempt,
        predictedSeconds: request.predictedSeconds,
      }
      const bid = bidFor(request.order, about, { address: node, ask: config.ask }, Date.now() / 1000)
      if (bid === null || replaced.has(request.orderId)) return { kind: 'decline', reason: 'no' }
      const signature = await config.account.signTypedData({
        domain: await domain(),
        types: MESSAGE_TYPES,
        primaryType: 'Bid',
        message: bid,
      })
      return { kind: 'bid', bid: toWire(bid), signature }
    },
    onGrant: async (grant) => {
      if (grant.role === 'check') return { kind: 'refused', reason: 'checks nothing' }
      void answerLate(grant).catch((error: unknown) => logger.error({ error: messageOf(error) }, 'broke off'))
      return { kind: 'accepted' }
    },
    onOpen: () => undefined,
    onStop: () => undefined,
  },
  logger,
)

async function domain() {
  const { chainId, taskMarket } = await connection.network()
  return marketDomain(chainId, taskMarket)
}

async function answerLate(grant: LeaseGrant): Promise<void> {
  const held = { leaseId: grant.leaseId, fence: grant.fence }
  const about = { order: grant.orderId, attempt: grant.attempt, node }
  const signing = { domain: await domain(), types: MESSAGE_TYPES } as const
  const start = await config.account.signTypedData({ ...signing, primaryType: 'Start', message: about })
  await connection.deliver('runStarted', { ...held, start: { message: about, signature: start } }, never)
  const files = leaseFiles(config.url, grant, 60_000, logger)
  const spool = join(config.home, grant.leaseId)
  mkdirSync(spool, { recursive: true })
  const { manifest, detail, truncated, secondsUsed } = await execute(
    bench,
    { grant, spool, files, signal: never },
    {},
  )
  for (const { sha256 } of manifest.artifacts) await files.upload(sha256, join(spool, sha256), never)

  while ((await attemptOnChain(grant)) === grant.attempt) await pause(500)
  replaced.add(grant.orderId)
  const opening = {
    outcome: RUN_OUTCOME.success,
    outputHash: manifestOutputHash(grant.spec.comparator, manifest),
    manifestHash: manifestHash(manifest),
    secondsUsed,
    salt: `0x${randomBytes(32).toString('hex')}`,
  } as const
  const message = { ...about, commitment: resultCommitment(about, opening) }
  const signature = await config.account.signTypedData({ ...signing, primaryType: 'Result', message })
  const said = { ...held, manifest, detail, truncated, result: { message, signature, opening } }
  const reply = await connection.deliver('runFinished', said, never)
  const onChain = await carried(message, signature)
  appendFileSync(
    logFile,
    `${JSON.stringify({ order: grant.orderId, gateway: reply.kind, chain: onChain })}\n`,
  )
}

async function attemptOnChain(grant: LeaseGrant): Promise<number> {
  const { taskMarket } = await connection.network()
  const job = await chain.readContract({
    address: taskMarket,
    abi: taskMarketAbi,
    functionName: 'jobOf',
    args: [grant.orderId],
  })
  return job.attempt
}

/** The error with which the contract turns the late result down, or `taken`. */
async function carried(
  message: Parameters<typeof resultCommitment>[0] & { commitment: `0x${string}` },
  signature: `0x${string}`,
) {
  const { taskMarket } = await connection.network()
  try {
    await chain.simulateContract({
      address: taskMarket,
      abi: taskMarketAbi,
      functionName: 'submitResult',
      args: [message, signature],
      account: node,
    })
    return 'taken'
  } catch (error) {
    return decodeRevert(error).name
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    connection.close()
    process.exit(0)
  })
connection.open()

/**
 * What a worker and the gateway say to each other over Socket.IO, namespace `/worker`. Every message is parsed with these
 * schemas at both ends, and every message of the worker is acknowledged, so that a lost acknowledgement is a repeat and a
 * repeat changes nothing.
 *
 * Contents and artifacts too large for a message travel over HTTP, with the lease's token as bearer:
 *   GET {server}/api/leases/{leaseId}/contents/{sha256}
 *   PUT {server}/api/leases/{leaseId}/artifacts/{sha256}   (the body is the bytes; 201 stored, 200 already there)
 */
import * as z from 'zod'
import { jobSpecSchema, manifestSchema } from './jobSpec.ts'
import { addressSchema, bytes32Schema, sha256Schema, signatureSchema, weiSchema } from './primitives.ts'
import {
  attemptMessageSchema,
  bidSchema,
  openingSchema,
  orderSchema,
  resultMessageSchema,
  revealMessageSchema,
  sealMessageSchema,
} from './wire.ts'

export const WORKER_PROTOCOL_VERSION = 1
/** The worker sends a heartbeat this often; a node silent for SILENCE_SECONDS (database time) loses its leases. */
export const HEARTBEAT_SECONDS = 2
export const SILENCE_SECONDS = 8
/** Contents of at most this many bytes together travel inside the grant. */
export const INLINE_BYTES = 256 * 1024

export const deviceSchema = z.strictObject({
  kind: z.enum(['gpu', 'cpu']),
  name: z.string().max(200),
  memoryBytes: z.number().int().min(0),
  cores: z.int().min(0),
  driver: z.string().max(100).nullable(),
})

export const runtimeSchema = z.strictObject({
  name: z.enum(['python', 'node']),
  version: z.string().max(50),
  modules: z.array(z.string().max(200)).max(5000),
})

export const sandboxSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bubblewrap'),
    version: z.string().max(50),
    cgroups: z.boolean(),
    seccomp: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('namespaces'), version: z.string().max(50) }),
  z.strictObject({ kind: z.literal('none'), reason: z.string().max(500), fix: z.string().max(500) }),
])

/** What a node says of itself after it proved its key. Prices are wei per second. */
export const announcementSchema = z.strictObject({
  protocol: z.literal(WORKER_PROTOCOL_VERSION),
  name: z.string().max(60),
  version: z.string().max(50),
  gpuClass: z.int().min(0).max(65535),
  ask: weiSchema,
  devices: z.array(deviceSchema).min(1).max(64),
  runtimes: z.array(runtimeSchema).max(8),
  tools: z.array(z.string().max(50)).max(50),
  sandbox: sandboxSchema,
  /** How many attempts it runs side by side. */
  slots: z.int().min(1).max(256),
  draining: z.boolean(),
})
export type Announcement = z.infer<typeof announcementSchema>

/** First message of the server: sign `challengeText` with the node key (EIP-191). */
export const challengeSchema = z.strictObject({
  nonce: z.string().min(16).max(200),
  chainId: z.int(),
  taskMarket: addressSchema,
  deploymentId: z.string().max(100),
})
export type Challenge = z.infer<typeof challengeSchema>

/** The text a node signs to prove its key; binds server nonce, chain and contract. */
export function challengeText(challenge: Challenge, node: string): string {
  return [
    'OpenGPU node session',
    `node: ${node.toLowerCase()}`,
    `chain: ${challenge.chainId}`,
    `market: ${challenge.taskMarket}`,
    `deployment: ${challenge.deploymentId}`,
    `nonce: ${challenge.nonce}`,
  ].join('\n')
}

export const authenticateSchema = z.strictObject({
  node: addressSchema,
  signature: signatureSchema,
  announcement: announcementSchema,
})

/** Sent every HEARTBEAT_SECONDS: the leases the worker holds, so that the server can name those it should drop. */
export const heartbeatSchema = z.strictObject({
  leases: z.array(z.strictObject({ leaseId: z.string().max(40), fence: z.int() })).max(256),
  load: z.number().min(0).max(1),
  draining: z.boolean(),
})
export const heartbeatAckSchema = z.strictObject({ stop: z.array(z.string().max(40)) })

/** Asks for a bid. The node answers within BID_MILLISECONDS with a signed fixed price for the whole job, or declines with a reason. */
export const BID_MILLISECONDS = 250
export const bidRequestSchema = z.strictObject({
  orderId: bytes32Schema,
  order: orderSchema,
  attempt: z.int().min(1).max(255),
  runtime: z.enum(['python', 'node']),
  /** Seconds the network expects the job to take, from history; null when it knows nothing. */
  predictedSeconds: z.number().min(0).nullable(),
  memoryMiB: z.int(),
  diskMiB: z.int(),
})
export const bidAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bid'), bid: bidSchema, signature: signatureSchema }),
  z.strictObject({ kind: z.literal('decline'), reason: z.string().max(200) }),
])

/** One attempt handed to one node. `fence` rises with every lease of a job; messages with an older one change nothing. */
export const leaseGrantSchema = z.strictObject({
  leaseId: z.string().max(40),
  fence: z.int(),
  token: z.string().min(20).max(200),
  role: z.enum(['run', 'check']),
  jobId: z.string().max(40),
  orderId: bytes32Schema,
  attempt: z.int().min(1).max(255),
  order: orderSchema,
  orderSignature: signatureSchema,
  spec: jobSpecSchema,
  /** Small contents, so that a job starts without another round trip. The rest is fetched by hash. */
  inline: z.array(z.strictObject({ sha256: sha256Schema, data: z.instanceof(Uint8Array) })),
})
export const leaseAckSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accepted') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.string().max(500) }),
])

const held = { leaseId: z.string().max(40), fence: z.int() }

/** The program's process exists. `start` is the node's signed Start; members send null. */
export const runStartedSchema = z.strictObject({
  ...held,
  start: z.strictObject({ message: attemptMessageSchema, signature: signatureSchema }).nullable(),
})

/** Log entries in order; `seq` counts from 0 without gaps within a lease. At most 64 KiB of text a message. */
export const runLogSchema = z.strictObject({
  ...held,
  entries: z
    .array(
      z.strictObject({
        seq: z.int().min(0),
        stream: z.enum(['stdout', 'stderr', 'system']),
        text: z.string().max(65536),
      }),
    )
    .min(1)
    .max(256),
})

/** How the run ended; artifacts were uploaded before. `result` is the node's commitment and what it commits to. */
export const runFinishedSchema = z.strictObject({
  ...held,
  manifest: manifestSchema,
  detail: z.string().max(500),
  truncated: z.boolean(),
  result: z.strictObject({
    message: resultMessageSchema,
    signature: signatureSchema,
    opening: openingSchema,
  }),
})

/** A member's seal over its own output, sent before it is shown any other. Its artifacts were uploaded before. */
export const checkSealedSchema = z.strictObject({
  ...held,
  manifest: manifestSchema,
  detail: z.string().max(500),
  seal: z.strictObject({ message: sealMessageSchema, signature: signatureSchema }),
})

/** Sent to members once every seat has sealed: the outputs to compare with their own, by content hash. */
export const checkOpenSchema = z.strictObject({
  ...held,
  node: z.strictObject({ opening: openingSchema, manifest: manifestSchema }),
  seats: z.array(
    z.strictObject({ seat: z.int().min(0), member: addressSchema, manifest: manifestSchema.nullable() }),
  ),
})

export const checkRevealedSchema = z.strictObject({
  ...held,
  reveal: z.strictObject({ message: revealMessageSchema, signature: signatureSchema }),
})

/** The node gives the attempt back (it cannot run it after all); signed, so that the chain knows too. */
export const handBackSchema = z.strictObject({
  ...held,
  reason: z.string().max(500),
  handBack: z.strictObject({ message: attemptMessageSchema, signature: signatureSchema }),
})

/** The answer to every message about a lease. `gone`: the lease is no longer yours, stop and forget it. */
export const leaseReplySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ok') }),
  z.strictObject({ kind: z.literal('gone'), reason: z.string().max(200) }),
  z.strictObject({ kind: z.literal('invalid'), reason: z.string().max(500) }),
])
export type LeaseReply = z.infer<typeof leaseReplySchema>

export const leaseStopSchema = z.strictObject({ leaseId: z.string().max(40), reason: z.string().max(200) })

/** Event names. Worker to server, each with an acknowledgement. */
export const WORKER_EVENTS = {
  authenticate: 'authenticate',
  heartbeat: 'heartbeat',
  runStarted: 'run:started',
  runLog: 'run:log',
  runFinished: 'run:finished',
  checkSealed: 'check:sealed',
  checkRevealed: 'check:revealed',
  handBack: 'run:handback',
} as const

/** Event names. Server to worker; bidRequest and leaseGrant want an acknowledgement. */
export const GATEWAY_EVENTS = {
  challenge: 'challenge',
  bidRequest: 'bid:request',
  leaseGrant: 'lease:grant',
  leaseStop: 'lease:stop',
  checkOpen: 'check:open',
  /** Another connection proved the same node key: this one speaks for nobody any more. No payload, no answer. */
  superseded: 'session:superseded',
} as const

/** Answer to `authenticate`. */
export const authenticatedSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('welcome'), node: addressSchema, owner: addressSchema }),
  z.strictObject({ kind: z.literal('refused'), code: z.string().max(60), reason: z.string().max(500) }),
])

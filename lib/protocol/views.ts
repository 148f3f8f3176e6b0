/**
 * What pages, REST and the CLI show. One schema each; money is a decimal string of wei, times are ISO strings (wall) or
 * seconds (chain). Built by the services, never by pages.
 */
import * as z from 'zod'
import { comparatorSchema } from './comparators/schema.ts'
import { jobSpecSchema } from './jobSpec.ts'
import { JOB_STATES } from './jobState.ts'
import { SETTLEMENT } from './messages.ts'
import { announcementSchema, deviceSchema } from './workerEvents.ts'

const wei = z.string()
const hash = z.string()
const address = z.string()
const when = z.iso.datetime()

export const artifactViewSchema = z.object({
  kind: z.enum(['file', 'stdout', 'stderr']),
  name: z.string(),
  sha256: z.string(),
  bytes: z.number(),
})

export const reasonViewSchema = z.object({
  rule: z.string(),
  severity: z.string(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().nullable(),
  column: z.number().nullable(),
  excerpt: z.string().nullable(),
})

/** One line of the timeline, from the click to the payment. */
export const timelineEntrySchema = z.object({
  seq: z.number(),
  kind: z.string(),
  at: when,
  transaction: hash.nullable(),
  final: z.boolean(),
  data: z.record(z.string(), z.unknown()),
})

export const bidViewSchema = z.object({
  attempt: z.number(),
  node: address,
  name: z.string(),
  price: wei.nullable(),
  decision: z.enum(['won', 'passed', 'declined']),
  reason: z.string(),
})

export const seatViewSchema = z.object({
  seat: z.number(),
  member: address,
  name: z.string(),
  stage: z.enum(['drawn', 'running', 'sealed', 'revealed', 'silent']),
  outcome: z.string().nullable(),
  agrees: z.boolean().nullable(),
  paid: wei.nullable(),
  fined: wei.nullable(),
  seconds: z.number().nullable(),
})

export const differenceViewSchema = z.object({
  name: z.string(),
  at: z.string(),
  left: z.string(),
  right: z.string(),
  leftOf: z.string(),
  rightOf: z.string(),
  why: z.string(),
  proposal: comparatorSchema.nullable(),
  proposalText: z.string().nullable(),
})

/** Every wei of the job by the outcome table. Null where it is not known yet. */
export const costViewSchema = z.object({
  locked: wei.nullable(),
  price: wei.nullable(),
  row: z.enum([...SETTLEMENT, 'expired', 'cancelled']).nullable(),
  nodePay: wei.nullable(),
  fee: wei.nullable(),
  membersPaid: wei.nullable(),
  refund: wei.nullable(),
  slashed: wei.nullable(),
  penalty: wei.nullable(),
})

export const jobSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(JOB_STATES),
  runtime: z.string(),
  createdAt: when,
  updatedAt: when,
  maxPrice: wei,
  price: wei.nullable(),
  node: address.nullable(),
  nodeName: z.string().nullable(),
  row: z.string().nullable(),
  exitCode: z.number().nullable(),
})
export type JobSummary = z.infer<typeof jobSummarySchema>

export const jobViewSchema = jobSummarySchema.extend({
  revision: z.number(),
  orderId: hash.nullable(),
  customer: address,
  spec: jobSpecSchema.nullable(),
  attempt: z.number(),
  leaseId: z.string().nullable(),
  verdict: z
    .object({ decision: z.string(), reasons: z.array(reasonViewSchema), decidedBy: z.string() })
    .nullable(),
  timeline: z.array(timelineEntrySchema),
  bids: z.array(bidViewSchema),
  committee: z.array(seatViewSchema),
  difference: differenceViewSchema.nullable(),
  artifacts: z.array(artifactViewSchema),
  /** Results are shown once the chain's word is final (N confirmations) and the verdict allows it. */
  released: z.boolean(),
  /** The start of standard output, at most 64 KiB, once released; null before. */
  stdout: z.string().nullable(),
  cost: costViewSchema,
  deadlines: z.object({
    submitBy: z.number().nullable(),
    startBy: z.number().nullable(),
    soft: z.number().nullable(),
    hard: z.number().nullable(),
  }),
  chainNow: z.number(),
  transactions: z.array(z.object({ kind: z.string(), hash, status: z.string() })),
  may: z.object({ cancel: z.boolean(), deleteData: z.boolean() }),
  /** What the job waits for, in words a person can act on; null when nothing is amiss. */
  waiting: z.string().nullable(),
})
export type JobView = z.infer<typeof jobViewSchema>

export const nodeViewSchema = z.object({
  node: address,
  owner: address,
  name: z.string(),
  status: z.enum(['live', 'silent', 'offline', 'draining', 'left']),
  gpuClass: z.number(),
  ask: wei,
  bond: wei,
  lockedBond: wei,
  registeredAt: when,
  lastSeenAt: when.nullable(),
  devices: z.array(deviceSchema),
  runtimes: z.array(z.object({ name: z.string(), version: z.string(), moduleCount: z.number() })),
  sandbox: announcementSchema.shape.sandbox.nullable(),
  load: z.number().nullable(),
  running: z.number(),
  runs: z.object({
    done: z.number(),
    correct: z.number(),
    wrong: z.number(),
    checks: z.number(),
    silent: z.number(),
  }),
  earned: wei,
  earningsByDay: z.array(z.object({ day: z.string(), wei })),
  recent: z.array(
    z.object({ jobId: z.string(), role: z.string(), state: z.string(), at: when, earned: wei.nullable() }),
  ),
})
export type NodeView = z.infer<typeof nodeViewSchema>

export const networkViewSchema = z.object({
  chainId: z.number(),
  embedded: z.boolean(),
  block: z.number(),
  chainNow: z.number(),
  addresses: z.object({ ogpu: address, nodeRegistry: address, escrow: address, taskMarket: address }),
  auctioneer: address,
  rpcUrl: z.string(),
  nodesLive: z.number(),
  nodesKnown: z.number(),
  gpusLive: z.number(),
  jobsTotal: z.number(),
  jobsSettled: z.number(),
  jobsActive: z.number(),
  paidOut: wei,
  medianSeconds: z.number().nullable(),
  runtimesLive: z.array(z.object({ name: z.string(), version: z.string(), nodes: z.number() })),
  modulesLive: z.array(z.string()),
  parameters: z.object({
    members: z.number(),
    depositBps: z.number(),
    feeBps: z.number(),
    /** Wei a GPU second: the floor under base. */
    floorRate: wei,
    startSeconds: z.number(),
  }),
})
export type NetworkView = z.infer<typeof networkViewSchema>

export const apiKeyViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: when,
  lastUsedAt: when.nullable(),
  expiresAt: when.nullable(),
})

export const accountViewSchema = z.object({
  address,
  wallet: wei,
  escrow: wei,
  locked: wei,
  eth: wei,
  apiKeys: z.array(apiKeyViewSchema),
  movements: z.array(z.object({ kind: z.string(), wei, at: when, transaction: hash })),
})
export type AccountView = z.infer<typeof accountViewSchema>

export const transactionViewSchema = z.object({
  hash,
  status: z.enum(['mined', 'reverted', 'pending', 'unknown']),
  block: z.number().nullable(),
  at: when.nullable(),
  confirmations: z.number(),
  from: address.nullable(),
  to: address.nullable(),
  contract: z.string().nullable(),
  call: z
    .object({ name: z.string(), args: z.array(z.object({ name: z.string(), value: z.string() })) })
    .nullable(),
  revert: z
    .object({ name: z.string(), args: z.array(z.object({ name: z.string(), value: z.string() })) })
    .nullable(),
  gasUsed: z.string().nullable(),
  events: z.array(
    z.object({
      contract: z.string(),
      name: z.string(),
      args: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
  jobs: z.array(z.string()),
})
export type TransactionView = z.infer<typeof transactionViewSchema>

export const healthPartSchema = z.object({ ok: z.boolean(), detail: z.string() })
export const healthViewSchema = z.object({
  ok: z.boolean(),
  version: z.string(),
  database: healthPartSchema,
  chain: healthPartSchema,
  indexer: healthPartSchema,
  engine: healthPartSchema,
  nodes: healthPartSchema,
})
export type HealthView = z.infer<typeof healthViewSchema>

export const opsViewSchema = z.object({
  health: healthViewSchema,
  jobsByState: z.record(z.string(), z.number()),
  queues: z.array(z.object({ name: z.string(), depth: z.number(), oldestSeconds: z.number().nullable() })),
  intents: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      status: z.string(),
      ageSeconds: z.number(),
      attempts: z.number(),
      hash: hash.nullable(),
      error: z.string().nullable(),
    }),
  ),
  relayer: z.object({ address, eth: wei, nonce: z.number(), alert: z.string().nullable() }),
  holds: z.array(
    z.object({
      jobId: z.string(),
      title: z.string(),
      customer: address,
      at: when,
      reasons: z.array(reasonViewSchema),
    }),
  ),
  nodes: z.array(
    z.object({
      node: address,
      name: z.string(),
      status: z.string(),
      lastSeenSeconds: z.number().nullable(),
      running: z.number(),
    }),
  ),
  reorganisations: z.array(
    z.object({
      at: when,
      depth: z.number(),
      undone: z.number(),
      /** Messages whose transactions were lost and could not be sent again, by name. */
      notCarried: z.array(z.string()),
    }),
  ),
  audit: z.array(
    z.object({
      id: z.string(),
      at: when,
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      details: z.string(),
    }),
  ),
})
export type OpsView = z.infer<typeof opsViewSchema>

import 'server-only'
/** What pages and routes read. Each is one call into the rooms; who may see what is decided here, at the data. */
import { inArray } from 'drizzle-orm'
import { listApiKeys } from '../auth/apiKeys.ts'
import type { Session } from '../auth/sessions.ts'
import { escrowBalance, walletBalance } from '../chain/read/money.ts'
import { relayerView } from '../chain/read/relayer.ts'
import { transactionView } from '../chain/read/transaction.ts'
import { jobEvents, jobs } from '../db/schema/jobs.ts'
import { type JobFilter, jobView, listJobs as listJobsOf } from '../jobs/view.ts'
import { type Address, type Hex, lower } from '../kernel/ids.ts'
import { movementsOf } from '../ledger/movements.ts'
import { nodeView, nodeViews } from '../nodes/view.ts'
import { opsRows } from '../ops/view.ts'
import { type Runtime, runtime } from '../process/shared.ts'
import { addressSchema } from '../protocol/primitives.ts'
import type {
  AccountView,
  JobSummary,
  JobView,
  NetworkView,
  NodeView,
  OpsView,
  TransactionView,
} from '../protocol/views.ts'
import { networkView } from './network.ts'

type Who = Pick<Session, 'address'>

export function getNetworkView(): Promise<NetworkView> {
  return networkView(runtime())
}

/** Nodes of the network, live ones first; of one owner when given. */
export async function listNodes(owner: Address | null = null): Promise<NodeView[]> {
  const rt = runtime()
  const all = await nodeViews(rt.db, rt.deployment.id)
  return owner === null ? all : all.filter((node) => node.owner === owner)
}

/** One node, or null when the text is no address or nobody registered it. */
export async function getNode(text: string): Promise<NodeView | null> {
  const rt = runtime()
  const address = addressSchema.safeParse(text)
  return address.success ? nodeView(rt.db, rt.deployment.id, address.data) : null
}

/** The caller's own jobs, newest first, a page at a time. */
export function listJobs(who: Who, filter: JobFilter): Promise<{ jobs: JobSummary[]; next: string | null }> {
  return listJobsOf(runtime(), who.address, filter)
}

/** A job, for its customer and for admins; null for everybody else, as if it did not exist. */
export function getJob(who: Who, id: string): Promise<JobView | null> {
  const rt = runtime()
  return jobView(rt, id, { address: who.address, admin: rt.isAdmin(who.address) })
}

export async function getAccount(who: Who): Promise<AccountView> {
  const rt = runtime()
  const [escrow, wallet, keys, movements] = await Promise.all([
    escrowBalance(rt.chain, rt.deployment, who.address),
    walletBalance(rt.chain, rt.deployment, who.address),
    listApiKeys(rt.db, who.address),
    movementsOf(rt.db, rt.deployment.id, who.address),
  ])
  return {
    address: who.address,
    wallet: wallet.ogpu.toString(),
    escrow: escrow.free.toString(),
    locked: escrow.locked.toString(),
    eth: wallet.eth.toString(),
    apiKeys: keys.map((key) => ({
      ...key,
      createdAt: key.createdAt.toISOString(),
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
      expiresAt: key.expiresAt?.toISOString() ?? null,
    })),
    movements,
  }
}

/** A transaction with our contracts' calls and events decoded, and the caller's own jobs it touched; null when the text is no hash. */
export async function getTransaction(who: Who | null, text: string): Promise<TransactionView | null> {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) return null
  const rt = runtime()
  const hash = lower(text as Hex)
  const [view, touched] = await Promise.all([
    transactionView(rt.chain, rt.deployment, hash),
    jobsTouched(rt, hash, who),
  ])
  return { ...view, jobs: touched }
}

async function jobsTouched(rt: Runtime, hash: Hex, who: Who | null): Promise<string[]> {
  if (who === null) return []
  const rows = await rt.db
    .selectDistinct({ id: jobEvents.jobId })
    .from(jobEvents)
    .where(inArray(jobEvents.transactionHash, [hash]))
  if (rows.length === 0) return []
  const own = await rt.db
    .select({ id: jobs.id, customer: jobs.customer })
    .from(jobs)
    .where(
      inArray(
        jobs.id,
        rows.map((row) => row.id),
      ),
    )
  return own.filter((job) => job.customer === who.address || rt.isAdmin(who.address)).map((job) => job.id)
}

/** The ops page, or null for anybody who is not on the allow-list. */
export async function getOps(who: Who): Promise<OpsView | null> {
  const rt = runtime()
  if (!rt.isAdmin(who.address)) return null
  const [health, rows, relayer, nodes] = await Promise.all([
    rt.health(),
    opsRows(rt.db, rt.deployment.id),
    relayerView(rt.db, rt.chain, rt.deployment.id, rt.relayer),
    nodeViews(rt.db, rt.deployment.id),
  ])
  return {
    ...rows,
    health,
    relayer,
    nodes: nodes.map((node) => ({
      node: node.node,
      name: node.name,
      status: node.status,
      lastSeenSeconds:
        node.lastSeenAt === null ? null : Math.max(0, (Date.now() - Date.parse(node.lastSeenAt)) / 1000),
      running: node.running,
    })),
  }
}

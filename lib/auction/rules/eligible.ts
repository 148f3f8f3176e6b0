/** Who may bid for a job, and why the others may not. Pure; every refusal is kept and shown as "why this node". */
import type { LiveNode } from '../../jobs/rules/liveNode.ts'
import type { Address } from '../../kernel/ids.ts'
import type { RuntimeName } from '../../protocol/jobSpec.ts'

export interface Wanted {
  readonly customer: Address
  readonly gpuClass: number
  readonly runtime: RuntimeName
  readonly memoryMiB: number
  readonly members: number
  /** Wei that the award locks of the node's bond at most. */
  readonly bond: bigint
  /** Nodes that lost, gave back or crashed on this job before. */
  readonly failed: ReadonlySet<Address>
}

export interface Field {
  readonly eligible: readonly LiveNode[]
  readonly passedOver: readonly { readonly node: Address; readonly reason: string }[]
}

/** A node that just connected may be flapping: it waits this long for its first award. */
const STABLE_SECONDS = 1

/** Why a node cannot run the job now, or null. */
export function reasonAgainst(node: LiveNode, wanted: Wanted): string | null {
  if (node.owner === wanted.customer) return 'it belongs to the customer'
  if (node.gpuClass !== wanted.gpuClass) return `it is of GPU class ${node.gpuClass}`
  if (!node.accepts) return 'it takes no new work'
  if (!node.sandboxed) return 'it has no sandbox for strangers’ code'
  if (!node.runtimes.includes(wanted.runtime)) return `it cannot run ${wanted.runtime}`
  if (wanted.failed.has(node.node)) return 'it already failed on this job'
  if (node.memoryMiB < wanted.memoryMiB) return `it has only ${node.memoryMiB} MiB of memory`
  if (node.freeBond < wanted.bond) return 'too little of its bond is free'
  if (node.connectedSeconds < STABLE_SECONDS) return 'it connected only a moment ago'
  if (node.busy >= node.slots) return 'it is busy'
  return null
}

/** Splits the live nodes into those that are asked and those that are passed over. */
export function field(nodes: readonly LiveNode[], wanted: Wanted): Field {
  const eligible: LiveNode[] = []
  const passedOver: { node: Address; reason: string }[] = []
  for (const node of nodes) {
    const reason = reasonAgainst(node, wanted)
    if (reason === null) eligible.push(node)
    else passedOver.push({ node: node.node, reason })
  }
  return { eligible, passedOver }
}

/** Owners, other than the customer's and the runner's own, whose nodes could check the job. */
export function otherOwners(nodes: readonly LiveNode[], runner: Address, wanted: Wanted): number {
  const own = nodes.find((node) => node.node === runner)?.owner
  const owners = nodes
    .filter((node) => node.gpuClass === wanted.gpuClass && node.accepts && node.sandboxed)
    .filter((node) => node.runtimes.includes(wanted.runtime))
    .filter((node) => node.owner !== wanted.customer && node.owner !== own)
    .map((node) => node.owner)
  return new Set(owners).size
}

import type { Address } from '../../kernel/ids.ts'
import type { RuntimeName } from '../../protocol/jobSpec.ts'

/** A node that could take work at this moment, as registry, session and leases show it. */
export interface LiveNode {
  readonly node: Address
  readonly owner: Address
  readonly name: string
  readonly gpuClass: number
  /** Active in the registry, and neither the registry nor the node itself says that it is draining. */
  readonly accepts: boolean
  /** Wei of its bond that no duty holds. */
  readonly freeBond: bigint
  readonly runtimes: readonly RuntimeName[]
  /** True when it can run strangers' code in a sandbox. */
  readonly sandboxed: boolean
  readonly memoryMiB: number
  readonly slots: number
  /** Leases it holds or is about to be handed. */
  readonly busy: number
  /** Seconds since it connected. */
  readonly connectedSeconds: number
}

/** What the gateway asks of the rooms to its left; lib/realtime/duties.ts answers with the real ones. */
import type * as z from 'zod'
import type { Address } from '../kernel/ids.ts'
import type {
  checkOpenSchema,
  checkRevealedSchema,
  checkSealedSchema,
  handBackSchema,
  LeaseReply,
  leaseGrantSchema,
  leaseStopSchema,
  runFinishedSchema,
  runLogSchema,
  runStartedSchema,
} from '../protocol/workerEvents.ts'

/** One thing to send to one node. */
export interface For<T> {
  readonly node: Address
  readonly message: T
}

/** Messages as they lie on the wire: what their schema reads. */
export type GrantMessage = z.input<typeof leaseGrantSchema>
export type OpenMessage = z.input<typeof checkOpenSchema>

export interface HeldLease {
  readonly leaseId: string
  readonly fence: number
}

/** What the scheduler does with the nodes' messages and has for them. Each may throw when the database is away: then nothing happened. */
export interface Duties {
  /** Leases that wait for one of these nodes, now handed to it for good: whoever claims them must send them. */
  claim(nodes: readonly Address[]): Promise<For<GrantMessage>[]>
  /** Openings that these members may see and have not answered. */
  openings(nodes: readonly Address[]): Promise<For<OpenMessage>[]>
  /** A grant that the node refused, or that nobody answered: it goes back. */
  unclaim(lease: HeldLease, why: { readonly refused: boolean; readonly reason: string }): Promise<void>
  /** Leases taken from these nodes in the last moments. The same ones may be named again. */
  stops(nodes: readonly Address[]): Promise<For<z.input<typeof leaseStopSchema>>[]>
  /** Renews what the node holds; returns ids of leases that it must drop. */
  renew(node: Address, held: readonly HeldLease[]): Promise<string[]>
  runStarted(node: Address, message: z.output<typeof runStartedSchema>): Promise<LeaseReply>
  runLogs(node: Address, message: z.output<typeof runLogSchema>): Promise<LeaseReply>
  runFinished(node: Address, message: z.output<typeof runFinishedSchema>): Promise<LeaseReply>
  checkSealed(node: Address, message: z.output<typeof checkSealedSchema>): Promise<LeaseReply>
  checkRevealed(node: Address, message: z.output<typeof checkRevealedSchema>): Promise<LeaseReply>
  handBack(node: Address, message: z.output<typeof handBackSchema>): Promise<LeaseReply>
}

/** A part of the process that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>
  health(): { ok: boolean; detail: string }
}

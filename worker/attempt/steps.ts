/**
 * The steps of a duty that decide what the network gets to see. The worker runs the honest ones below; the network's own
 * tests run nodes whose steps break the rules, in programs of their own.
 */
import type { LeaseReply } from '#lib/protocol/workerEvents.ts'
import { type Agreement, agreementBits } from '../committee/agreement.ts'
import type { Execution } from '../session/leaseStore.ts'
import { type Bench, type ExecuteHooks, type ExecuteInput, execute } from './execute.ts'

/** Says one message until it is answered. */
export type Say = () => Promise<LeaseReply>

export interface Steps {
  execute(bench: Bench, input: ExecuteInput, hooks: ExecuteHooks): Promise<Execution>
  sayResult(say: Say, signal: AbortSignal): Promise<LeaseReply>
  saySeal(say: Say, signal: AbortSignal): Promise<LeaseReply>
  /** Which outputs agree with the member's own. */
  agreement(question: Agreement): Promise<number>
  sayReveal(say: Say, signal: AbortSignal): Promise<LeaseReply>
}

export const HONEST_STEPS: Steps = {
  execute,
  sayResult: (say) => say(),
  saySeal: (say) => say(),
  agreement: agreementBits,
  sayReveal: (say) => say(),
}

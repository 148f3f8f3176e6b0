import { join } from 'node:path'
import type { TypedDataDomain } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Address, Hex } from '#lib/kernel/ids.ts'
import type { Logger } from '#lib/kernel/logger.ts'
import { MESSAGE_TYPES } from '#lib/protocol/messages.ts'
import type { LeaseReply } from '#lib/protocol/workerEvents.ts'
import type { Bench } from '../attempt/execute.ts'
import type { Steps } from '../attempt/steps.ts'
import type { CheckOpen, NodeConnection } from './connection.ts'
import { type LeaseFiles, LeaseGone } from './leaseFiles.ts'
import type { Execution, LeaseFolder } from './leaseStore.ts'

/** What a duty (an attempt to run, a seat to fill) works with. */
export interface Duty {
  readonly folder: LeaseFolder
  /** Aborts when the lease is over or the worker ends. */
  readonly signal: AbortSignal
  readonly files: LeaseFiles
  readonly account: PrivateKeyAccount
  readonly node: Address
  readonly domain: TypedDataDomain
  readonly bench: Bench
  readonly steps: Steps
  readonly connection: Pick<NodeConnection, 'deliver'>
  readonly logger: Logger
  /** Waits for a free place to run a program in; resolves with what gives it back. */
  readonly place: (signal: AbortSignal) => Promise<() => void>
  /** The outputs to compare with, once the gateway shows them. Members alone. */
  readonly opened: Promise<CheckOpen>
  /** The member's seal was taken: what is left can be done by a later process. */
  readonly onSealed: () => void
}

/** The part of every message that names the lease. */
export function heldOf(duty: Duty): { leaseId: string; fence: number } {
  const { leaseId, fence } = duty.folder.grant
  return { leaseId, fence }
}

/** The part of every signed message that names the attempt. */
export function attemptOf(duty: Duty): { order: `0x${string}`; attempt: number } {
  const { orderId, attempt } = duty.folder.grant
  return { order: orderId, attempt }
}

/** Stores every file of a run with the network, each once. */
export async function uploadAll(duty: Duty, execution: Execution): Promise<void> {
  for (const sha256 of new Set(execution.manifest.artifacts.map((artifact) => artifact.sha256))) {
    await duty.files.upload(sha256, join(duty.folder.spool, sha256), duty.signal)
  }
}

/** Signs one message of the protocol with the node key. */
export function sign(
  duty: Duty,
  primaryType: 'Start' | 'HandBack' | 'Result' | 'Seal' | 'Reveal',
  message: object,
): Promise<Hex> {
  return duty.account.signTypedData({
    domain: duty.domain,
    types: MESSAGE_TYPES,
    primaryType,
    message: message as never,
  })
}

/** Ends the duty when the network no longer wants it; an answer of `invalid` is a fault worth a line in the log. */
export function report(duty: Duty, what: string, reply: LeaseReply): void {
  if (reply.kind === 'ok') return
  if (reply.kind === 'gone') throw new LeaseGone(reply.reason)
  duty.logger.error({ ...heldOf(duty), what, reason: reply.reason }, 'the network refused a message')
  throw new LeaseGone(`refused: ${reply.reason}`)
}

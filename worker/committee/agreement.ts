/** Which of the shown outputs mean the same as the member's own, under the job's comparator. */

import { messageOf } from '#lib/kernel/errors.ts'
import type { Address } from '#lib/kernel/ids.ts'
import type { Logger } from '#lib/kernel/logger.ts'
import { LARGEST_TOLERANT_BYTES } from '#lib/protocol/comparators/compare.ts'
import type { JobSpec, Manifest } from '#lib/protocol/jobSpec.ts'
import { manifestHash } from '#lib/protocol/jobSpec.ts'
import { RUN_OUTCOME } from '#lib/protocol/messages.ts'
import { comparedOutputs, manifestOutputHash } from '#lib/protocol/runOutput.ts'
import type { CheckOpen } from '../session/connection.ts'
import type { Execution } from '../session/leaseStore.ts'
import { compareApart } from './compareApart.ts'

export interface Agreement {
  readonly spec: JobSpec
  readonly own: Execution
  readonly self: Address
  readonly opening: CheckOpen
  /** The bytes of an output, the member's own or one it was shown. May throw when they cannot be had. */
  readonly read: (sha256: string, bytes: number) => Promise<Uint8Array>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * The reveal's `agrees`: bit 0 for the node, bit i for seat i - 1. A run that did not succeed agrees with nothing here: its
 * outcome speaks for it. What cannot be read agrees only when its hash is the same.
 */
export async function agreementBits(question: Agreement): Promise<number> {
  const { own, opening, self } = question
  if (own.outcome !== 'success') return 0
  let bits = (await agreesWithNode(question)) ? 1 : 0
  for (const { seat, member, manifest } of opening.seats) {
    if (seat > 14 || manifest === null) continue
    if (member === self || (await agrees(question, manifest))) bits |= 1 << (seat + 1)
  }
  return bits
}

async function agreesWithNode(question: Agreement): Promise<boolean> {
  const { opening, manifest } = question.opening.node
  if (opening.outcome !== RUN_OUTCOME.success) return false
  // The node is bound by its opening, so the manifest must be the one it opened.
  if (manifestHash(manifest) !== opening.manifestHash) return false
  if (manifestOutputHash(question.spec.comparator, manifest) !== opening.outputHash) return false
  return agrees(question, manifest)
}

async function agrees({ spec, own, read, logger }: Agreement, manifest: Manifest): Promise<boolean> {
  if (manifest.exitCode !== own.manifest.exitCode) return false
  const { comparator } = spec
  if (manifestOutputHash(comparator, manifest) === manifestOutputHash(comparator, own.manifest)) return true
  if (comparator.method === 'exact') return false
  const mine = comparedOutputs(comparator.on, own.manifest)
  const theirs = comparedOutputs(comparator.on, manifest)
  const names = (outputs: typeof mine): string => JSON.stringify(outputs.map(({ name }) => name).sort())
  if (names(mine) !== names(theirs)) return false
  for (const left of mine) {
    const right = theirs.find(({ name }) => name === left.name)
    if (right === undefined) return false
    if (left.sha256 === right.sha256) continue
    // Above this size only equal bytes agree, so nothing is fetched for it.
    if (Math.max(left.bytes, right.bytes) > LARGEST_TOLERANT_BYTES) return false
    try {
      const [a, b] = await Promise.all([read(left.sha256, left.bytes), read(right.sha256, right.bytes)])
      if (!(await compareApart({ comparator, name: left.name, left: a, right: b }))) return false
    } catch (error) {
      // It costs the other its agreement, so the provider must be able to find out.
      logger.warn({ name: left.name, error: messageOf(error) }, 'an output could not be compared')
      return false
    }
  }
  return true
}

/** Whether what a node or member reports is whole and its own: hashes, commitment, signature, uploaded bytes. */
import type * as z from 'zod'
import type { Tx } from '../db/client.ts'
import { contentSizes, uploadedBy } from '../jobs/contents.ts'
import type { JobsCtx } from '../jobs/ctx.ts'
import { isNodeSignature } from '../jobs/signatures.ts'
import type { Job } from '../jobs/transition.ts'
import type { Address, Hex } from '../kernel/ids.ts'
import { type Manifest, manifestHash } from '../protocol/jobSpec.ts'
import { RUN_OUTCOME, resultCommitment, sealHash } from '../protocol/messages.ts'
import { manifestOutputHash } from '../protocol/runOutput.ts'
import type { checkRevealedSchema, runFinishedSchema } from '../protocol/workerEvents.ts'
import type { Lease } from './leases.ts'

type Ctx = Pick<JobsCtx, 'chain' | 'deployment'>

/** Why a message is not about this lease, or null. */
export function wrongAddressee(
  lease: Lease,
  message: { order: Hex; attempt: number },
  speaker: Address,
): string | null {
  if (message.order !== lease.orderId) return 'the message is about another order'
  if (message.attempt !== lease.attempt) return 'the message is about another attempt'
  if (speaker !== lease.node) return 'the message names another node'
  return null
}

/** Every artifact of the manifest was uploaded under this lease, with the size it says. Null, or what is missing. */
export async function missingArtifact(tx: Tx, lease: Lease, manifest: Manifest): Promise<string | null> {
  const hashes = manifest.artifacts.map(({ sha256 }) => sha256)
  const [uploaded, sizes] = await Promise.all([uploadedBy(tx, lease.id, hashes), contentSizes(tx, hashes)])
  for (const { name, sha256, bytes } of manifest.artifacts) {
    if (!uploaded.has(sha256)) return `the artifact ${name} was not uploaded`
    if (sizes.get(sha256) !== bytes) return `the artifact ${name} has another size than the manifest says`
  }
  return null
}

/** Why a node's report is refused, or null when everything in it fits together. */
export async function resultProblem(
  ctx: Ctx,
  tx: Tx,
  lease: Lease,
  job: Job,
  report: z.output<typeof runFinishedSchema>,
): Promise<string | null> {
  const { message, signature, opening } = report.result
  const wrong = wrongAddressee(lease, message, message.node)
  if (wrong !== null) return wrong
  if (resultCommitment(message, opening) !== message.commitment)
    return 'the commitment is not the one of the opening'
  if (manifestHash(report.manifest) !== opening.manifestHash)
    return 'the manifest is not the one of the opening'
  if (job.spec === null) return 'the job has no description any more'
  if (manifestOutputHash(job.spec.comparator, report.manifest) !== opening.outputHash)
    return 'the output hash is not the one of the manifest'
  const succeeded = report.manifest.exitCode === 0
  if ((opening.outcome === RUN_OUTCOME.success) !== succeeded) return 'the outcome does not fit the exit code'
  const missing = await missingArtifact(tx, lease, report.manifest)
  if (missing !== null) return missing
  return (await isNodeSignature(ctx, lease.node, { primaryType: 'Result', message, signature }))
    ? null
    : 'the result is not signed by the node'
}

/** Why a member's reveal is refused, or null: it must be exactly what it had sealed, and signed. */
export async function revealProblem(
  ctx: Ctx,
  lease: Lease,
  job: Job,
  { reveal }: z.output<typeof checkRevealedSchema>,
): Promise<string | null> {
  const { message, signature } = reveal
  const wrong = wrongAddressee(lease, message, message.member)
  if (wrong !== null) return wrong
  if (sealHash(message) !== lease.seal) return 'the reveal is not what was sealed'
  // What was sealed must be the output that was uploaded, so that a member cannot vote with a hash it was told.
  const ran = message.outcome <= RUN_OUTCOME.timeout
  if (ran && job.spec !== null && lease.manifest !== null) {
    if (manifestOutputHash(job.spec.comparator, lease.manifest) !== message.outputHash)
      return 'the output hash is not the one of the uploaded output'
  }
  return (await isNodeSignature(ctx, lease.node, { primaryType: 'Reveal', message, signature }))
    ? null
    : 'the reveal is not signed by the member'
}

/** Vetting of a job's content: once for the same bytes, and again for its modules while nodes come and go. */
import { AppError } from '../kernel/errors.ts'
import type { Address } from '../kernel/ids.ts'
import type { JobSpec } from '../protocol/jobSpec.ts'
import { contentHash } from '../vetting/contentHash.ts'
import { recordVerdict, type StoredVerdict, verdictOf } from '../vetting/verdicts.ts'
import { vet } from '../vetting/vet.ts'
import { ownInputs, readContent, type SentContent } from './contents.ts'
import type { JobsCtx } from './ctx.ts'
import { announcedModules } from './liveNodes.ts'

/** How long the answer to "does any live node have these modules" is believed. */
const MODULES_MILLISECONDS = 15_000
const MOST_REMEMBERED = 1000
const modulesSeen = new Map<string, number>()

/**
 * Every content of the spec came along, or is an input of another job of this customer, with the size it says: who knows
 * only the hash of somebody else's file must not get it that way. Throws AppError `content-missing`.
 */
export async function requireContents(
  ctx: Pick<JobsCtx, 'db'>,
  spec: JobSpec,
  from: { readonly customer: Address; readonly sent: readonly SentContent[] },
): Promise<void> {
  const wanted = [...spec.files, ...(spec.stdin === null ? [] : [{ path: 'standard input', ...spec.stdin }])]
  const sizes = new Map(from.sent.map(({ sha256, data }) => [sha256, data.length]))
  const rest = wanted.map(({ sha256 }) => sha256).filter((sha256) => !sizes.has(sha256))
  for (const [sha256, size] of await ownInputs(ctx.db, from.customer, rest)) sizes.set(sha256, size)
  for (const { path, sha256, bytes } of wanted) {
    const size = sizes.get(sha256)
    if (size === undefined) {
      throw new AppError('content-missing', `The bytes of ${path} were not sent (SHA-256 ${sha256}).`, {
        status: 422,
        details: { path, sha256 },
      })
    }
    if (size !== bytes) {
      throw new AppError('content-missing', `${path} has ${size} bytes, but the job says ${bytes}.`, {
        status: 422,
        details: { path, sha256 },
      })
    }
  }
}

/**
 * The verdict that stands for the spec's content; vets it when nobody did yet. Throws AppError `missing-module` naming
 * modules that no live node announces. What is not among `sent` must be stored.
 */
export async function checkContent(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  spec: JobSpec,
  sent: readonly SentContent[],
): Promise<StoredVerdict> {
  const hash = contentHash(spec)
  const standing = await verdictOf(ctx.db, hash)
  // Wall time is right here: how long a process believes its own memory is nobody's lease and nobody's money.
  if (standing !== null && (modulesSeen.get(hash) ?? 0) > performance.now()) return standing
  if (standing !== null && standing.decision === 'reject') return standing
  const modules = await announcedModules(ctx.db, ctx.deployment.id, spec.runtime)
  const files = await Promise.all(
    spec.files.map(async ({ path, sha256 }) => {
      const bytes =
        sent.find((content) => content.sha256 === sha256)?.data ?? (await readContent(ctx.db, sha256))
      if (bytes === null)
        throw new AppError('content-missing', `The bytes of ${path} were not sent.`, { status: 422 })
      return { path, bytes }
    }),
  )
  const verdict = await vet({
    runtime: spec.runtime,
    entry: spec.entry,
    files,
    announcedModules: modules.size === 0 ? null : modules,
  })
  if (verdict.contentHash !== hash) throw new Error('vetting answered for other content')
  // Not a verdict about the content: another node may bring the module tomorrow. So it is said, and not kept.
  if (verdict.missingModules.length > 0) {
    const list = verdict.missingModules.join(', ')
    throw new AppError(
      'missing-module',
      `No live node has ${list}. Bring it along as a file or do without it.`,
      {
        status: 422,
        details: { modules: verdict.missingModules },
      },
    )
  }
  const stands = await recordVerdict(ctx.db, verdict)
  if (modulesSeen.size >= MOST_REMEMBERED) modulesSeen.clear()
  modulesSeen.set(hash, performance.now() + MODULES_MILLISECONDS)
  return stands
}

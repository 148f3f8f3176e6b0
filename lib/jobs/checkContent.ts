/** Vetting of a job's content: once for the same bytes, and again for its modules while nodes come and go. */
import { AppError } from '../kernel/errors.ts'
import type { JobSpec } from '../protocol/jobSpec.ts'
import { contentHash } from '../vetting/contentHash.ts'
import { recordVerdict, type StoredVerdict, verdictOf } from '../vetting/verdicts.ts'
import { vet } from '../vetting/vet.ts'
import { contentSizes, readContent } from './contents.ts'
import type { JobsCtx } from './ctx.ts'
import { announcedModules } from './liveNodes.ts'

/** How long the answer to "does any live node have these modules" is believed. */
const MODULES_MILLISECONDS = 15_000
const MOST_REMEMBERED = 1000
const modulesSeen = new Map<string, number>()

/** Every content of the spec is stored with the size it says. Throws AppError `content-missing`. */
export async function requireContents(ctx: Pick<JobsCtx, 'db'>, spec: JobSpec): Promise<void> {
  const wanted = [...spec.files, ...(spec.stdin === null ? [] : [{ path: 'standard input', ...spec.stdin }])]
  const sizes = await contentSizes(
    ctx.db,
    wanted.map(({ sha256 }) => sha256),
  )
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
 * modules that no live node announces. The contents must be stored.
 */
export async function checkContent(
  ctx: Pick<JobsCtx, 'db' | 'deployment'>,
  spec: JobSpec,
): Promise<StoredVerdict> {
  const hash = contentHash(spec)
  const standing = await verdictOf(ctx.db, hash)
  // Wall time is right here: how long a process believes its own memory is nobody's lease and nobody's money.
  if (standing !== null && (modulesSeen.get(hash) ?? 0) > performance.now()) return standing
  if (standing !== null && standing.decision === 'reject') return standing
  const modules = await announcedModules(ctx.db, ctx.deployment.id, spec.runtime)
  const files = await Promise.all(
    spec.files.map(async ({ path, sha256 }) => {
      const bytes = await readContent(ctx.db, sha256)
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

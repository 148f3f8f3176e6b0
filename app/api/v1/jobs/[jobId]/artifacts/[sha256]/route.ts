import { releasedArtifact } from '#lib/jobs/view.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { download } from '#lib/web/download.ts'
import { notFound } from '#lib/web/problem.ts'
import { route } from '#lib/web/route.ts'

/** One file of a released result. */
export const GET = route<{ jobId: string; sha256: string }>(
  { need: 'read', perMinute: 1200 },
  async ({ params, caller, runtime }) => {
    const { address } = requireCaller(caller)
    const file = await releasedArtifact(runtime, params.jobId, params.sha256, {
      address,
      admin: runtime.isAdmin(address),
    })
    if (file === null) throw notFound('file')
    return download(runtime.db, params.sha256, file)
  },
)

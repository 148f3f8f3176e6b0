import { requireCaller } from '#lib/web/credentials.ts'
import { download } from '#lib/web/download.ts'
import { requireJob } from '#lib/web/jobAccess.ts'
import { notFound } from '#lib/web/problem.ts'
import { route } from '#lib/web/route.ts'

/** A script or input that the customer sent with the job. */
export const GET = route<{ jobId: string; sha256: string }>(
  { need: 'read' },
  async ({ params, caller, runtime }) => {
    const { spec } = await requireJob(runtime, params.jobId, requireCaller(caller))
    const stdin = spec?.stdin === null || spec === null ? [] : [{ path: 'stdin', ...spec.stdin }]
    const file = [...(spec?.files ?? []), ...stdin].find((item) => item.sha256 === params.sha256)
    if (file === undefined) throw notFound('file')
    return download(runtime.db, file.sha256, { name: file.path, bytes: file.bytes })
  },
)

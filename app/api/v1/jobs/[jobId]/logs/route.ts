import * as z from 'zod'
import { readLogs, shownLease } from '#lib/jobs/logs.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { requireJob } from '#lib/web/jobAccess.ts'
import { json, route } from '#lib/web/route.ts'

const querySchema = z.strictObject({
  after: z.coerce.number().int().min(-1).default(-1),
  leaseId: z.string().max(60).optional(),
})

/** What the program printed, after a sequence number; without `leaseId` of the newest run. */
export const GET = route<{ jobId: string }>(
  { need: 'read', perMinute: 1200 },
  async ({ request, params, caller, runtime }) => {
    const query = querySchema.parse(Object.fromEntries(new URL(request.url).searchParams))
    const job = await requireJob(runtime, params.jobId, requireCaller(caller))
    const newest = await shownLease(runtime.db, job.id)
    const leaseId = query.leaseId ?? newest
    return json({
      leaseId,
      newestLeaseId: newest,
      entries: leaseId === null ? [] : await readLogs(runtime.db, job.id, leaseId, query.after),
    })
  },
)

import * as z from 'zod'
import { tracePoint } from '#lib/kernel/trace.ts'
import { JOB_STATES } from '#lib/protocol/jobState.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { withJobForm } from '#lib/web/jobForm.ts'
import { listJobs } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

const filterSchema = z.strictObject({
  state: z.enum(JOB_STATES).optional(),
  cursor: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** The caller's jobs, newest first; `cursor` is what the last page named as next. */
export const GET = route({ need: 'read' }, async ({ request, caller }) => {
  const filter = filterSchema.parse(Object.fromEntries(new URL(request.url).searchParams))
  return json(await listJobs(requireCaller(caller), filter))
})

/** Takes a signed order with its files. The signature is the authority, so no session is needed; the same order twice is one job. */
export const POST = route({ need: 'none', perMinute: 600 }, async ({ request, caller, runtime }) => {
  const signedIn = caller?.via === 'cookie' ? caller.address : null
  const made = await withJobForm(request, ({ job, contents }) =>
    runtime.createJob({ ...job, contents, caller: signedIn }),
  )
  const received = request.headers.get('x-opengpu-received')
  if (received !== null) tracePoint(runtime.logger, 'orderReceived', { jobId: made.jobId }, BigInt(received))
  tracePoint(runtime.logger, 'orderStored', { jobId: made.jobId })
  return json(
    { id: made.jobId, state: made.state },
    { status: made.created ? 201 : 200, headers: { location: `/api/v1/jobs/${made.jobId}` } },
  )
})

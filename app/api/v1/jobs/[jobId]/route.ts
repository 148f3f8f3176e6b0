import { requireCaller } from '#lib/web/credentials.ts'
import { notFound } from '#lib/web/problem.ts'
import { getJob } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

export const GET = route<{ jobId: string }>({ need: 'read', perMinute: 1200 }, async ({ params, caller }) => {
  const job = await getJob(requireCaller(caller), params.jobId)
  if (job === null) throw notFound('job')
  return json(job)
})

import { deleteJobData } from '#lib/jobs/deleteData.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { json, route } from '#lib/web/route.ts'

/** Deletes script, inputs, results and logs of an ended job. What the chain knows of its money stays. */
export const DELETE = route<{ jobId: string }>({ need: 'session' }, async ({ params, caller, runtime }) => {
  await deleteJobData(runtime, { jobId: params.jobId, caller: requireCaller(caller).address })
  return json({ ok: true })
})

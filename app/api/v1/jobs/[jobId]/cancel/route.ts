import { cancelJob } from '#lib/jobs/cancel.ts'
import { cancelRequestSchema } from '#lib/protocol/jobRequest.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { json, readJson, route } from '#lib/web/route.ts'

/** Cancels a job: at once before it is on chain, else with the customer's signed Cancel message. */
export const POST = route<{ jobId: string }>(
  { need: 'cancel' },
  async ({ request, params, caller, runtime }) => {
    const { signature } = cancelRequestSchema.parse(await readJson(request))
    return json(
      await cancelJob(runtime, {
        jobId: params.jobId,
        caller: requireCaller(caller).address,
        signature: signature ?? null,
      }),
    )
  },
)

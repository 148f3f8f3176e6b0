import { estimateJob } from '#lib/auction/estimate.ts'
import { estimateRequestSchema } from '#lib/protocol/jobRequest.ts'
import { getNetworkView } from '#lib/web/queries.ts'
import { json, readJson, route } from '#lib/web/route.ts'

/** Price, time and what would be locked, before anything is signed. */
export const POST = route({ need: 'none', perMinute: 600 }, async ({ request, caller, runtime }) => {
  const { spec } = estimateRequestSchema.parse(await readJson(request, 512 * 1024))
  const { parameters } = await getNetworkView()
  return json(
    await estimateJob(runtime.db, runtime.deployment.id, {
      spec,
      customer: caller?.address ?? null,
      parameters: {
        members: parameters.members,
        depositBps: parameters.depositBps,
        floorRate: BigInt(parameters.floorRate),
      },
    }),
  )
})

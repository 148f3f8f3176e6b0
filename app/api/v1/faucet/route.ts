import { AppError } from '#lib/kernel/errors.ts'
import { faucetRequestSchema } from '#lib/protocol/jobRequest.ts'
import { dripFaucet } from '#lib/web/faucet.ts'
import { json, readJson, route } from '#lib/web/route.ts'

/** Test money on the embedded chain; elsewhere this does not exist. */
export const POST = route({ need: 'none', perMinute: 120 }, async ({ request, runtime }) => {
  if (!runtime.embedded) throw new AppError('not-found', 'There is no such page.', { status: 404 })
  const { address } = faucetRequestSchema.parse(await readJson(request))
  return json({ transactions: await dripFaucet(runtime.chain, runtime.deployment, address) })
})

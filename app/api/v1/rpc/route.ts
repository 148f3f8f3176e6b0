import { AppError } from '#lib/kernel/errors.ts'
import { json, readJson, route } from '#lib/web/route.ts'
import { forwardRpc } from '#lib/web/rpc.ts'

/** The chain for wallets and the CLI, unless the operator named a public address for it. */
export const POST = route({ need: 'none', perMinute: 6000 }, async ({ request, runtime }) => {
  if (runtime.config.publicRpcUrl !== null)
    throw new AppError('not-found', 'There is no such page.', { status: 404 })
  return json(await forwardRpc(runtime.chain, await readJson(request, 512 * 1024)))
})

import { AppError } from '#lib/kernel/errors.ts'
import { json, readJson, route } from '#lib/web/route.ts'
import { forwardRpc } from '#lib/web/rpc.ts'

/** The embedded chain for the test wallet and the CLI of this machine. On any other chain people use their own RPC. */
export const POST = route({ need: 'none', perMinute: 6000 }, async ({ request, runtime }) => {
  if (!runtime.embedded) throw new AppError('not-found', 'There is no such page.', { status: 404 })
  return json(await forwardRpc(runtime.chain, await readJson(request, 512 * 1024)))
})

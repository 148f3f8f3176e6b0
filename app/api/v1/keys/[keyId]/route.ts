import { revokeApiKey } from '#lib/auth/apiKeys.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { notFound } from '#lib/web/problem.ts'
import { json, route } from '#lib/web/route.ts'

export const DELETE = route<{ keyId: string }>({ need: 'session' }, async ({ params, caller, runtime }) => {
  if (!(await revokeApiKey(runtime.db, requireCaller(caller).address, params.keyId)))
    throw notFound('API key')
  return json({ ok: true })
})

import { createApiKey, listApiKeys } from '#lib/auth/apiKeys.ts'
import { apiKeyRequestSchema } from '#lib/protocol/jobRequest.ts'
import { requireCaller } from '#lib/web/credentials.ts'
import { json, readJson, route } from '#lib/web/route.ts'

export const GET = route({ need: 'session' }, async ({ caller, runtime }) =>
  json({ keys: await listApiKeys(runtime.db, requireCaller(caller).address) }),
)

/** Makes an API key. The token is in this answer and never again. */
export const POST = route({ need: 'session', perMinute: 30 }, async ({ request, caller, runtime }) => {
  const { name, scopes, expiresInDays } = apiKeyRequestSchema.parse(await readJson(request))
  const expiresAt = expiresInDays === null ? null : new Date(Date.now() + expiresInDays * 86_400_000)
  return json(await createApiKey(runtime.db, requireCaller(caller).address, { name, scopes, expiresAt }), {
    status: 201,
  })
})

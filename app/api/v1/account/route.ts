import { requireCaller } from '#lib/web/credentials.ts'
import { getAccount } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

export const GET = route({ need: 'read' }, async ({ caller }) =>
  json(await getAccount(requireCaller(caller))),
)

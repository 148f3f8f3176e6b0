import * as z from 'zod'
import { addressSchema } from '#lib/protocol/primitives.ts'
import { listNodes } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

const filterSchema = z.strictObject({ owner: addressSchema.optional() })

export const GET = route({ need: 'none' }, async ({ request }) => {
  const filter = filterSchema.parse(Object.fromEntries(new URL(request.url).searchParams))
  return json({ nodes: await listNodes(filter.owner ?? null) })
})

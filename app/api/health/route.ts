import { json, route } from '#lib/web/route.ts'

/** 200 only when database, chain, indexer, engine and at least one node are well; each part says how it is. */
export const GET = route({ need: 'none', perMinute: 6000 }, async ({ runtime }) => {
  const health = await runtime.health()
  return json(health, { status: health.ok ? 200 : 503 })
})

import { getNetworkView } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

export const GET = route({ need: 'none', perMinute: 6000 }, async () => json(await getNetworkView()))

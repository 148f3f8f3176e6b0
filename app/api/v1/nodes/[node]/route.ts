import { notFound } from '#lib/web/problem.ts'
import { getNode } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

export const GET = route<{ node: string }>({ need: 'none' }, async ({ params }) => {
  const node = await getNode(params.node)
  if (node === null) throw notFound('node')
  return json(node)
})

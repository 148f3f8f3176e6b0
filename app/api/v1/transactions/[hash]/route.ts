import { notFound } from '#lib/web/problem.ts'
import { getTransaction } from '#lib/web/queries.ts'
import { json, route } from '#lib/web/route.ts'

export const GET = route<{ hash: string }>({ need: 'none' }, async ({ params, caller }) => {
  const transaction = await getTransaction(caller, params.hash)
  if (transaction === null || transaction.status === 'unknown') throw notFound('transaction')
  return json(transaction)
})

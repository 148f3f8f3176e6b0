/**
 * What a node checks before it runs anything it was handed: the customer signed this order, the order names this spec, and
 * the bytes are those that were vetted. The server is not trusted with any of it.
 */
import { createHash } from 'node:crypto'
import type { TypedDataDomain } from 'viem'
import { recoverTypedDataAddress } from 'viem/utils'
import { lower } from '#lib/kernel/ids.ts'
import { chainComparison } from '#lib/protocol/comparators/parse.ts'
import { contentHashes, specHash } from '#lib/protocol/jobSpec.ts'
import { MESSAGE_TYPES, orderId } from '#lib/protocol/messages.ts'
import type { LeaseGrant } from '../session/connection.ts'

/** Why a grant must not be run, or null. Contents that are not in the grant are checked where they are fetched. */
export async function grantProblem(grant: LeaseGrant, domain: TypedDataDomain): Promise<string | null> {
  const { order, spec } = grant
  if (orderId(domain, order) !== grant.orderId)
    return 'the order id is not the order’s on this chain and contract'
  if (specHash(spec) !== order.specHash) return 'the job is not the one the customer signed'
  if (order.timeout !== spec.resources.timeoutSeconds) return 'the time-outs of order and job differ'
  if (order.gpuClass !== spec.resources.gpuClass) return 'the GPU classes of order and job differ'
  if (order.comparison !== chainComparison(spec.comparator)) return 'the comparisons of order and job differ'
  const wanted = new Set(contentHashes(spec))
  for (const { sha256, data } of grant.inline) {
    if (!wanted.has(sha256)) return 'a content is not one of the job'
    if (createHash('sha256').update(data).digest('hex') !== sha256)
      return 'a content is not what the customer signed'
  }
  let signer: string
  try {
    signer = await recoverTypedDataAddress({
      domain,
      types: MESSAGE_TYPES,
      primaryType: 'Order',
      message: order,
      signature: grant.orderSignature,
    })
  } catch {
    return 'the order’s signature is not one'
  }
  return lower(signer) === order.customer ? null : 'the order is not signed by its customer'
}

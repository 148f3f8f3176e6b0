/** What is wrong with an order before any node or chain is asked. Pure. */
import type { Address } from '../../kernel/ids.ts'
import { chainComparison } from '../../protocol/comparators/parse.ts'
import { type JobSpec, specHash } from '../../protocol/jobSpec.ts'
import type { Order } from '../../protocol/messages.ts'

export interface Problem {
  readonly code: string
  readonly message: string
}

/** Pay may fall for at most so long after the award. */
const LONGEST_HARD_SECONDS = 3 * 24 * 3600

/** The first problem of an order with its spec, at chain time `chainNow`; null when there is none. */
export function orderProblem(
  order: Order,
  spec: JobSpec,
  facts: { auctioneer: Address; chainNow: number },
): Problem | null {
  const problem = (code: string, message: string): Problem => ({ code, message })
  if (order.maxPrice === 0n)
    return problem('price-zero', 'The maximum price is zero. Offer at least a little oGPU.')
  if (order.specHash !== specHash(spec))
    return problem('spec-mismatch', 'The order was signed for another job description than the one sent.')
  if (order.auctioneer !== facts.auctioneer)
    return problem('wrong-auctioneer', `The order must name this network's auctioneer ${facts.auctioneer}.`)
  if (order.gpuClass !== spec.resources.gpuClass)
    return problem('order-mismatch', 'The GPU class of the order is not the one of the job.')
  if (order.timeout !== spec.resources.timeoutSeconds)
    return problem('order-mismatch', 'The time-out of the order is not the one of the job.')
  if (order.comparison !== chainComparison(spec.comparator))
    return problem('order-mismatch', 'The comparison of the order is not the one of the job.')
  if (order.submitBy <= BigInt(facts.chainNow))
    return problem(
      'deadline-past',
      'The time by which the order must be on chain has passed. Sign a new one.',
    )
  if (order.softSeconds > order.hardSeconds || order.hardSeconds > LONGEST_HARD_SECONDS)
    return problem('order-mismatch', 'The deadlines must be in order and at most three days after the award.')
  return null
}

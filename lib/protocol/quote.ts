/** The price a node's software asks for a whole job. The network's estimate promises by the same rule. Pure. */
import { mulDivDown } from '../kernel/money.ts'

/** What the node's risk of a longer run costs, in basis points of ask x predicted seconds. */
const MARGIN_BPS = 15_000n

/**
 * ask x predicted seconds x margin in wei, rounded up by at most one wei; never more than ask x timeout, and that when
 * nothing is predicted (null). At least 1 wei. `ask` in wei a second.
 */
export function quote(ask: bigint, predictedSeconds: number | null, timeoutSeconds: number): bigint {
  const most = ask * BigInt(timeoutSeconds)
  const likely =
    predictedSeconds === null
      ? most
      : mulDivDown(ask * BigInt(Math.ceil(predictedSeconds * 1000)), MARGIN_BPS, 10_000_000n) + 1n
  const price = likely < most ? likely : most
  return price > 0n ? price : 1n
}

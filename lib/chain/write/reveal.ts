import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Opening, Order, RevealMessage } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Opens the node's result (outcome 0: there is no opening) and records reveals; the last one settles. */
export function reveal(
  deployment: At,
  args: {
    order: Order
    opening: Opening
    reveals: readonly RevealMessage[]
    signatures: readonly Hex[]
  },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'reveal',
      args: [args.order, args.opening, args.reveals, args.signatures],
    }),
  }
}

import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Like submit for several; orders that are on chain already are skipped. */
export function submitMany(
  deployment: At,
  args: { orders: readonly Order[]; signatures: readonly Hex[] },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'submitMany',
      args: [args.orders, args.signatures],
    }),
  }
}

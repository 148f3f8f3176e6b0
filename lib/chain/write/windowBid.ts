import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Bid, Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** A bid in the open window; the first one opens it. */
export function windowBid(deployment: At, args: { order: Order; bid: Bid; nodeSignature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'bid',
      args: [args.order, args.bid, args.nodeSignature],
    }),
  }
}

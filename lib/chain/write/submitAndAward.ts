import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Bid, Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Order, lock and instant award in one transaction. */
export function submitAndAward(
  deployment: At,
  args: {
    order: Order
    signature: Hex
    bid: Bid
    nodeSignature: Hex
    auctioneerSignature: Hex
  },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'submitAndAward',
      args: [args.order, args.signature, args.bid, args.nodeSignature, args.auctioneerSignature],
    }),
  }
}

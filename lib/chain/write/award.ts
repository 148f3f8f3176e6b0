import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Bid, Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Instant award of an open order; node and auctioneer signed the same Bid digest. */
export function award(
  deployment: At,
  args: { order: Order; bid: Bid; nodeSignature: Hex; auctioneerSignature: Hex },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'award',
      args: [args.order, args.bid, args.nodeSignature, args.auctioneerSignature],
    }),
  }
}

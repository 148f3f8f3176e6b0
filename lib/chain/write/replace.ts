import { encodeFunctionData } from 'viem'
import type { Address, Hex } from '../../kernel/ids.ts'
import type { Bid, Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Another node after silence, hand-back or a missed start. The approver is the order's customer or auctioneer. */
export function replace(
  deployment: At,
  args: {
    order: Order
    bid: Bid
    nodeSignature: Hex
    approver: Address
    approverSignature: Hex
  },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'replace',
      args: [args.order, args.bid, args.nodeSignature, args.approver, args.approverSignature],
    }),
  }
}

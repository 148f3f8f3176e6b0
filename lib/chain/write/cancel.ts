import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Ends a job before its result; with the customer's Cancel signature anyone may carry it ('0x' when the customer sends it). */
export function cancel(deployment: At, args: { order: Order; signature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'cancel',
      args: [args.order, args.signature],
    }),
  }
}

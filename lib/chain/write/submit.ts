import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Locks what the order may cost. Anyone may carry it. */
export function submit(deployment: At, args: { order: Order; signature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'submit',
      args: [args.order, args.signature],
    }),
  }
}

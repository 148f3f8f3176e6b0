import { encodeFunctionData } from 'viem'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Ends a job whose deadline passed. */
export function expire(deployment: At, args: { order: Order }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({ abi: taskMarketAbi, functionName: 'expire', args: [args.order] }),
  }
}

import { encodeFunctionData } from 'viem'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Awards the best bid of a closed window. */
export function awardWindow(deployment: At, args: { order: Order }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({ abi: taskMarketAbi, functionName: 'awardWindow', args: [args.order] }),
  }
}

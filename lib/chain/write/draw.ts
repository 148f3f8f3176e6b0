import { encodeFunctionData } from 'viem'
import type { Order } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Draws the committee from the block hash after the result; from block seedBlock + 1 on. */
export function draw(deployment: At, args: { order: Order }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({ abi: taskMarketAbi, functionName: 'draw', args: [args.order] }),
  }
}

import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { AttemptMessage } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** The node gives the job back; it may be replaced at once. */
export function handBack(deployment: At, args: { message: AttemptMessage; nodeSignature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'handBack',
      args: [args.message, args.nodeSignature],
    }),
  }
}

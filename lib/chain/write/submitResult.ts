import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { ResultMessage } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** The node's commitment to its result. */
export function submitResult(deployment: At, args: { result: ResultMessage; nodeSignature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'submitResult',
      args: [args.result, args.nodeSignature],
    }),
  }
}

import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { AttemptMessage } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** The node began; time used counts from here. */
export function start(deployment: At, args: { message: AttemptMessage; nodeSignature: Hex }): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'start',
      args: [args.message, args.nodeSignature],
    }),
  }
}

import { encodeFunctionData } from 'viem'
import type { Hex } from '../../kernel/ids.ts'
import type { SealMessage } from '../../protocol/messages.ts'
import { taskMarketAbi } from '../generated/abis.ts'
import type { At, Call } from './call.ts'

/** Records members' seals; those recorded before are skipped. */
export function seal(
  deployment: At,
  args: { seals: readonly SealMessage[]; signatures: readonly Hex[] },
): Call {
  return {
    to: deployment.addresses.taskMarket,
    data: encodeFunctionData({
      abi: taskMarketAbi,
      functionName: 'seal',
      args: [args.seals, args.signatures],
    }),
  }
}
